"""Version 2 shows more in as few statements, and version 1 says that it exists."""

import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, event

from backend.catalog.models import Category

V1, V2 = "/api/v1/products", "/api/v2/products"


@pytest.fixture
def statements():
    """The statements that run on any engine, as they run."""
    ran = []

    def note(*arguments):
        ran.append(arguments[2])

    event.listen(Engine, "before_cursor_execute", note)
    yield ran
    event.remove(Engine, "before_cursor_execute", note)


def test_shows_the_category_and_what_is_in_stock(client, make_product, category):
    product = make_product(stock_quantity=6, attributes={"watts": 5})
    v1, v2 = (client.get(f"{version}/{product.id}").json for version in (V1, V2))
    assert v2.pop("category") == {"id": str(category.id), "name": "Lamps"}
    assert v2.pop("stock_status") == "in_stock"
    assert v2.pop("related") == []
    del v1["category_id"], v1["stock_quantity"]
    assert v2 == v1


@pytest.mark.parametrize(
    ("quantity", "status"), [(0, "sold_out"), (1, "low"), (5, "low"), (6, "in_stock")]
)
def test_stock_has_three_states(client, make_product, quantity, status):
    product = make_product(stock_quantity=quantity)
    assert client.get(f"{V2}/{product.id}").json["stock_status"] == status


def test_the_newest_others_of_the_category_are_related(client, session, category, make_product):
    chairs = Category(name="Chairs")
    session.add(chairs)
    session.commit()
    made = [
        make_product(name=f"Lamp {day}", created_at=datetime(2026, 1, day, tzinfo=UTC))
        for day in range(1, 8)
    ]
    make_product(name="Gone", is_active=False)
    make_product(name="Chair", category_id=chairs.id)
    related = client.get(f"{V2}/{made[5].id}").json["related"]
    assert [one["name"] for one in related] == ["Lamp 7", "Lamp 5", "Lamp 4", "Lamp 3", "Lamp 2"]
    assert related[0] == {"id": str(made[6].id), "name": "Lamp 7", "price": "10.00"}
    assert len(client.get(f"{V2}/{made[0].id}").json["related"]) == 5


def test_equal_moments_are_ordered_by_id(client, make_product):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    ids = sorted(str(make_product(created_at=moment).id) for _ in range(4))
    related = client.get(f"{V2}/{ids[0]}").json["related"]
    assert [one["id"] for one in related] == ids[1:]


def test_the_number_of_statements_does_not_grow(client, session, make_product, statements):
    for number in range(12):
        category = Category(name=f"Category {number}")
        session.add(category)
        session.commit()
        make_product(category_id=category.id)
        make_product(category_id=category.id)
    for per_page in (2, 24):
        statements.clear()
        assert len(client.get(V2, query_string={"per_page": per_page}).json["products"]) == per_page
        assert len(statements) == 3


def test_the_listing_takes_the_queries_of_version_1(client, make_product):
    for price in range(3):
        make_product(price=price)
    query = {"sort_by": "price", "sort_order": "desc", "per_page": 2, "min_price": 1}
    v1, v2 = (client.get(version, query_string=query).json for version in (V1, V2))
    assert v2["pagination"] == v1["pagination"]
    assert [one["id"] for one in v2["products"]] == [one["id"] for one in v1["products"]]
    assert client.get(V2, query_string={"page": 0}).status_code == 422
    assert client.get(V2, query_string={"category": "None"}).json["products"] == []


def test_version_2_is_read_only(client, make_product):
    product = make_product()
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in (V2, f"{V2}/{product.id}"):
            assert client.open(path, method=method, json={}).status_code == 405
    answer = client.get(f"{V2}/{uuid.uuid4()}")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_reads_of_version_1_say_that_it_will_end(client, make_product):
    product = make_product()
    for path in (V1, f"{V1}/{product.id}", f"{V1}/{uuid.uuid4()}", f"{V1}?page=0"):
        headers = client.get(path).headers
        assert headers["Deprecation"] == "@1790812800"
        assert headers["Sunset"] == "Fri, 01 Oct 2027 00:00:00 GMT"
        successor = path.partition("?")[0].replace("v1", "v2")
        assert headers["Link"] == f'<{successor}>; rel="successor-version"'


def test_what_has_no_successor_is_not_deprecated(client, make_product):
    product = make_product()
    for answer in (
        client.patch(f"{V1}/{product.id}", json={}),
        client.get(V2),
        client.get("/api/v1/categories"),
    ):
        assert not {"Deprecation", "Sunset", "Link"} & set(answer.headers.keys())
