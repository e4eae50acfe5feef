"""A part in SQL, run as its file says: one transaction, by the database's owner.

No process is started for it. What the text may do is what PostgreSQL lets a role do that is no
superuser and in no group of the server's files or programs; how long, whoever runs it bounds.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class

from workbench.bench.provider import BenchError
from workbench.running.gate import GateConversation
from workbench.running.postgres_wire import Messages, is_server_fault
from workbench.running.sql_text import line_of, statement_starts

STATEMENT_SECONDS = 10
LOCK_SECONDS = 5

#: Of the session that a part runs in, over all that the database's owner has set.
_SESSION = {
    "search_path": "public",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "lock_timeout": f"{LOCK_SECONDS}s",
    "client_min_messages": "error",
    "default_transaction_read_only": "off",
    "default_transaction_isolation": "read\\ committed",
    "standard_conforming_strings": "on",
    "check_function_bodies": "on",
    "DateStyle": "ISO",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
}
_OPTIONS = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())

#: Of what PostgreSQL says of an error: an answer raises errors of its own.
_MOST_SAID = 500
_MOST_LINE = 160

_PSQL = "A line that begins with a backslash is for psql; only SQL is run here."
_COPY = "COPY takes no rows from a file like this one: use INSERT."


@dataclass
class Counter:
    """How many statements of the text that was sent last have been carried out."""

    done: int = 0


@dataclass
class CountingConversation(GateConversation):
    """The gate for a part: it bounds what comes back, and counts what is done."""

    counter: Counter
    _messages: Messages = field(default_factory=Messages)

    def __post_init__(self) -> None:
        super().__init__()

    def from_client(self, data: bytes) -> None:
        super().from_client(data)
        self.counter.done = 0

    def from_server(self, data: bytes) -> None:
        super().from_server(data)
        self.counter.done += sum(kind == b"C" for kind, _ in self._messages.feed(data))


class PartFailed(Exception):
    """PostgreSQL did not take a part: the message says where, and what it said."""


@contextlib.contextmanager
def session(url: str) -> Iterator[Connection]:
    """A connection in which parts can be run. Raises PartFailed when there is none to be had."""
    try:
        opened = psycopg2.connect(
            url, options=_OPTIONS, client_encoding="UTF8", connect_timeout=STATEMENT_SECONDS
        )
    except psycopg2.Error as error:
        raise PartFailed(f"The database cannot be entered any more: {error}"[:_MOST_SAID]) from None
    with contextlib.closing(opened):
        yield opened


def run_part(opened: Connection, name: str, text: str, counter: Counter) -> None:
    """Run the whole text, and commit it. Raises PartFailed; BenchError when the server is at fault.

    name: what messages call it; counter: of the way that `opened` takes.
    """
    if "\0" in text:  # the protocol's texts end with one: what stands behind it would not be run
        line = line_of(text, text.index("\0"))
        raise PartFailed(f"{name}, line {line}\nERROR: a NUL character, which no SQL has")
    starts = statement_starts(text)
    committing = False
    try:
        with opened.cursor() as cursor:
            if starts:  # psycopg2 refuses a text in which there is nothing to run
                cursor.execute(text)
        committing = True
        opened.commit()
    except psycopg2.Error as error:
        if is_server_fault(error.pgcode, error.diag.source_function):
            raise BenchError(f"PostgreSQL failed: {error}") from None
        left = [] if committing else starts[counter.done :]
        raise PartFailed(told(name, text, error, left[0] if left else None)) from None


def told(
    name: str, text: str, error: psycopg2.Error, statement: int | None, offset: int = 0
) -> str:
    """The place in the text, the line that stands there, and PostgreSQL's own words.

    statement: where the one begins that was not carried out, if that is known; offset: where the
    piece of the text begins that PostgreSQL has seen.
    """
    said = error.diag
    if error.pgcode is None and "COPY" in str(error):
        lines = [str(error).strip(), f"Hint: {_COPY}"]
    elif error.pgcode is None:
        lines = ["the connection ended: it took too long, or it brought back too much"]
    else:
        first = f"{said.severity_nonlocalized or 'ERROR'}: {said.message_primary} ({error.pgcode})"
        rest = {"Detail": said.message_detail, "Hint": said.message_hint, "In": said.context}
        lines = [first, *(f"{label}: {words}" for label, words in rest.items() if words)]
    lines = [line[:_MOST_SAID] for line in lines]
    position = _pointed(error, offset, len(text))
    position = statement if position is None else position
    if position is None:
        return "\n".join([name, *lines])
    if text[position : position + 1] == "\\":
        lines.append(f"Hint: {_PSQL}")
    number = line_of(text, position)
    excerpt = f"{number:>5} | {text.split(chr(10))[number - 1].rstrip()[:_MOST_LINE]}"
    return "\n".join([f"{name}, line {number}", excerpt, *lines])


def _pointed(error: psycopg2.Error, offset: int, length: int) -> int | None:
    """Where PostgreSQL points to in the whole text."""
    pointed = error.diag.statement_position
    if pointed is None or not pointed.isdigit() or not 0 < int(pointed) <= length - offset:
        return None
    return offset + int(pointed) - 1
