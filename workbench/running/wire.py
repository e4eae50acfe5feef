"""PostgreSQL's wire protocol, as much of it as telling which statements ran takes.

Source: PostgreSQL documentation, chapter "Frontend/Backend Protocol", message formats.
"""

from __future__ import annotations

import struct
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_TEXT_BYTES = 64 * 1024


@dataclass
class Statement:
    """One statement that ran: its text as it was sent, and what the server said of it.

    tag: the command tag, such as "SELECT 20"; error: the server's message; seconds: from the
    request to its answer, 0 while it runs.
    """

    text: str
    tag: str = ""
    error: str = ""
    seconds: float = 0.0
    started: float = field(default_factory=time.monotonic)

    @property
    def rows(self) -> int:
        """Rows returned or affected, 0 for statements that have none."""
        count = self.tag.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0


class Messages:
    """Cuts one direction of a connection into typed messages, keeping the start of each body."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._skip = 0

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield (type, body) of each message that is complete, or long enough to be cut off."""
        self._buffer += data
        while True:
            dropped = min(self._skip, len(self._buffer))
            del self._buffer[:dropped]
            self._skip -= dropped
            if self._skip or len(self._buffer) < 5:
                return
            (length,) = struct.unpack_from("!I", self._buffer, 1)
            wanted = 1 + min(length, MOST_TEXT_BYTES)
            if len(self._buffer) < wanted:
                return
            yield bytes(self._buffer[:1]), bytes(self._buffer[5:wanted])
            self._skip = 1 + length


class Conversation:
    """Follows both directions of one connection and notes each statement in `log`."""

    def __init__(self, log: list[Statement]) -> None:
        self._log = log
        self._client, self._server = Messages(), Messages()
        self._prepared: dict[bytes, str] = {}
        self._portals: dict[bytes, str] = {}
        self._running: deque[tuple[Statement, bool]] = deque()  # (statement, is simple query)

    def from_client(self, data: bytes) -> None:
        for kind, body in self._client.feed(data):
            if kind == b"Q":
                self._begin(_text(body), simple=True)
            elif kind == b"P":
                name, text = body.split(b"\0", 2)[:2]
                self._prepared[name] = _text(text)
            elif kind == b"B":
                portal, name = body.split(b"\0", 2)[:2]
                self._portals[portal] = self._prepared.get(name, "")
            elif kind == b"E":
                self._begin(self._portals.get(body.split(b"\0", 1)[0], ""), simple=False)

    def from_server(self, data: bytes) -> None:
        for kind, body in self._server.feed(data):
            if kind == b"Z":  # ready for query: whatever ran has ended
                while self._running:
                    self._end()
            elif self._running and kind == b"C":
                statement, simple = self._running[0]
                statement.tag = _text(body)
                if not simple:
                    self._end()
            elif self._running and kind == b"E":
                fields = {part[:1]: _text(part[1:]) for part in body.split(b"\0") if part}
                self._running[0][0].error = f"{fields.get(b'C', '')} {fields.get(b'M', '')}"
                self._end()
            elif self._running and kind in b"sI":  # portal suspended, empty query
                self._end()

    def _begin(self, text: str, *, simple: bool) -> None:
        statement = Statement(text)
        self._log.append(statement)
        self._running.append((statement, simple))

    def _end(self) -> None:
        statement, _ = self._running.popleft()
        statement.seconds = time.monotonic() - statement.started


def _text(body: bytes) -> str:
    return body.split(b"\0", 1)[0].decode("utf-8", "replace")
