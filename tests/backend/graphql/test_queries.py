"""Queries: the listing's rules, and nothing deleted by any path."""

import uuid

import pytest

from backend.catalog.models import Category
from backend.graphql.types import global_id


def names(answer, field="products"):
    return [one["name"] for one in answer["data"][field]]


def test_a_bound_of_zero_is_a_bound(ask, make_product):
    make_product(name="Free", price=0)
    make_product(name="Dear", price=5)
    assert names(ask("{ products(maxPrice: 0) { name } }")) == ["Free"]
    assert names(ask('{ products(minPrice: "0.01") { name } }')) == ["Dear"]
    assert names(ask("{ products(maxPrice: null, sortBy: NAME, sortOrder: ASC) { name } }")) == [
        "Dear",
        "Free",
    ]


def test_filters_and_order_are_the_listings(ask, make_product, session):
    chairs = Category(name="Chairs")
    session.add(chairs)
    session.commit()
    make_product(name="Chair 100%", category_id=chairs.id, price=3)
    make_product(name="Lamp 1000", price=2)
    assert names(ask('{ products(category: "Chairs") { name } }')) == ["Chair 100%"]
    assert names(ask('{ products(category: "Chair") { name } }')) == []
    assert names(ask('{ products(search: "0%") { name } }')) == ["Chair 100%"]
    assert names(ask("{ products(sortBy: PRICE, sortOrder: ASC) { name } }")) == [
        "Lamp 1000",
        "Chair 100%",
    ]


@pytest.mark.parametrize("limit", [-1, 0, 101])
@pytest.mark.parametrize("field", ["products", "categories"])
def test_a_list_is_bounded(ask, code, field, limit, statements):
    assert code(ask(f"{{ {field}(limit: {limit}) {{ name }} }}")) == "BAD_USER_INPUT"
    assert code(ask(f"{{ {field}(limit: null) {{ name }} }}")) == "GRAPHQL_VALIDATION_FAILED"
    assert statements == []


@pytest.mark.parametrize(
    ("arguments", "field"),
    [("minPrice: 2, maxPrice: 1", "minPrice"), ("limit: 0", "limit"), ("minPrice: -1", "minPrice")],
)
def test_says_which_argument_is_wrong(ask, arguments, field):
    (error,) = ask(f"{{ products({arguments}) {{ name }} }}")["errors"]
    assert list(error["extensions"]["fields"]) == [field]


def test_what_is_deleted_is_reached_by_no_path(ask, make_product, category):
    gone = make_product(name="Gone", is_active=False)
    variables = {
        "gone": global_id("Product", gone.id),
        "category": global_id("Category", category.id),
    }
    answer = ask(
        """query($gone: ID!, $category: ID!) {
          node(id: $gone) { id }
          product(id: $gone) { name }
          products { name }
          productsConnection { totalCount edges { node { name } } }
          category(id: $category) { products { name } }
          categories { products { name } }
          other: node(id: $category) { ... on Category { products { name } } }
        }""",
        variables,
    )
    assert answer["data"] == {
        "node": None,
        "product": None,
        "products": [],
        "productsConnection": {"totalCount": 0, "edges": []},
        "category": {"products": []},
        "categories": [{"products": []}],
        "other": {"products": []},
    }


def test_what_does_not_exist_is_null(ask):
    query = "query($p: ID!, $c: ID!) { product(id: $p) { id } category(id: $c) { id } }"
    ids = {"p": global_id("Product", uuid.uuid4()), "c": global_id("Category", uuid.uuid4())}
    assert ask(query, ids) == {"data": {"product": None, "category": None}}


def test_categories_come_in_order_of_name(ask, session):
    session.add_all([Category(name="B"), Category(name="A"), Category(name="C")])
    session.commit()
    assert names(ask("{ categories(limit: 2) { name } }"), "categories") == ["A", "B"]
