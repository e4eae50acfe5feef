"""A service that a check plays: what it keeps, and all that it can do to whoever asks."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest
from waiting import wait_until

from workbench.checking import Answer, CheckFailed, Upstream

WAIT = 30.0  # more than a busy machine needs


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream(socket.create_server(("127.0.0.1", 0), backlog=128)) as upstream:
        yield upstream


@pytest.fixture
def client(upstream: Upstream) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=upstream.url, timeout=WAIT, trust_env=False) as client:
        yield client


def test_what_reaches_it_is_kept_in_order(upstream: Upstream, client: httpx.Client) -> None:
    client.post("/a%20b?c=1", headers=[("X-One", "1"), ("x-one", "2")], json={"d": [1]})
    client.get("/second")
    first, second = upstream.asked
    assert (first.method, first.target, first.json) == ("POST", "/a%20b?c=1", {"d": [1]})
    assert (first.all("X-One"), first.header("x-one")) == (["1", "2"], None)
    assert (second.target, second.body, second.header("nothing")) == ("/second", b"", None)
    upstream.forget()
    assert upstream.asked == ()


def test_that_nothing_was_asked_fails_a_check_and_breaks_none(
    upstream: Upstream, client: httpx.Client
) -> None:
    with pytest.raises(CheckFailed, match="nothing was asked of the service"):
        _ = upstream.last_asked
    client.get("/first")
    client.get("/last")
    assert upstream.last_asked.target == "/last"


def test_answers_come_in_turn_and_the_last_one_stays(
    upstream: Upstream, client: httpx.Client
) -> None:
    upstream.answer(Answer(500), Answer.json({"a": 1}, 201, [("x", "1"), ("x", "2")]))
    replies = [client.get("/") for _ in range(3)]
    assert [reply.status_code for reply in replies] == [500, 201, 201]
    assert replies[1].json() == {"a": 1}
    assert replies[1].headers.get_list("x") == ["1", "2"]


def test_an_answer_can_follow_from_what_was_asked(upstream: Upstream, client: httpx.Client) -> None:
    upstream.answer_by(lambda asked: Answer(200, asked.target.encode()))
    assert client.get("/x").text == "/x"


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_an_answer_without_a_body(
    upstream: Upstream, client: httpx.Client, method: str, status: int
) -> None:
    upstream.answer(Answer(status, b"body"))
    for _ in range(2):
        reply = client.request(method, "/")
        assert (reply.status_code, reply.content) == (status, b"")


def test_a_body_comes_piece_by_piece(upstream: Upstream, client: httpx.Client) -> None:
    go = threading.Event()

    def body() -> Iterator[bytes]:
        yield b"one"
        assert go.wait(WAIT)
        yield b"two"

    upstream.answer(Answer(200, body()))
    with client.stream("GET", "/") as reply:
        pieces = reply.iter_raw()
        assert next(pieces) == b"one"
        go.set()
        assert next(pieces) == b"two"


@pytest.mark.parametrize(
    "answer", [Answer(None), Answer(200, b"part", dropped=True), Answer(200, [b"a"], dropped=True)]
)
def test_a_connection_can_end_too_early(
    upstream: Upstream, client: httpx.Client, answer: Answer
) -> None:
    upstream.answer(answer)
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/")
    assert len(upstream.asked) == 1


def test_requests_wait_while_it_holds_them(upstream: Upstream) -> None:
    with ThreadPoolExecutor() as pool:
        with upstream.hold() as held:
            asking = [pool.submit(httpx.get, upstream.url, timeout=WAIT) for _ in range(3)]
            assert held.reached(3, WAIT)
            assert not held.reached(4, 0)
            assert not any(one.done() for one in asking)
        assert [one.result().status_code for one in asking] == [200] * 3


def test_it_notices_who_gives_up(upstream: Upstream) -> None:
    with upstream.hold() as held:
        with socket.create_connection(("127.0.0.1", upstream.port)) as client:
            client.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            assert held.reached(1, WAIT)
            assert not held.left(1, 0)
        assert held.left(1, WAIT)


def test_it_refuses_connections_and_comes_back_at_its_port(
    upstream: Upstream, client: httpx.Client
) -> None:
    for _ in range(2):
        assert client.get("/").status_code == 200
        with upstream.refuse(), pytest.raises(httpx.ConnectError):
            client.get("/")
    assert client.get("/").status_code == 200


def test_what_is_no_http_harms_nobody(upstream: Upstream, client: httpx.Client) -> None:
    with socket.create_connection(("127.0.0.1", upstream.port)) as odd:
        odd.sendall(b"\x16\x03\x01 nonsense\r\n\r\n")
        odd.settimeout(WAIT)
        assert odd.recv(100) == b""
    assert client.get("/").status_code == 200
    assert len(upstream.asked) == 1


def test_closing_ends_what_is_held() -> None:
    upstream = Upstream(socket.create_server(("127.0.0.1", 0)))
    with ThreadPoolExecutor() as pool, upstream.hold() as held:
        asking = pool.submit(httpx.get, upstream.url, timeout=WAIT)
        assert held.reached(1, WAIT)
        upstream.close()
        assert isinstance(asking.exception(), httpx.HTTPError)
    upstream.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(upstream.url)


def test_what_does_not_fit_is_not_kept_and_hides_nothing(
    upstream: Upstream, client: httpx.Client
) -> None:
    body = b"x" * (8 * 1024 * 1024)
    for _ in range(9):
        assert client.post("/", content=body).status_code == 200
    with pytest.raises(CheckFailed, match="than can be followed"):
        _ = upstream.asked
    upstream.forget()
    client.post("/", content=body)
    assert len(upstream.asked) == 1


def test_many_small_requests_are_no_way_around(
    upstream: Upstream, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.checking.upstream.MOST_ASKED", 3)
    for _ in range(4):
        client.get("/")
    with pytest.raises(CheckFailed, match="than can be followed"):
        _ = upstream.asked


def test_bodies_on_their_way_have_a_bound_together(
    upstream: Upstream, client: httpx.Client
) -> None:
    head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 8000000\r\n\r\n"
    with ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", upstream.port)))
            for _ in range(9)
        ]
        for one in slow:
            with contextlib.suppress(OSError):  # there was no room for it
                one.sendall(head + b"x" * 7_900_000)
        turned_away, _, _ = select.select(slow, [], [], WAIT)
        with contextlib.suppress(ConnectionResetError):
            assert turned_away[0].recv(1) == b""

    def is_taken() -> bool:
        with contextlib.suppress(httpx.TransportError):  # it has not noticed yet that the rest left
            return client.post("/", content=b"x" * 8_000_000).status_code == 200
        return False

    wait_until(is_taken)
    assert len(upstream.asked) == 1
