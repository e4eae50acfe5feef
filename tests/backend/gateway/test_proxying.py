"""Proxying: what a client sends reaches the service as it is, and so does the answer."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running_gateway import WAIT, Running

from workbench.checking.upstream import Answer, Asked

PATH = "/api/v1/products"

#: Fewer than usual: each is a request to a gateway and one to a service.
FEW = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])

NAMES = st.from_regex(r"x-[a-z0-9]{1,10}", fullmatch=True).filter(
    lambda name: name not in ("x-request-id",)
)
VALUES = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_method_path_query_and_body_are_kept(gateway: Running, method: str) -> None:
    gateway.products.answer(Answer(200, b"answer"))
    reply = gateway.ask(f"{PATH}/a%20b?q=%2F&q=2&e", method, content=b"\x00\xff")
    (asked,) = gateway.products.asked
    assert reply.content == b"answer"
    assert (asked.method, asked.target) == (method, f"{PATH}/a%20b?q=%2F&q=2&e")
    assert asked.body == b"\x00\xff"


def test_a_request_without_a_body_gets_none(gateway: Running) -> None:
    gateway.ask(PATH)
    (asked,) = gateway.products.asked
    assert asked.header("content-length") is None
    assert asked.header("transfer-encoding") is None
    assert asked.header("content-type") is None


def test_head_has_the_headers_and_no_body(gateway: Running) -> None:
    gateway.products.answer(Answer(200, b"12345"))
    reply = gateway.ask(PATH, "HEAD")
    assert (reply.headers["content-length"], reply.content) == ("5", b"")
    assert gateway.products.asked[0].method == "HEAD"


@FEW
@given(st.lists(st.tuples(NAMES, VALUES), max_size=6))
def test_headers_are_kept_both_ways(gateway: Running, pairs: list[tuple[str, str]]) -> None:
    gateway.products.forget()
    gateway.products.answer(Answer(200, b"", [*pairs, ("set-cookie", "a=1"), ("set-cookie", "b")]))
    reply = gateway.client.get(PATH, headers=[*pairs, ("accept", "a"), ("accept", "b")])
    (asked,) = gateway.products.asked
    assert [pair for pair in asked.headers if pair[0].startswith("x-")
            and not pair[0].startswith(("x-forwarded-", "x-request-id"))] == pairs  # fmt: skip
    assert asked.all("accept") == ["a", "b"]
    got = reply.headers.multi_items()
    names = {name for name, _ in pairs}
    assert [pair for pair in got if pair[0] in names] == pairs
    assert reply.headers.get_list("set-cookie") == ["a=1", "b"]


@FEW
@given(st.lists(st.binary(max_size=20), max_size=5), st.booleans())
def test_bodies_are_kept_both_ways(gateway: Running, pieces: list[bytes], whole: bool) -> None:
    gateway.products.forget()
    gateway.products.answer(Answer(200, b"".join(pieces) if whole else pieces))
    reply = gateway.ask(PATH, "PUT", content=b"".join(pieces) if whole else iter(pieces))
    assert reply.content == b"".join(pieces)
    assert gateway.products.asked[0].body == b"".join(pieces)


def test_headers_that_are_no_ascii_go_on_as_utf_8(gateway: Running) -> None:
    host, port = gateway.url.removeprefix("http://").split(":")
    for value, kept in (
        ("café".encode("latin-1"), "café".encode()),
        ("café €".encode(), "café €".encode()),
    ):
        gateway.products.forget()
        gateway.products.answer(Answer(200, b"", [("x-name", value.decode("latin-1"))]))
        with socket.create_connection((host, int(port)), timeout=WAIT) as client:
            lines = [f"GET {PATH} HTTP/1.1".encode(), b"host: x", b"connection: close"]
            client.sendall(b"\r\n".join([*lines, b"x-name: " + value, b"", b""]))
            answer = b"".join(iter(lambda: client.recv(4096), b""))
        (asked,) = gateway.products.asked
        assert asked.all("x-name") == [kept.decode("latin-1")]
        assert b"x-name: " + kept in answer


def test_a_packed_body_stays_packed(gateway: Running) -> None:
    packed = gzip.compress(b"hello")
    gateway.products.answer(Answer(200, packed, [("content-encoding", "gzip")]))
    with gateway.client.stream(
        "POST", PATH, content=packed, headers={"content-encoding": "gzip"}
    ) as reply:
        assert b"".join(reply.iter_raw()) == packed
    assert gateway.products.asked[0].body == packed


def test_what_concerns_one_connection_stays_behind(gateway: Running) -> None:
    gateway.products.answer(
        Answer(200, b"", [("connection", "x-private"), ("x-private", "1"), ("keep-alive", "9")])
    )
    reply = gateway.ask(PATH, headers={
        "Connection": "keep-alive, X-Secret", "X-Secret": "1", "TE": "trailers",
        "Keep-Alive": "5", "Proxy-Authorization": "x", "Upgrade": "h2c",
    })  # fmt: skip
    (asked,) = gateway.products.asked
    for name in ("x-secret", "te", "keep-alive", "proxy-authorization", "upgrade"):
        assert asked.all(name) == []
    assert "x-private" not in reply.headers
    assert "keep-alive" not in reply.headers


def test_the_service_learns_who_asks_for_what(gateway: Running) -> None:
    gateway.ask(PATH, headers={"X-Forwarded-For": "10.0.0.1", "X-Caller-Id": "me", "Host": "shop",
                               "X-Caller-Role": "admin", "X-Request-ID": "mine"})  # fmt: skip
    (asked,) = gateway.products.asked
    assert asked.header("x-forwarded-for") == "10.0.0.1, 127.0.0.1"
    assert asked.header("x-forwarded-host") == "shop"
    assert asked.header("x-forwarded-proto") == "http"
    assert asked.header("x-request-id") == "mine"
    assert asked.all("x-caller-id") == asked.all("x-caller-role") == []
    assert asked.header("host") == gateway.products.url.removeprefix("http://")


def test_a_header_that_is_spelt_in_two_ways_is_kept(gateway: Running) -> None:
    sent = [("X-Mine", "1"), ("x-mine", "2"), ("X-Mine", "3")]
    gateway.products.answer(Answer(200, b"", sent))
    reply = gateway.client.get(PATH, headers=sent)
    assert gateway.products.asked[0].all("x-mine") == ["1", "2", "3"]
    assert reply.headers.get_list("x-mine") == ["1", "2", "3"]


def test_nobody_speaks_in_our_name_by_another_spelling(gateway: Running) -> None:
    gateway.ask(PATH, headers={"X_Caller_Id": "me", "x-Caller_ROLE": "admin", "X_Mine": "1"})
    (asked,) = gateway.products.asked
    assert [name for name, _ in asked.headers if "caller" in name] == []
    assert asked.header("x_mine") == "1"


def test_nobody_takes_our_headers_away_by_naming_them(gateway: Running, user: str) -> None:
    names = "X-Caller-Id, x-forwarded-for, X-Request-ID, traceparent, host"
    gateway.ask(f"/api/v1/users/{user}", caller=user, headers={"Connection": names})
    (asked,) = gateway.users.asked
    assert asked.header("x-caller-id") == user
    for name in ("x-forwarded-for", "x-request-id", "traceparent", "host"):
        assert asked.header(name)


def test_the_service_learns_who_the_caller_is(gateway: Running, user: str) -> None:
    gateway.ask(f"/api/v1/users/{user}", caller=user, headers={"x-caller-id": "other"})
    (asked,) = gateway.users.asked
    assert (asked.header("x-caller-id"), asked.header("x-caller-role")) == (user, "user")


def test_a_request_id_is_made_and_told(gateway: Running) -> None:
    reply = gateway.ask(PATH, headers={"X-Request-ID": "two words"})
    (asked,) = gateway.products.asked
    assert reply.headers.get_list("x-request-id") == [asked.header("x-request-id")]
    assert " " not in reply.headers["x-request-id"]


def test_a_trace_goes_on(gateway: Running) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    sent = {"traceparent": f"00-{trace}-b7ad6b7169203331-01", "tracestate": "a=1"}
    gateway.ask(PATH, headers=sent)
    (asked,) = gateway.products.asked
    told = asked.header("traceparent")
    assert told is not None
    assert told.split("-")[1] == trace
    assert told != sent["traceparent"]
    assert asked.header("tracestate") == "a=1"


def test_pieces_pass_while_the_service_goes_on(gateway: Running) -> None:
    seen = threading.Event()

    def body() -> Iterator[bytes]:
        yield b"first"
        assert seen.wait(WAIT)
        yield b"second"

    gateway.products.answer(Answer(200, body()))
    with gateway.client.stream("GET", PATH) as reply:
        pieces = reply.iter_raw()
        assert next(pieces) == b"first"
        seen.set()
        assert b"".join(pieces) == b"second"


@pytest.mark.parametrize("body", [b"part", [b"part"]])
def test_a_part_is_not_taken_for_the_whole(gateway: Running, body: Any) -> None:
    gateway.products.answer(Answer(200, body, dropped=True))
    with pytest.raises(httpx.RemoteProtocolError):
        gateway.ask(PATH)


def test_a_service_that_cannot_be_reached_is_502(gateway: Running) -> None:
    with gateway.products.refuse():
        reply = gateway.ask(PATH)
    assert reply.status_code == 502
    assert reply.headers["content-type"] == "application/problem+json"
    assert "127.0.0.1" not in reply.text
    gateway.products.answer(Answer(None))
    assert gateway.ask(PATH).status_code == 502


def test_a_service_that_is_too_slow_is_504(start: Callable[..., Running]) -> None:
    gateway = start(attempt_timeout_ms=50, retry_attempts=1)
    with gateway.products.hold() as held:
        assert gateway.ask(PATH).status_code == 504
        assert held.left(1, WAIT)


def test_nobody_is_told_of_a_service_that_is_none(gateway: Running) -> None:
    for path in ("/", "/api/v1/nothing", "/api/v1/usersx"):
        reply = gateway.ask(path)
        assert reply.status_code == 404
        assert reply.json()["instance"] == path


@pytest.mark.parametrize(
    "path", [f"{PATH}/../users", f"{PATH}/%2e%2e/users", f"{PATH}/a%2f..", f"{PATH}/%00"]
)
def test_a_path_that_means_two_things_reaches_nobody(gateway: Running, path: str) -> None:
    assert gateway.ask(path).status_code == 400
    assert [service.asked for service in gateway.services.values()] == [(), (), ()]


def test_a_method_that_means_something_else_reaches_nobody(gateway: Running) -> None:
    assert gateway.ask(PATH, "TRACE").status_code == 405
    assert gateway.products.asked == ()


def test_a_body_that_is_too_long_reaches_nobody(start: Callable[..., Running]) -> None:
    gateway = start(max_body_bytes=1000)
    gateway.ask(PATH, "POST", content=b"x" * 1000)
    assert gateway.ask(PATH, "POST", content=b"x" * 1001).status_code == 413
    assert gateway.ask(PATH, "POST", content=iter([b"x" * 600] * 2)).status_code == 413
    assert len(gateway.products.asked) == 1


def test_a_service_is_not_asked_for_somebody_who_has_left(gateway: Running) -> None:
    host, port = gateway.url.removeprefix("http://").split(":")
    with gateway.products.hold() as held:
        with socket.create_connection((host, int(port))) as client:
            client.sendall(f"GET {PATH} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
            assert held.reached(1, WAIT)
        assert held.left(1, WAIT)


def test_connections_are_used_again(gateway: Running) -> None:
    peers = set()

    def decide(_: Asked) -> Answer:
        peers.update(one.getpeername() for one in gateway.products._connections)
        return Answer()

    gateway.products.answer_by(decide)
    for _ in range(3):
        assert gateway.ask(PATH).status_code == 200
    assert len(peers) == 1


def test_a_connection_that_ends_is_one_attempt(start: Callable[..., Running]) -> None:
    gateway = start(retry_base_ms=1, retry_attempts=2)
    for asked in (2, 4):  # on a new connection, and on one that was used before
        gateway.products.forget()
        gateway.products.answer(*[Answer()] * (asked - 2), Answer(None))
        for _ in range(asked - 2):
            assert gateway.ask(PATH).status_code == 200
        assert gateway.ask(PATH).status_code == 502
        assert len(gateway.products.asked) == asked


def test_a_service_that_fails_is_tried_again_and_then_left_alone(
    start: Callable[..., Running],
) -> None:
    gateway = start(retry_base_ms=1, breaker_failures=3, breaker_seconds=10)
    gateway.products.answer(Answer(503), Answer(200, b"at last"))
    assert gateway.ask(PATH).text == "at last"
    assert len(gateway.products.asked) == 2
    gateway.products.answer(Answer(503, b"sorry"))
    assert gateway.ask(PATH).text == "sorry"
    assert len(gateway.products.asked) == 5
    refused = gateway.ask(PATH)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
    assert len(gateway.products.asked) == 5
    assert gateway.ask("/graphql").headers["retry-after"] == "10"
    gateway.seconds[0] += 10
    gateway.products.answer(Answer(201))
    with ThreadPoolExecutor(8) as pool:
        with gateway.products.hold():
            asking = [pool.submit(gateway.ask, PATH, "POST") for _ in range(8)]
            done = as_completed(asking)
            assert [next(done).result().status_code for _ in range(7)] == [503] * 7
        assert next(done).result().status_code == 201
    assert len(gateway.products.asked) == 6
