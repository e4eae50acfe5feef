"""The resource over HTTP, from the first request to the last."""

import uuid
from datetime import datetime, timedelta

import pytest

from backend.catalog.models import Product

URL = "/api/v1/products"


@pytest.fixture
def client(app, sign_in):
    return sign_in(app)


@pytest.fixture
def body(category):
    return {"name": " Lamp ", "price": 19.9, "category_id": str(category.id)}


def test_the_life_of_a_product(client, body):
    created = client.post(URL, json={**body, "attributes": {"watts": 5}})
    assert created.status_code == 201
    product = created.json
    assert created.headers["Location"] == f"{URL}/{product['id']}"
    assert (product["name"], product["price"]) == ("Lamp", "19.90")
    assert set(product) == {
        "id",
        "name",
        "description",
        "price",
        "category_id",
        "stock_quantity",
        "attributes",
        "created_at",
        "updated_at",
    }
    assert datetime.fromisoformat(product["created_at"]).utcoffset() == timedelta(0)

    url = created.headers["Location"]
    assert client.get(url).json == product
    listing = client.get(URL)
    assert listing.json == {
        "products": [product],
        "pagination": {
            "page": 1,
            "per_page": 20,
            "total": 1,
            "pages": 1,
            "has_next": False,
            "has_prev": False,
        },
    }

    modified = client.patch(url, json={"stock_quantity": 7})
    assert modified.status_code == 200
    assert modified.json["updated_at"] > product["updated_at"]
    assert modified.json == {
        **product,
        "stock_quantity": 7,
        "updated_at": modified.json["updated_at"],
    }

    replaced = client.put(url, json={**body, "name": "Floor lamp"})
    assert replaced.status_code == 200
    assert replaced.json["name"] == "Floor lamp"
    assert (replaced.json["stock_quantity"], replaced.json["attributes"]) == (0, {})
    assert replaced.json["created_at"] == product["created_at"]

    removed = client.delete(url)
    assert (removed.status_code, removed.data) == (204, b"")
    assert client.get(URL).json["products"] == []
    for answer in (
        client.get(url),
        client.put(url, json=body),
        client.patch(url, json={"name": "Back"}),
        client.delete(url),
    ):
        assert answer.status_code == 404
        assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("product_id", ["1", "lamp", "00000000-0000-0000-0000-00000000000", " "])
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_an_id_that_is_no_uuid_is_not_found(client, method, product_id):
    assert getattr(client, method)(f"{URL}/{product_id}").status_code == 404


def test_an_unknown_category_is_an_error_of_its_field(client, body, make_product):
    url = f"{URL}/{make_product().id}"
    wrong = {**body, "category_id": str(uuid.uuid4())}
    for answer in (
        client.post(URL, json=wrong),
        client.put(url, json=wrong),
        client.patch(url, json={"category_id": wrong["category_id"]}),
    ):
        assert answer.status_code == 422
        assert list(answer.json["errors"]) == ["category_id"]
    assert client.get(URL).json["pagination"]["total"] == 1


def test_a_replacement_is_whole(client, body, make_product):
    url = f"{URL}/{make_product().id}"
    assert set(client.put(url, json={}).json["errors"]) == {"name", "price", "category_id"}


@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_nobody_writes_what_is_not_theirs(client, body, make_product, method, session):
    product = make_product()
    url = URL if method == "post" else f"{URL}/{product.id}"
    answer = getattr(client, method)(url, json={**body, "is_active": False, "id": str(product.id)})
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"is_active", "id"}
    session.expire_all()
    assert session.get(Product, product.id).name == "Lamp"


def test_filters_reach_the_listing(client, make_product):
    make_product(name="Free", price=0)
    make_product(name="Dear", price=100)
    for query in ("max_price=0", "search=%20FREE%20", "sort_by=price&sort_order=asc&per_page=1"):
        products = client.get(f"{URL}?{query}").json["products"]
        assert [product["name"] for product in products] == ["Free"]
    assert client.get(f"{URL}?category=Chairs").json["products"] == []
    assert client.get(f"{URL}?search=%00").status_code == 422
    assert client.get(f"{URL}?page=2").json["pagination"] == {
        "page": 2,
        "per_page": 20,
        "total": 2,
        "pages": 1,
        "has_next": False,
        "has_prev": True,
    }


@pytest.mark.parametrize("bound", ["1E-400000", "0E-30000"])
def test_a_bound_beyond_numeric_is_no_server_error(client, bound):
    assert client.get(f"{URL}?min_price={bound}").status_code == 422
