"""Errors: a code, nothing internal, and the data that there is."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from backend.app import create_app


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


def test_a_lost_database_is_said_to_be_lost(settings, unused_port):
    url = f"postgresql://nobody@127.0.0.1:{unused_port}/none"
    client = create_app(replace(settings, database_url=url)).test_client()
    answer = client.post("/graphql", json={"query": "{ products { name } }"})
    (error,) = answer.json["errors"]
    assert error["extensions"]["code"] == "SERVICE_UNAVAILABLE"
    assert str(unused_port) not in answer.text
