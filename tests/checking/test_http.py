"""The client of checks takes whatever a system sends, within its bounds."""

from __future__ import annotations

import gzip
import socket
import tracemalloc
from collections.abc import Iterator

import pytest

from workbench.checking import Answer, CheckFailed, Upstream
from workbench.checking.http import Client
from workbench.running.log import Log
from workbench.running.postgres_wire import Statement
from workbench.running.redis_wire import Command


class Played:
    """A system that a test plays."""

    output = ""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.statements, self.commands = Log[Statement](lambda _: 0), Log[Command](lambda _: 0)


@pytest.fixture
def system() -> Iterator[Upstream]:
    with Upstream(socket.create_server(("127.0.0.1", 0), backlog=128)) as upstream:
        yield upstream


@pytest.fixture
def client(system: Upstream) -> Iterator[Client]:
    with Client(Played(system.url)) as client:
        yield client


def packed(body: bytes, *codings: str) -> Answer:
    return Answer(200, body, [("content-encoding", ", ".join(codings))])


def test_odd_replies_fail_a_check_and_break_none(system: Upstream, client: Client) -> None:
    for odd in ({"products": 7}, {"products": [1]}, {"products": {"id": 1}}, []):
        system.answer(Answer.json(odd))
        with pytest.raises(CheckFailed):
            client.get("/").objects("products")
    system.answer(Answer(201, b"", [("location", "http://[::1")]))
    with pytest.raises(CheckFailed, match="a Location on this server"):
        _ = client.get("/").location
    for path in ("/half-\ud83d", "/" + "x" * 70_000, "/\x00"):
        with pytest.raises(CheckFailed, match="can be asked for"):
            client.get(path)


def test_a_packed_body_is_read(system: Upstream, client: Client) -> None:
    system.answer(packed(gzip.compress(b'{"a": 1}'), "gzip"))
    assert client.get("/").json == {"a": 1}


def test_a_body_that_unpacks_to_gigabytes_is_not_unpacked(system: Upstream, client: Client) -> None:
    once = gzip.compress(bytes(256 * 1024 * 1024), 1)
    system.answer(packed(gzip.compress(once), "gzip", "gzip"))
    tracemalloc.start()
    try:
        with pytest.raises(CheckFailed, match="a body of at most 8 MiB"):
            client.get("/")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * 1024 * 1024


def test_a_body_that_is_not_packed_as_it_says_fails_the_check(
    system: Upstream, client: Client
) -> None:
    system.answer(packed(b"plain", "gzip"))
    with pytest.raises(CheckFailed, match="can be decoded"):
        client.get("/")
