"""Load: users that ask a server again as soon as it has answered, each on connections of its own.

Written on asyncio's protocols, which take some 30 microseconds a request: locust and httpx take
ten times as much and would measure themselves on the same two cores; wrk takes less, but cannot
ask three things for one page.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

#: What a user asks for one operation: steps, one after another, each of requests sent at once.
Operation = Sequence[Sequence[bytes]]

#: Until one answer is there, on a machine that is busy otherwise.
ANSWER_SECONDS = 60.0


@dataclass(frozen=True)
class Load:
    """What came of some operations: how many in a second, and the seconds that each took."""

    rate: float
    p50: float
    p99: float


def get(path: str, token: str) -> bytes:
    """A request as it goes on the wire."""
    lines = (f"GET {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}")
    return "\r\n".join([*lines, "", ""]).encode()


def put_load(port: int, operation: Operation, users: int, count: int) -> Load:
    """Do an operation `count` times on the server at that port, by `users` at a time.

    Raises SystemExit when an answer is another one than 200.
    """
    return asyncio.run(_put(port, operation, users, count))


async def _put(port: int, operation: Operation, users: int, count: int) -> Load:
    loop, seconds = asyncio.get_running_loop(), []
    turns = iter(range(count))  # shared: whoever is done takes the next one

    async def use(connections: Sequence[_Connection]) -> None:
        for _ in turns:
            began = time.perf_counter()
            for step in operation:
                if len(step) == 1:
                    await connections[0].ask(step[0])
                else:
                    pairs = zip(connections, step, strict=True)
                    await asyncio.gather(*(one.ask(request) for one, request in pairs))
            seconds.append(time.perf_counter() - began)

    most = max(map(len, operation))
    opened: list[list[_Connection]] = []
    for _ in range(users):
        pairs = [await loop.create_connection(_Connection, "127.0.0.1", port) for _ in range(most)]
        opened.append([connection for _, connection in pairs])
    began = time.perf_counter()
    async with asyncio.timeout(ANSWER_SECONDS + count):
        await asyncio.gather(*map(use, opened))
    took = time.perf_counter() - began
    for connections in opened:
        for connection in connections:
            connection.close()
    cuts = statistics.quantiles(seconds, n=100)
    return Load(count / took, statistics.median(seconds), cuts[98])


class _Connection(asyncio.Protocol):
    """One connection, with one request at a time."""

    def __init__(self) -> None:
        self._read = b""
        self._answered: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a connection is one
        self._transport = transport

    async def ask(self, request: bytes) -> None:
        """Send a request and wait until all of its answer is there."""
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        await self._answered

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        if end and self._answered and len(body) >= _length(head):
            self._read, answered, self._answered = b"", self._answered, None
            if head.split(b" ", 2)[1] == b"200":
                answered.set_result(None)
            else:
                answered.set_exception(SystemExit(f"Answered otherwise: {head!r} {body[:500]!r}"))

    def connection_lost(self, _: Exception | None) -> None:
        if self._answered:
            self._answered.set_exception(SystemExit("A connection ended without an answer."))

    def close(self) -> None:
        self._transport.close()


def _length(head: bytes) -> int:
    """The length of the body that follows. Raises SystemExit when it is not told."""
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    if not found:
        raise SystemExit(f"An answer has no Content-Length: {head!r}")
    return int(rest.partition(b"\r\n")[0])
