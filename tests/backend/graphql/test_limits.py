"""Limits: what would be too much is refused before anything is asked of the database."""

from dataclasses import replace

import pytest
from graphql import get_introspection_query

from backend.app import create_app

DEEP = """{ products(limit: 100) { category { products(first: 100) {
  category { products(first: 100) { name } } } } } }"""


@pytest.fixture
def limited(settings, _no_rows):
    """Ask an application with these limits; the codes of the errors."""

    def limited(query, variables=None, **limits):
        app = create_app(replace(settings, **limits))
        body = {"query": query, "variables": variables}
        answer = app.test_client().post("/graphql", json=body)
        errors = answer.json.get("errors", [])
        assert answer.status_code == (400 if errors else 200)
        return [error["extensions"]["code"] for error in errors]

    return limited


def test_a_short_query_that_asks_for_a_million_is_refused(ask, code, statements):
    assert code(ask(DEEP)) == "QUERY_TOO_COSTLY"
    assert statements == []


@pytest.mark.parametrize(
    ("query", "depth"),
    [
        ("{ products { name } }", 2),
        ("{ products { category { name } } }", 3),
        ("{ products { ...P } } fragment P on Product { category { name } }", 3),
        ("{ products { ... on Product { category { ... { name } } } } }", 3),
    ],
)
def test_depth_is_counted_through_fragments(limited, query, depth):
    assert limited(query, graphql_max_depth=depth) == []
    assert limited(query, graphql_max_depth=depth - 1) == ["QUERY_TOO_DEEP"]


@pytest.mark.parametrize(
    ("query", "variables", "cost"),
    [
        ("{ products { name } }", None, 21),
        ("{ products(limit: 3) { name price } }", None, 7),
        ("query($n: Int!) { products(limit: $n) { name } }", {"n": 50}, 51),
        ("query($n: Int! = 40) { products(limit: $n) { name } }", None, 41),
        ("query($n: Int! = 40) { products(limit: $n) { name } }", {"n": 5}, 6),
        ("{ categories(limit: 3) { products(first: 4) { name } } }", None, 1 + 3 * (1 + 4)),
        ("{ productsConnection(last: 5) { edges { node { name } } } }", None, 1 + 5 * 3),
        ("{ productsConnection { edges { cursor } } }", None, 1 + 20 * 2),
        ("{ productsConnection(first: null) { edges { cursor } } }", None, 1 + 20 * 2),
        ("{ products(limit: 2) { ...P ...P } } fragment P on Product { name }", None, 5),
    ],
)
def test_cost_is_what_the_answer_can_hold(limited, query, variables, cost):
    assert limited(query, variables, graphql_max_cost=cost) == []
    assert limited(query, variables, graphql_max_cost=cost - 1) == ["QUERY_TOO_COSTLY"]


def test_aliases_are_counted_through_fragments(limited):
    query = "{ ...F ...F } fragment F on Query { a: __typename b: __typename }"
    assert limited(query, graphql_max_aliases=4) == []
    assert limited(query, graphql_max_aliases=3) == ["TOO_MANY_ALIASES"]


@pytest.mark.parametrize(
    "fragments",
    [
        "fragment A on Query { ...A }",
        "fragment A on Query { products { name } ...B } fragment B on Query { ...A }",
    ],
)
def test_a_fragment_in_itself_is_refused(limited, fragments):
    assert set(limited("{ ...A } " + fragments)) == {"GRAPHQL_VALIDATION_FAILED"}


def test_fragments_that_double_each_other_are_counted_fast(limited):
    chain = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))
    query = "{ ...F0 } " + chain + " fragment F60 on Query { a: __typename }"
    assert set(limited(query)) == {"QUERY_TOO_COSTLY", "TOO_MANY_ALIASES"}


@pytest.mark.parametrize(
    "query", ["{ __schema { types { name } } }", '{ __type(name: "A") { name } }']
)
def test_the_schema_is_told_by_setting(limited, query):
    assert limited(query) == ["INTROSPECTION_DISABLED"]
    assert limited(query, graphql_introspection=True) == []
    assert limited("{ __typename }") == []


def test_tools_can_ask_for_the_schema(limited):
    assert limited(get_introspection_query(), graphql_introspection=True) == []


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("{{ products(limit: {}) {{ name }} }}", "GRAPHQL_VALIDATION_FAILED"),
        (
            "query($n: Int! = {}) {{ products(limit: $n) {{ name }} }}",
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ],
)
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_number_of_more_digits_than_python_reads_is_refused(ask, code, query, wanted, sign):
    assert code(ask(query.format(f"{sign}{'9' * 5000}"))) == wanted
