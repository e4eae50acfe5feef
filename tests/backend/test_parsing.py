"""A body is JSON that can be stored and passed on, or it is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import BadRequest

from backend.parsing import MAX_DEPTH, parse_json

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=10,
)


@given(json_values)
def test_reads_what_json_writes(value):
    assert parse_json(json.dumps(value).encode()) == value


@given(st.binary(max_size=30))
def test_any_other_text_is_a_bad_request(body):
    try:
        parse_json(body)
    except BadRequest:
        return
    json.loads(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"NaN",
        b"[-Infinity]",
        b"[1e400]",
        b"9" * 5000,
        b'"\\ud800"',
        b'{"\\udfff": 1}',
        b"[" * 100_000,
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_refuses(body):
    with pytest.raises(BadRequest):
        parse_json(body)


def test_accepts_the_deepest_body_and_a_surrogate_pair():
    assert parse_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert parse_json(b'"\\ud83d\\ude00"') == "\U0001f600"


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/xml", "text/json"])
@pytest.mark.parametrize("body", [b"", b"{}"])
def test_wants_application_json(client, content_type, body):
    answer = client.post("/api/v1/products", data=body, content_type=content_type)
    assert answer.status_code == 415


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_accepts_every_spelling_of_it(client, content_type):
    answer = client.post("/api/v1/products", data=b"{}", content_type=content_type)
    assert answer.status_code == 422


def test_errors_are_keyed_by_field_alone(client):
    body = client.post("/api/v1/products", json={}).json
    assert body["errors"]["price"] == ["Missing data for required field."]
    query = client.get("/api/v1/products?page=0&colour=red").json
    assert set(query["errors"]) == {"page", "colour"}


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"null", b"5", b'[{"name": "a"}]'])
def test_a_body_that_is_no_object_is_told_so(client, body):
    answer = client.post("/api/v1/products", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json["errors"]["_schema"]
