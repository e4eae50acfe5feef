"""GraphQL over HTTP: methods, media types and status codes."""

import json

import pytest

from backend.graphql.types import global_id

RESPONSE, PLAIN = "application/graphql-response+json", "application/json"
FORM = "application/x-www-form-urlencoded"
QUERY = "{ __typename }"
MUTATION = 'mutation { updateProduct(id: "x", input: {}) { errors { field } } }'


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, RESPONSE),
        ("*/*", RESPONSE),
        ("application/*", RESPONSE),
        (PLAIN, PLAIN),
        (RESPONSE, RESPONSE),
        (f"{PLAIN}, {RESPONSE};q=0.5", PLAIN),
        (f"{RESPONSE}, {PLAIN};q=0.9", RESPONSE),
        (f"{PLAIN}; charset=utf-8", PLAIN),
        (f"{RESPONSE};q=0, */*", PLAIN),
        (f"{RESPONSE};charset=UTF-8;q=0.8, {PLAIN};charset=UTF-8;q=0.9", PLAIN),
    ],
)
def test_answers_in_the_media_type_that_is_accepted(client, accept, media_type):
    headers = {} if accept is None else {"Accept": accept}
    answer = client.post("/graphql", json={"query": QUERY}, headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, media_type)
    assert answer.headers["Vary"] == "Accept"
    assert json.loads(answer.data) == {"data": {"__typename": "Query"}}


def test_another_media_type_is_406(client):
    answer = client.post("/graphql", json={"query": QUERY}, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (406, "application/problem+json")


@pytest.mark.parametrize("query", ["{", "{ nothing }", "query($v: ID!) { node(id: $v) { id } }"])
def test_what_is_not_executed_has_no_data(client, query):
    for media_type, status in ((RESPONSE, 400), (PLAIN, 200)):
        answer = client.post("/graphql", json={"query": query}, headers={"Accept": media_type})
        assert answer.status_code == status
        assert set(json.loads(answer.data)) == {"errors"}


def test_a_field_that_fails_is_200(client):
    answer = client.post("/graphql", json={"query": '{ node(id: "x") { id } }'})
    assert answer.status_code == 200
    assert set(json.loads(answer.data)) == {"data", "errors"}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"1", b"{}", b'{"query": 1}', b'{"query": ""}', b'{"query": null}',
        b'[{"query": "{ __typename }"}]', b'{"query": "{ __typename }", "variables": "{}"}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "operationName": 1}',
        b'{"query": "{ __typename }", "extensions": []}',
        b'{"query": "{ __typename }", "variables": {"a": NaN}}',
        b"\xff",
    ],
)  # fmt: skip
@pytest.mark.parametrize("accept", [RESPONSE, PLAIN])
def test_what_is_no_request_is_400(client, body, accept):
    answer = client.post("/graphql", data=body, content_type=PLAIN, headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (400, accept)
    (error,) = json.loads(answer.data)["errors"]
    assert error["extensions"] == {"code": "BAD_REQUEST"}


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "text/plain",
        "application/graphql",
        None,
    ],
)
def test_only_json_and_forms_are_taken(client, kind):
    answer = client.post("/graphql", data=json.dumps({"query": QUERY}), content_type=kind)
    assert (answer.status_code, answer.mimetype) == (415, "application/problem+json")


def test_files_are_no_form(client):
    answer = client.post("/graphql", data={"query": QUERY}, content_type="multipart/form-data")
    assert (answer.status_code, answer.mimetype) == (415, "application/problem+json")


@pytest.mark.parametrize("kind", [FORM, f"{FORM}; charset=UTF-8"])
def test_a_form_asks_as_a_url_does(client, make_product, kind):
    make_product(name="Lamp & table")
    query = "query A($n: Int!) { products(limit: $n) { name } } query B { b: __typename }"
    sent = {"query": query, "variables": '{"n": 1}', "operationName": "A", "more": "1"}
    answer = client.post("/graphql", data=sent, content_type=kind)
    assert json.loads(answer.data) == {"data": {"products": [{"name": "Lamp & table"}]}}


@pytest.mark.parametrize(
    "sent",
    [
        {}, {"query": ""}, {"query": QUERY, "variables": "{"}, {"query": QUERY, "variables": "1"},
        {"query": QUERY, "extensions": "[]"}, {json.dumps({"query": QUERY}): ""},
    ],
)  # fmt: skip
@pytest.mark.parametrize("accept", [RESPONSE, PLAIN])
def test_a_form_that_is_no_request_is_400(client, sent, accept):
    answer = client.post("/graphql", data=sent, content_type=FORM, headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (400, accept)
    (error,) = json.loads(answer.data)["errors"]
    assert error["extensions"] == {"code": "BAD_REQUEST"}


def test_a_form_of_another_site_changes_nothing(client, app, make_product):
    product = make_product(name="Lamp")
    change = {
        "query": 'mutation($id: ID!) { updateProduct(id: $id, input: {name: "Torch"}) '
        "{ product { name } } }",
        "variables": json.dumps({"id": global_id("Product", product.id)}),
    }
    # A page decides where its form goes and what is in it, and no header.
    answer = app.test_client().post("/graphql", data=change)
    shown = json.loads(answer.data)
    assert shown["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert client.get(f"/api/v1/products/{product.id}").json["name"] == "Lamp"
    answer = client.post("/graphql", data=change)
    shown = json.loads(answer.data)
    assert shown == {"data": {"updateProduct": {"product": {"name": "Torch"}}}}


def test_a_form_that_is_too_large_is_413(client):
    answer = client.post("/graphql", data={"query": QUERY + "#" * 600_000})
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")


def test_null_stands_for_nothing(client):
    body = {"query": QUERY, "variables": None, "operationName": None, "extensions": None, "more": 1}
    assert client.post("/graphql", json=body).status_code == 200


def test_an_operation_is_chosen_by_name(client):
    query = "query A { a: __typename } query B { b: __typename }"
    answer = client.post("/graphql", json={"query": query, "operationName": "B"})
    assert json.loads(answer.data) == {"data": {"b": "Query"}}
    for name in (None, "C"):
        answer = client.post("/graphql", json={"query": query, "operationName": name})
        assert answer.status_code == 400


def test_get_asks(client):
    query = "query($n: Int!) { products(limit: $n) { name } }"
    answer = client.get("/graphql", query_string={"query": query, "variables": '{"n": 1}'})
    assert json.loads(answer.data) == {"data": {"products": []}}
    for parameters in ({}, {"query": query, "variables": "{"}, {"query": QUERY, "variables": "1"}):
        assert client.get("/graphql", query_string=parameters).status_code == 400


def test_get_changes_nothing(client, make_product):
    product = make_product()
    both = f"query Q {{ __typename }} {MUTATION.replace('mutation', 'mutation M')}"
    for parameters in ({"query": MUTATION}, {"query": both, "operationName": "M"}):
        answer = client.get("/graphql", query_string=parameters)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert (
        client.get("/graphql", query_string={"query": both, "operationName": "Q"}).status_code
        == 200
    )
    assert client.get(f"/api/v1/products/{product.id}").status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_other_methods_are_405(client, method):
    assert client.open("/graphql", method=method).status_code == 405


def test_fields_come_in_the_order_of_the_question(client):
    answer = client.post("/graphql", json={"query": "{ z: __typename a: __typename }"})
    assert list(json.loads(answer.data)["data"]) == ["z", "a"]


def test_queries_are_public_and_counted(app):
    answer = app.test_client().post("/graphql", json={"query": QUERY})
    assert answer.status_code == 200
    assert "RateLimit" in answer.headers
