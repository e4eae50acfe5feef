"""Categories: names are unique and what is in use stays, also when two requests meet."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from backend.catalog.categories import create_category, remove_category, replace_category
from backend.catalog.errors import CategoryInUse, NameTaken
from backend.catalog.models import Category, Product

URL = "/api/v1/categories"


def make(client, name, **fields):
    answer = client.post(URL, json={"name": name, **fields})
    assert answer.status_code == 201
    return answer.json


def names(client, query=""):
    return [one["name"] for one in client.get(f"{URL}{query}").json["categories"]]


def test_the_life_of_a_category(client):
    created = client.post(URL, json={"name": " Cups ", "description": "For tea"})
    assert created.status_code == 201
    category = created.json
    assert created.headers["Location"] == f"{URL}/{category['id']}"
    assert set(category) == {"id", "name", "description", "product_count", "created_at"}
    assert (category["name"], category["product_count"]) == ("Cups", 0)

    url = created.headers["Location"]
    assert client.get(url).json == category
    replaced = client.put(url, json={"name": "Mugs"})
    assert (replaced.status_code, replaced.json) == (
        200,
        category | {"name": "Mugs", "description": ""},
    )
    assert client.get(URL).json == {"categories": [replaced.json]}

    removed = client.delete(url)
    assert (removed.status_code, removed.data) == (204, b"")
    for answer in (client.get(url), client.put(url, json={"name": "Back"}), client.delete(url)):
        assert answer.status_code == 404
        assert answer.content_type == "application/problem+json"
    assert names(client) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 101),
        ("name", "a\0"),
        ("name", None),
        ("description", "\0"),
        ("product_count", 3),
        ("colour", "red"),
    ],
)
def test_refuses_what_breaks_a_rule(client, field, value):
    answer = client.post(URL, json={"name": "Cups", field: value})
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]


def test_lists_in_order_of_name_from_any_point_on(client):
    for name in ("Cups", "Axes", "Beds", "Desks"):
        make(client, name)
    assert names(client) == ["Axes", "Beds", "Cups", "Desks"]
    assert names(client, "?limit=2") == ["Axes", "Beds"]
    assert names(client, "?limit=2&after=Beds") == ["Cups", "Desks"]
    assert names(client, "?after=Bells") == ["Cups", "Desks"]  # also from where none is
    assert names(client, "?after=Desks") == []


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "after=%00", "page=1"])
def test_refuses_a_list_without_bounds(client, query):
    assert client.get(f"{URL}?{query}").status_code == 422


def test_counts_what_is_for_sale_in_one_statement(client, engine, app, make_product, category):
    make_product()
    make_product(is_active=False)
    make(client, "Empty")
    statements = []
    # Any engine: the application's own is not to be had from here.
    watch = lambda *arguments: statements.append(arguments[2])  # noqa: E731
    event.listen(type(engine), "before_cursor_execute", watch)
    try:
        listed = client.get(URL).json["categories"]
    finally:
        event.remove(type(engine), "before_cursor_execute", watch)
    assert [(one["name"], one["product_count"]) for one in listed] == [("Empty", 0), ("Lamps", 1)]
    assert len(statements) == 1


def test_a_name_is_given_once(client):
    first, second = make(client, "Cups"), make(client, "Mugs", description="Large")
    make(client, "cups")
    for answer in (
        client.post(URL, json={"name": " Cups"}),
        client.put(f"{URL}/{second['id']}", json={"name": "Cups"}),
    ):
        assert answer.status_code == 409
        assert list(answer.json["errors"]) == ["name"]
    assert client.get(f"{URL}/{second['id']}").json == second
    assert client.put(f"{URL}/{first['id']}", json={"name": "Cups"}).status_code == 200


@pytest.mark.parametrize("is_active", [True, False])
def test_what_has_products_stays(client, session, make_product, category, is_active):
    product = make_product(is_active=is_active)
    answer = client.delete(f"{URL}/{category.id}")
    assert answer.status_code == 409
    assert "errors" not in answer.json
    session.expire_all()
    assert session.get(Product, product.id).category_id == category.id


@pytest.fixture
def in_background(engine):
    """Run a function with a session of its own, known to PostgreSQL as "background"."""

    def run(function, *arguments):
        with Session(engine) as session:
            session.execute(text("SET application_name = 'background'"))
            return function(session, *arguments)

    with ThreadPoolExecutor(1) as pool:
        yield lambda *work: pool.submit(run, *work)


def test_of_two_creations_with_one_name_one_wins(session, in_background, wait_until_blocked):
    session.add(Category(name="Cups"))
    session.flush()
    creation = in_background(create_category, {"name": "Cups"})
    wait_until_blocked("background")
    session.commit()
    with pytest.raises(NameTaken):
        creation.result(30)
    assert session.scalar(select(func.count()).select_from(Category)) == 1


def test_a_name_is_free_again_when_the_other_gives_up(session, in_background, wait_until_blocked):
    session.add(Category(name="Cups"))
    session.flush()
    creation = in_background(create_category, {"name": "Cups"})
    wait_until_blocked("background")
    session.rollback()
    assert creation.result(30).name == "Cups"


def test_a_name_can_be_taken_in_the_middle_of_a_change(session, in_background, wait_until_blocked):
    mugs = Category(name="Mugs")
    session.add(mugs)
    session.commit()
    session.add(Category(name="Cups"))
    session.flush()
    change = in_background(replace_category, mugs.id, {"name": "Cups"})
    wait_until_blocked("background")
    session.commit()
    with pytest.raises(NameTaken):
        change.result(30)
    assert mugs.name == "Mugs"


def test_a_product_on_its_way_keeps_its_category(
    session, category, in_background, wait_until_blocked
):
    product = Product(name="Lamp", price=1, category_id=category.id)
    session.add(product)
    session.flush()
    removal = in_background(remove_category, category.id)
    wait_until_blocked("background")
    session.commit()
    with pytest.raises(CategoryInUse):
        removal.result(30)
    assert session.get(Product, product.id) is not None


def test_another_refusal_is_not_told_as_a_taken_name(session):
    with pytest.raises(DBAPIError):
        create_category(session, {"name": ""})
    with pytest.raises(DBAPIError):
        create_category(session, {"name": "Cups", "id": uuid.uuid4(), "description": None})
