"""Loaders: as many statements for a thousand objects as for ten."""

import pytest
from sqlalchemy import Engine, event, insert

from backend.catalog.models import Category, Product
from backend.graphql.types import global_id

NESTED = "{ categories(limit: 100) { name products(first: 25) { name category { name } } } }"


@pytest.fixture
def fill(session):
    def fill(categories, each):
        made = [Category(name=f"Category {number:03}") for number in range(categories)]
        session.add_all(made)
        session.flush()
        session.execute(
            insert(Product),
            [
                {"name": f"P{number}", "price": 1, "category_id": one.id}
                for one in made
                for number in range(each)
            ],
        )
        session.commit()

    return fill


@pytest.mark.parametrize(("categories", "each"), [(2, 5), (40, 25)])
def test_one_statement_a_level(ask, fill, statements, categories, each):
    fill(categories, each)
    statements.clear()
    found = ask(NESTED)["data"]["categories"]
    assert sum(len(one["products"]) for one in found) == categories * each
    assert all(
        product["category"] == {"name": one["name"]} for one in found for product in one["products"]
    )
    assert len(statements) == 3


def test_each_list_has_the_length_it_was_asked_for(ask, fill, statements):
    fill(2, 5)
    statements.clear()
    found = ask("{ categories { a: products(first: 2) { name } b: products(first: 4) { id } } }")
    assert [(len(one["a"]), len(one["b"])) for one in found["data"]["categories"]] == [(2, 4)] * 2
    assert len(statements) == 2


@pytest.fixture
def fetched():
    """The rows of each statement that ran on any engine."""
    rows = []

    def note(*ran):
        rows.append(ran[1].rowcount)

    event.listen(Engine, "after_cursor_execute", note)
    yield rows
    event.remove(Engine, "after_cursor_execute", note)


def test_one_long_list_makes_no_other_longer(ask, fill, fetched):
    fill(10, 40)
    last = ask("{ categories { id } }")["data"]["categories"][-1]["id"]
    fetched.clear()
    asked = """query($id: ID!) {
        categories(limit: 9) { a: products(first: 1) { name } b: products(first: 2) { name } }
        category(id: $id) { products(first: 40) { name } }
    }"""
    found = ask(asked, {"id": last})["data"]
    assert [(len(one["a"]), len(one["b"])) for one in found["categories"]] == [(1, 2)] * 9
    assert len(found["category"]["products"]) == 40
    assert sorted(fetched) == sorted([9, 1, 9 * 2 + 40])


def test_mutations_show_what_was_changed_up_to_them(ask, category):
    asked = """mutation($id: ID!) {
        one: createProduct(input: {name: "One", price: 1, categoryId: $id}) { ...Shown }
        two: createProduct(input: {name: "Two", price: 1, categoryId: $id}) { ...Shown }
    }
    fragment Shown on CreateProduct { product { category { products { name } } } }"""
    found = ask(asked, {"id": global_id("Category", category.id)})["data"]
    shown = [
        [product["name"] for product in one["product"]["category"]["products"]]
        for one in found.values()
    ]
    assert shown == [["One"], ["Two", "One"]]


@pytest.mark.parametrize("first", [-1, 0, 101])
def test_a_list_in_a_category_is_bounded(ask, category, first):
    answer = ask(f"{{ categories {{ name products(first: {first}) {{ name }} }} }}")
    assert answer["data"]["categories"] == [{"name": "Lamps", "products": None}]
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
