"""Errors: a code, nothing internal, and the data that there is."""

from dataclasses import replace

import pytest
from graphql import GraphQLError
from sqlalchemy import text

from backend.app import create_app
from backend.graphql.errors import format_error


@pytest.fixture
def broken(engine, make_product):
    """There is a product, and categories cannot be read while the test runs."""
    make_product()
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE categories RENAME description TO secret_column"))
    yield
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE categories RENAME secret_column TO description"))


def test_keeps_what_could_be_read(ask, broken, caplog):
    answer = ask("{ products { name category { name } } }")
    assert answer["data"] == {"products": [{"name": "Lamp", "category": None}]}
    (error,) = answer["errors"]
    assert error["path"] == ["products", 0, "category"]
    assert error["message"] == "Something went wrong on our side. Report it with the requestId."
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert f"request {error['extensions']['requestId']} failed" in caplog.text
    assert "UndefinedColumn" in caplog.text


def test_what_comes_after_a_failure_is_read(ask, broken):
    answer = ask("{ categories { name } products { name } }")
    assert answer["data"] == {"categories": None, "products": [{"name": "Lamp"}]}
    assert len(answer["errors"]) == 1


def test_tells_the_callers_own_request_id(client, broken):
    answer = client.post(
        "/graphql", json={"query": "{ categories { name } }"}, headers={"X-Request-ID": "mine"}
    )
    assert answer.json["errors"][0]["extensions"]["requestId"] == "mine"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ products { name(", "GRAPHQL_PARSE_FAILED"),
        ("query($v: ID!) { node(id: $v) { id } }", "BAD_USER_INPUT"),
        ('{ node(id: "x") { id } }', "BAD_USER_INPUT"),
        ("query A { __typename } query B { __typename }", "BAD_REQUEST"),
        ("{ a " * 3000, "GRAPHQL_PARSE_FAILED"),
        ("{ a " * 800 + "}" * 800, "GRAPHQL_PARSE_FAILED"),
        ("{ a(b: " + "[" * 900 + "]" * 900 + ") }", "GRAPHQL_PARSE_FAILED"),
    ],
)
def test_each_mistake_has_a_code(ask, code, query, wanted, caplog):
    assert code(ask(query)) == wanted
    assert caplog.text == ""


def test_a_variable_that_is_null_is_the_clients_mistake(ask, code, caplog):
    question = "query($n: Int) { products(limit: $n) { name } }"
    assert code(ask(question, {"n": None})) == "BAD_USER_INPUT"
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("change", "inside"),
    [
        ("ALTER COLUMN stock_quantity TYPE bigint USING 3000000000", "32-bit"),
        ("ALTER COLUMN name DROP NOT NULL, ALTER COLUMN name TYPE text USING NULL", "non-null"),
    ],
)
def test_what_the_library_says_of_our_own_values_is_no_mistake_of_the_client(
    ask, code, engine, make_product, caplog, change, inside
):
    make_product()
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE products {change}"))
    try:
        answer = ask("{ products { name stockQuantity } }")
    finally:
        with engine.begin() as connection:
            connection.execute(text("TRUNCATE products CASCADE"))
            connection.execute(text("ALTER TABLE products ALTER COLUMN stock_quantity TYPE int"))
            connection.execute(text("ALTER TABLE products ALTER COLUMN name SET NOT NULL"))
    assert code(answer) == "INTERNAL_SERVER_ERROR"
    assert inside not in str(answer)
    assert inside in caplog.text


@pytest.mark.parametrize("price", ["1e9999999999999999999", "1e1000", "-1e-1000"])
def test_an_amount_beyond_all_bounds_is_the_clients_mistake(ask, code, price, caplog):
    variable = ask("query($p: Money) { products(minPrice: $p) { name } }", {"p": price})
    assert code(variable) == "BAD_USER_INPUT"
    literal = ask(f"{{ products(minPrice: {price}) {{ name }} }}")
    assert code(literal) == "GRAPHQL_VALIDATION_FAILED"
    assert "decimal" not in f"{variable} {literal}".lower()
    assert caplog.text == ""


def test_a_scalar_that_breaks_is_no_mistake_of_the_document(app, caplog):
    broken = GraphQLError("Expected ...; secret", original_error=ZeroDivisionError("secret"))
    with app.test_request_context():
        app.preprocess_request()
        shown = format_error(broken)
    assert shown["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "secret" not in str(shown)
    assert "ZeroDivisionError: secret" in caplog.text


def test_a_lost_database_is_said_to_be_lost(settings, unused_port):
    url = f"postgresql://nobody@127.0.0.1:{unused_port}/none"
    client = create_app(replace(settings, database_url=url)).test_client()
    answer = client.post("/graphql", json={"query": "{ products { name } }"})
    (error,) = answer.json["errors"]
    assert error["extensions"]["code"] == "SERVICE_UNAVAILABLE"
    assert str(unused_port) not in answer.text
