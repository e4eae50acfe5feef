"""Whatever the schema allows to be asked is answered, never by an error of ours."""

import json

import pytest
from graphql import print_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import mutations, nodes, queries

from backend.app import create_app
from backend.graphql.schema import create_graphql_schema

SCHEMA = print_schema(create_graphql_schema())
SCALARS = {
    name: (values | others).map(nodes.String)
    for name, values, others in (
        ("Money", st.decimals(-1, 10, places=2).map(str), st.text()),
        ("JSON", st.text(), st.just("{}")),
        ("DateTime", st.just("2026-01-01T00:00:00Z"), st.text()),
    )
}
OURS = {"INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE"}


@pytest.fixture(scope="module")
def asking(settings, sign_in):
    return sign_in(create_app(settings))


@pytest.mark.parametrize("strategy", [queries, mutations])
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(data=st.data())
def test_is_answered(asking, strategy, data):
    document = data.draw(strategy(SCHEMA, custom_scalars=SCALARS))
    answer = asking.post("/graphql", json={"query": document})
    assert answer.status_code in (200, 400)
    errors = json.loads(answer.data).get("errors", [])
    assert not [error for error in errors if error["extensions"]["code"] in OURS], errors


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.text(), size=st.integers() | st.none(), price=st.floats() | st.text() | st.booleans()
)
def test_variables_are_answered(asking, text, size, price):
    query = """query($id: ID!, $text: String, $size: Int, $price: Money) {
      node(id: $id) { id }
      products(search: $text, category: $text, minPrice: $price) { name }
      forward: productsConnection(first: $size, after: $text) { totalCount edges { cursor } }
      backward: productsConnection(last: $size, before: $text) { pageInfo { endCursor } }
    }"""
    variables = {"id": text, "text": text, "size": size, "price": price}
    answer = asking.post("/graphql", json={"query": query, "variables": variables})
    assert answer.status_code in (200, 400)
    errors = json.loads(answer.data).get("errors", [])
    assert not [error for error in errors if error["extensions"]["code"] in OURS], errors
