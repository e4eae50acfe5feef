"""Every error is a problem, and an unexpected one tells the client nothing."""

import pytest
from flask import abort, request
from werkzeug.exceptions import TooManyRequests

from backend.app import create_app

MEMBERS = {"type", "title", "status", "detail", "instance", "request_id"}


@pytest.fixture(scope="module")
def app(settings):
    app = create_app(settings)

    @app.get("/broken")
    def broken():
        raise RuntimeError("the secret of the service")

    @app.get("/busy")
    def busy():
        raise TooManyRequests(retry_after=7)

    @app.get("/abort/<int:status>")
    def aborted(status):
        abort(status)

    @app.post("/read")
    def read():
        return {"size": len(request.get_data())}

    return app


@pytest.fixture
def client(app, sign_in):
    return sign_in(app)


def assert_problem(answer, status):
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert set(answer.json) - {"errors"} == MEMBERS
    assert answer.json["status"] == status
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize(
    "status", [400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 422, 500, 503]
)
def test_whatever_is_aborted_is_a_problem(client, status):
    answer = client.get(f"/abort/{status}", headers={"Accept": "text/html"})
    assert_problem(answer, status)
    assert "errors" not in answer.json


def test_says_what_happened_where(client):
    answer = client.get("/nowhere/é?x=1")
    assert_problem(answer, 404)
    assert answer.json["type"] == "about:blank"
    assert answer.json["title"] == "Not Found"
    assert answer.json["instance"] == "/nowhere/%C3%A9"


def test_keeps_the_headers_that_belong_to_a_status(client):
    not_allowed = client.post("/broken")
    assert_problem(not_allowed, 405)
    assert {"GET", "HEAD", "OPTIONS"} == set(not_allowed.headers["Allow"].split(", "))
    busy = client.get("/busy")
    assert_problem(busy, 429)
    assert busy.headers["Retry-After"] == "7"


def test_refuses_a_body_that_is_too_large(client, settings):
    assert_problem(client.post("/read", data=b"x" * (settings.max_body_bytes + 1)), 413)
    assert client.post("/read", data=b"x" * settings.max_body_bytes).status_code == 200


def test_an_unexpected_error_is_logged_and_not_told(client, caplog):
    answer = client.get("/broken")
    assert_problem(answer, 500)
    assert "secret" not in answer.text
    assert "RuntimeError" not in answer.text
    (record,) = [entry for entry in caplog.records if entry.levelname == "ERROR"]
    assert answer.json["request_id"] in record.getMessage()
    assert "the secret of the service" in caplog.text


def test_a_caller_may_name_the_request(client):
    answer = client.get("/nowhere", headers={"X-Request-ID": "build-7.a_B"})
    assert_problem(answer, 404)
    assert answer.json["request_id"] == "build-7.a_B"


@pytest.mark.parametrize("sent", ["", "a b", "é", "x" * 65, '"}', "a\tb"])
def test_a_harmful_name_is_replaced(client, sent):
    answer = client.get("/healthz", headers={"X-Request-ID": sent})
    assert answer.status_code == 200
    assert len(answer.headers["X-Request-ID"]) == 32
    assert answer.headers["X-Request-ID"] != sent


def test_every_request_has_another_name(client):
    names = {client.get("/healthz").headers["X-Request-ID"] for _ in range(3)}
    assert len(names) == 3
