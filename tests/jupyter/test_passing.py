"""What is passed on to a real service arrives as it came, and so does the answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from workbench.checking.upstream import Answer, Asked, Upstream
from workbench.jupyter.passing import pass_on

WAIT = 30.0  # more than a busy machine needs


@pytest.fixture
def real() -> Iterator[Upstream]:
    with Upstream(socket.create_server(("127.0.0.1", 0))) as service:
        yield service


def test_a_request_arrives_as_it_came(real: Upstream) -> None:
    headers = [("host", "shop"), ("x-one", "1"), ("x-one", "2"), ("transfer-encoding", "chunked")]
    real.answer(Answer(201, b"made", [("set-cookie", "a=1"), ("set-cookie", "b=2")]))
    answer = pass_on(Asked("POST", "/a%2Fb?c=%20", headers, b"body"), real.url)
    (asked,) = real.asked
    assert (asked.method, asked.target, asked.body) == ("POST", "/a%2Fb?c=%20", b"body")
    assert (asked.header("host"), asked.all("x-one")) == ("shop", ["1", "2"])
    assert (answer.status, answer.body) == (201, b"made")
    assert [value for name, value in answer.headers if name == "set-cookie"] == ["a=1", "b=2"]


def test_an_answer_comes_piece_by_piece(real: Upstream) -> None:
    taken = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield b"first"
        assert taken.wait(WAIT)
        yield b"second"

    real.answer(Answer(200, pieces()))
    answer = pass_on(Asked("GET", "/", [("host", "shop")], b""), real.url)
    assert not isinstance(answer.body, bytes)
    came = iter(answer.body)
    assert next(came) == b"first"
    taken.set()
    assert b"".join(came) == b"second"


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_an_answer_without_a_body(real: Upstream, method: str, status: int) -> None:
    length = [] if status == 204 else [("content-length", "5")]
    real.answer(Answer(status, b"12345", length))
    answer = pass_on(Asked(method, "/", [("host", "shop")], b""), real.url)
    assert (answer.status, answer.body) == (status, b"")


def test_a_service_that_is_not_there_ends_the_connection(real: Upstream) -> None:
    asked = Asked("GET", "/", [("host", "shop")], b"")
    assert pass_on(asked, None).status is None
    real.answer(Answer(None))
    assert pass_on(asked, real.url).status is None
    with real.refuse():
        assert pass_on(asked, real.url).status is None
