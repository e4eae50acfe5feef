"""createProduct: what REST would refuse is refused, as data."""

import uuid

import pytest

from backend.graphql.types import global_id

CREATE = """mutation($input: CreateProductInput!) {
  createProduct(input: $input) {
    product { id name price stockQuantity attributes category { name } }
    errors { field code messages }
  }
}"""


@pytest.fixture
def create(ask, category):
    def create(**values):
        usual = {"name": "Lamp", "price": "9.5", "categoryId": global_id("Category", category.id)}
        return ask(CREATE, {"input": {**usual, **values}})["data"]["createProduct"]

    return create


def test_creates_what_rest_shows(create, client):
    made = create(name=" Desk lamp ", stockQuantity=3, attributes={"watts": [5]})
    assert made["errors"] == []
    assert made["product"].pop("id")
    assert made["product"] == {
        "name": "Desk lamp",
        "price": "9.50",
        "stockQuantity": 3,
        "attributes": {"watts": [5]},
        "category": {"name": "Lamps"},
    }
    (stored,) = client.get("/api/v1/products").json["products"]
    assert (stored["name"], stored["price"]) == ("Desk lamp", "9.50")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"price": "-0.01"}, "price"),
        ({"price": "9.999"}, "price"),
        ({"price": "1e99"}, "price"),
        ({"name": "  "}, "name"),
        ({"name": "\0"}, "name"),
        ({"stockQuantity": -1}, "stockQuantity"),
        ({"attributes": [1]}, "attributes"),
        ({"description": None}, "description"),
    ],
)
def test_what_breaks_a_rule_is_named(create, client, values, field):
    made = create(**values)
    assert made["product"] is None
    (error,) = made["errors"]
    assert (error["field"], error["code"]) == (field, "INVALID")
    assert error["messages"]
    assert client.get("/api/v1/products").json["products"] == []


def test_all_mistakes_are_told_at_once(create):
    errors = create(name="", price=-1, stockQuantity=-1)["errors"]
    assert {error["field"] for error in errors} == {"name", "price", "stockQuantity"}


def test_the_category_must_exist(create):
    for text, code in (
        (global_id("Category", uuid.uuid4()), "NOT_FOUND"),
        (global_id("Product", uuid.uuid4()), "INVALID"),
        ("nonsense", "INVALID"),
    ):
        (error,) = create(categoryId=text)["errors"]
        assert (error["field"], error["code"]) == ("categoryId", code)


@pytest.mark.parametrize("price", ["NaN", "Infinity", True])
def test_what_is_no_number_is_no_price(ask, code, category, price):
    values = {"name": "L", "price": price, "categoryId": global_id("Category", category.id)}
    answer = ask(CREATE, {"input": values})
    assert code(answer) == "BAD_USER_INPUT"
    assert "data" not in answer


def test_attributes_can_hold_variables(ask, category):
    query = """mutation($category: ID!, $watts: JSON, $lumen: JSON) {
      createProduct(input: {name: "L", price: 1, categoryId: $category,
                            attributes: {watts: $watts, lumen: $lumen}}) { product { attributes } }
    }"""
    answer = ask(query, {"category": global_id("Category", category.id), "watts": [5]})
    assert answer["data"]["createProduct"]["product"]["attributes"] == {"watts": [5]}
