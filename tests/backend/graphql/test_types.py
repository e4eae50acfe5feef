"""Types: ids that find their things again, exact amounts, nothing that is not meant to be seen."""

from base64 import b64encode
from decimal import Decimal

import pytest
from graphql import GraphQLError, parse_value

from backend.graphql.client_error import ClientError
from backend.graphql.schema import create_graphql_schema
from backend.graphql.types import JSON, Money, global_id, key_of, parse_global_id


def test_an_id_finds_its_thing_again(ask, make_product, category):
    product = make_product(name="Desk lamp")
    for kind, key in (("Product", product.id), ("Category", category.id)):
        query = "query($id: ID!) { node(id: $id) { __typename id ... on Product { name } } }"
        node = ask(query, {"id": global_id(kind, key)})["data"]["node"]
        assert node["__typename"] == kind
        assert parse_global_id(node["id"]) == (kind, key)
        assert key_of(node["id"], kind) == key


@pytest.mark.parametrize("text", ["", "nonsense", "é", "UHJvZHVjdDox", b64encode(b"\xff").decode()])
def test_what_is_no_id_is_the_clients_mistake(ask, code, text):
    with pytest.raises(ClientError):
        parse_global_id(text)
    assert code(ask("query($id: ID!) { product(id: $id) { name } }", {"id": text})) == (
        "BAD_USER_INPUT"
    )


def test_an_id_of_another_kind_is_refused(ask, code, category):
    query = "query($id: ID!) { product(id: $id) { name } }"
    assert code(ask(query, {"id": global_id("Category", category.id)})) == "BAD_USER_INPUT"
    other = {"id": global_id("User", category.id)}
    assert code(ask("query($id: ID!) { node(id: $id) { id } }", other)) == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("sent", "amount"), [("0.5", "0.5"), (0.1, "0.1"), (7, "7"), ("-1", "-1"), ("1e2", "1e2")]
)
def test_an_amount_is_exact(sent, amount):
    assert Money.parse_value(sent) == Decimal(amount)
    literal = f'"{sent}"' if isinstance(sent, str) else str(sent)
    assert Money.parse_literal(parse_value(literal)) == Decimal(amount)


@pytest.mark.parametrize("sent", ["NaN", "Infinity", "", " 1", "1_0", "١", True, None, [], {}])
def test_what_is_no_amount_is_refused(sent):
    with pytest.raises(GraphQLError):
        Money.parse_value(sent)


@pytest.mark.parametrize("literal", ["true", "NaN", "null", "[1]"])
def test_a_literal_that_is_no_amount_is_refused(literal):
    with pytest.raises(GraphQLError):
        Money.parse_literal(parse_value(literal))


def test_json_can_be_written_in_the_document():
    literal = '{a: 1, b: [true, null, "x"], c: $v}'
    parsed = parse_value(literal)
    assert JSON.parse_literal(parsed, {"v": 2}) == {"a": 1, "b": [True, None, "x"], "c": 2}
    with pytest.raises(GraphQLError):
        JSON.parse_literal(parse_value("1e999"))


def test_a_variable_in_a_literal_is_its_value_when_it_was_given(ask, category):
    mutation = """mutation($category: ID!, $ml: Int, $no: Int) {
      createProduct(input: {name: "Cup", price: 1, categoryId: $category,
                            attributes: {ml: $ml, no: $no, list: [$ml, $no]}}) {
        product { attributes }
      }
    }"""
    answer = ask(mutation, {"category": global_id("Category", category.id), "ml": 80})
    product = answer["data"]["createProduct"]["product"]
    assert product == {"attributes": {"ml": 80, "list": [80, None]}}


def test_shows_a_product(ask, make_product, category):
    product = make_product(price=9.5, stock_quantity=6, attributes={"ml": [80]})
    fields = "name price stockStatus stockQuantity attributes category { id name } createdAt"
    answer = ask(f"query($id: ID!) {{ product(id: $id) {{ {fields} }} }}",
                 {"id": global_id("Product", product.id)})  # fmt: skip
    assert answer == {
        "data": {
            "product": {
                "name": "Lamp",
                "price": "9.50",
                "stockStatus": "IN_STOCK",
                "stockQuantity": 6,
                "attributes": {"ml": [80]},
                "category": {"id": global_id("Category", category.id), "name": "Lamps"},
                "createdAt": product.created_at.isoformat(),
            }
        }
    }


@pytest.mark.parametrize(
    ("quantity", "status"), [(0, "SOLD_OUT"), (1, "LOW"), (5, "LOW"), (6, "IN_STOCK")]
)
def test_stock_has_the_three_states_of_version_2(ask, client, make_product, quantity, status):
    product = make_product(stock_quantity=quantity)
    answer = ask("{ products { stockStatus } }")
    assert answer["data"]["products"] == [{"stockStatus": status}]
    assert client.get(f"/api/v2/products/{product.id}").json["stock_status"] == status.lower()


def test_only_what_is_listed_is_seen():
    types = create_graphql_schema().type_map
    assert set(types["Product"].fields) == {
        "id", "name", "description", "price", "category", "stockStatus", "stockQuantity",
        "attributes", "createdAt", "updatedAt", "version",
    }  # fmt: skip
    assert set(types["Category"].fields) == {"id", "name", "description", "createdAt", "products"}
