"""PostgreSQL's wire protocol, as much of it as telling which statements ran takes.

Source: PostgreSQL documentation, chapter "Frontend/Backend Protocol", message formats.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from workbench.running.log import Appendable

MOST_TEXT_BYTES = 64 * 1024
_MOST_ERROR = 2000  # characters

#: What one connection may have begun, or prepared, at a time; bytes of names and texts.
_MOST_RUNNING = 10_000
_MOST_PREPARED = 4 * 1024 * 1024

#: Errors of the server's own that are kept: an answer can raise as many as it likes.
_MOST_FAULTS = 100

_SSL_REQUEST, _GSS_REQUEST = 80877103, 80877104
#: Errors that tell of the server's state, never of a statement (SQLSTATE; PostgreSQL documentation,
#: appendix A): the disk is full; a read or write failed; another session crashed the server; it is
#: starting up or shutting down.
SERVER_FAULTS = ("53100", "58030", "57P02", "57P03")


def is_server_fault(code: str | None, function: str | None) -> bool:
    """Whether an error with this SQLSTATE is the server's own, and no statement's.

    function: the server's function that reported it, as the error's field "routine" tells. Through
    that of PL/pgSQL's RAISE anybody reports what he likes.
    """
    return code in SERVER_FAULTS and function != "exec_stmt_raise"


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


class PostgresConversation:
    """Follows both directions of one connection and notes each statement in `log`.

    `faults` gets the errors, as "code message", that are the server's own. Raises ValueError or
    struct.error for what no client of PostgreSQL says, and for more at a time than can be followed.
    """

    def __init__(self, log: Appendable[Statement], faults: list[str] | None = None) -> None:
        self._log = log
        self._held = 0  # names and texts in the two dictionaries
        self._faults = [] if faults is None else faults
        self._client, self._server = Messages(), Messages()
        self._prepared: dict[bytes, str] = {}
        self._portals: dict[bytes, str] = {}
        self._running: deque[tuple[Statement, bool]] = deque()  # (statement, is simple query)

    async def greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        return await startup(reader, writer)

    def from_client(self, data: bytes) -> None:
        for kind, body in self._client.feed(data):
            if kind == b"Q":
                self._begin(_text(body), simple=True)
            elif kind == b"P":
                name, text = body.split(b"\0", 2)[:2]
                self._keep(self._prepared, name, _text(text))
            elif kind == b"B":
                portal, name = body.split(b"\0", 2)[:2]
                self._keep(self._portals, portal, self._prepared.get(name, ""))
            elif kind == b"C":
                self._forget(self._prepared if body[:1] == b"S" else self._portals, body[1:-1])
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
            elif kind == b"E":
                fields = {part[:1]: _text(part[1:]) for part in body.split(b"\0") if part}
                error = f"{fields.get(b'C', '')} {fields.get(b'M', '')}"[:_MOST_ERROR]
                if is_server_fault(fields.get(b"C"), fields.get(b"R")):
                    self._note_fault(error)
                if self._running:
                    self._running[0][0].error = error
                    self._end()
            elif self._running and kind in b"sI":  # portal suspended, empty query
                self._end()

    def lost(self) -> None:
        """The server has ended the connection: without a word, if a statement still runs."""
        if self._running:
            self._note_fault("08006 the server ended the connection in the middle of a statement")

    def _begin(self, text: str, *, simple: bool) -> None:
        statement = Statement(text)
        self._log.append(statement)
        self._running.append((statement, simple))
        if len(self._running) > _MOST_RUNNING:
            raise ValueError("more statements at a time than can be followed")

    def _keep(self, table: dict[bytes, str], name: bytes, text: str) -> None:
        self._forget(table, name)
        table[name] = text
        self._held += len(name) + len(text)
        if self._held > _MOST_PREPARED:
            raise ValueError("more prepared statements than can be followed")

    def _forget(self, table: dict[bytes, str], name: bytes) -> None:
        if name in table:
            self._held -= len(name) + len(table.pop(name))

    def _note_fault(self, error: str) -> None:
        if len(self._faults) < _MOST_FAULTS:
            self._faults.append(error)

    def _end(self) -> None:
        statement, _ = self._running.popleft()
        statement.seconds = time.monotonic() - statement.started


async def startup(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """The startup (or cancel) packet; an encrypted connection is declined, to be readable."""
    while True:
        head = await reader.readexactly(8)
        length, code = struct.unpack("!II", head)
        if code not in (_SSL_REQUEST, _GSS_REQUEST):
            return head + await reader.readexactly(min(max(length, 8), 10_000) - 8)
        writer.write(b"N")


def _text(body: bytes) -> str:
    return body.split(b"\0", 1)[0].decode("utf-8", "replace")
