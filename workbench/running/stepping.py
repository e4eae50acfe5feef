"""Statements one at a time: each is kept back until whoever looks on lets it pass."""

from __future__ import annotations

import asyncio
import queue
import struct
import threading
from collections.abc import Awaitable
from dataclasses import dataclass, field

from workbench.running.postgres_wire import Messages, PostgresConversation, Statement
from workbench.running.ways import statement_log

#: Messages of the server that are kept of one statement, thousands more than any has that is
#: honest; and characters of each.
MOST_NOTICES, _MOST_NOTICE = 10_000, 500

#: The part of PostgreSQL that says what a function has it say (RAISE).
_RAISED = b"exec_stmt_raise"


@dataclass
class Step:
    """A statement of a client, before it runs and after.

    pid: of the server's process; was_open and is_open: whether a transaction is open before and
    after it; notices: what the server itself said beside, without the severity, and not what a
    function raised; unheard: how many more it said than are kept; done: it is answered, or the
    server has ended its connection.
    """

    statement: Statement
    pid: int
    was_open: bool
    is_open: bool = False
    notices: list[str] = field(default_factory=list)
    unheard: int = 0
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def text(self) -> str:
        return self.statement.text

    @property
    def error(self) -> str:
        """What the server refused it with, "code message"."""
        return self.statement.error


class Steps:
    """The statements of all connections that are watched, as they come."""

    def __init__(self) -> None:
        self.statements = statement_log()
        self._came: queue.Queue[Step | None] = queue.Queue()
        self._kept: dict[int, tuple[asyncio.AbstractEventLoop, asyncio.Event]] = {}
        self._lock = threading.Lock()
        self._is_free = False

    def converse(self) -> SteppedConversation:
        """What listens to one connection."""
        return SteppedConversation(self)

    def next(self) -> Step | None:
        """Wait for the next statement; None at the end."""
        return self._came.get()

    def pass_on(self, step: Step) -> None:
        """Let it run. May be called again."""
        with self._lock:
            kept = self._kept.pop(id(step), None)
        if kept is not None:
            loop, event = kept
            loop.call_soon_threadsafe(event.set)

    def free(self) -> None:
        """Keep nothing back from now on."""
        with self._lock:
            self._is_free = True
            kept = list(self._kept.values())
            self._kept.clear()
        for loop, event in kept:
            loop.call_soon_threadsafe(event.set)

    def end(self) -> None:
        """No more will come."""
        self._came.put(None)

    def arrive(self, step: Step) -> Awaitable[None] | None:
        """A statement has come, on the relays' loop: what is to be waited for before it runs."""
        event = asyncio.Event()
        with self._lock:
            if self._is_free:
                return None
            self._kept[id(step)] = asyncio.get_running_loop(), event
        self._came.put(step)
        return _wait(event)


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


class SteppedConversation(PostgresConversation):
    """Notes the statements of one connection as steps."""

    def __init__(self, steps: Steps) -> None:
        super().__init__(steps.statements)
        self._steps = steps
        self._said = Messages()
        self._pid, self._open = 0, False
        self._step: Step | None = None
        self._begun: list[Statement] = []

    def from_client(self, data: bytes) -> Awaitable[None] | None:  # type: ignore[override]
        self._begun = []
        super().from_client(data)
        if not self._begun:
            return None
        self._step = Step(self._begun[0], self._pid, self._open)
        return self._steps.arrive(self._step)

    def from_server(self, data: bytes) -> None:
        super().from_server(data)
        for kind, body in self._said.feed(data):
            if kind == b"K":
                (self._pid,) = struct.unpack_from("!i", body)
            elif kind == b"N" and self._step is not None:
                self._notice(self._step, body)
            elif kind == b"Z":
                self._open = body[:1] != b"I"
                self._answered()

    def lost(self) -> None:
        super().lost()
        self._open = False
        self._answered()

    def _begin(self, text: str, *, simple: bool) -> None:
        super()._begin(text, simple=simple)
        self._begun.append(self._running[-1][0])

    def _answered(self) -> None:
        if self._step is not None:
            self._step.is_open = self._open
            self._step.done.set()
            self._step = None

    @staticmethod
    def _notice(step: Step, body: bytes) -> None:
        said = {part[:1]: part[1:] for part in body.split(b"\0") if part}
        if said.get(b"R") == _RAISED:
            return
        if len(step.notices) < MOST_NOTICES:
            step.notices.append(said.get(b"M", b"").decode("utf-8", "replace")[:_MOST_NOTICE])
        else:
            step.unheard += 1
