"""A relay: the only way from a system to one of its services, on a port of its own.

It works the same with every provider and needs no right on the server. Checks read off it what
was said, cut it, and hold it up.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

#: Of one relay at a time; a tenant has fewer on the server. More would use up our descriptors.
MOST_CONNECTIONS = 64

_CHUNK = 64 * 1024

#: What a conversation raises for what is not the protocol, or is too much.
_CUTS = (ValueError, struct.error)

#: How a connection may end: cut by a side or by us.
_ENDINGS = (OSError, asyncio.IncompleteReadError, asyncio.CancelledError, *_CUTS)


class Conversation(Protocol):
    """What listens to one connection, and may cut it with a ValueError or struct.error."""

    async def greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """What comes before the protocol proper; returns the bytes to be passed on."""
        ...

    def from_client(self, data: bytes) -> Awaitable[None] | None:
        """What was said; it is passed on when the awaitable is done, at once without one."""
        ...

    def from_server(self, data: bytes) -> None: ...

    def lost(self) -> None:
        """The service has ended the connection, not the system and not a cut."""
        ...


class PlainConversation:
    """Lets everything pass."""

    async def greet(self, _: asyncio.StreamReader, __: asyncio.StreamWriter) -> bytes:
        return b""

    def from_client(self, data: bytes) -> None:
        pass

    def from_server(self, data: bytes) -> None:
        pass

    def lost(self) -> None:
        pass


class Target(Protocol):
    """Where a relay leads."""

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A new connection. Raises OSError."""
        ...


@dataclass(frozen=True)
class Service:
    """An address that this process can connect to; `tls` when that end wants encryption."""

    host: str
    port: int
    tls: bool = False

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self.host, self.port, ssl=self.tls or None)


class Relays:
    """Runs the relays of a process on an event loop of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def open(
        self,
        target: Target,
        converse: Callable[[], Conversation],
        listener: socket.socket,
        most: int = MOST_CONNECTIONS,
    ) -> Relay:
        """A relay from the listening socket, which it closes in the end.

        converse: makes what listens to each connection; most: connections at a time.
        """
        return Relay(target, converse, listener, most, self._run)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


class Relay:
    """One way to a service. `port` is where the system connects; `refused` is how many connections
    were ended as soon as they came, because it was cut or had too many."""

    def __init__(
        self,
        target: Target,
        converse: Callable[[], Conversation],
        listener: socket.socket,
        most: int,
        run: Callable[[Any], Any],
    ) -> None:
        self._target, self._converse, self._most, self._run = target, converse, most, run
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_cut = False
        self.refused = 0
        self._may_pass = asyncio.Event()
        self._may_pass.set()
        self._only = b""
        self._held = 0
        self._arrival = threading.Condition()
        self.port: int = listener.getsockname()[1]
        self._server: asyncio.Server = run(asyncio.start_server(self._serve, sock=listener))

    @contextlib.contextmanager
    def cut(self) -> Iterator[None]:
        """Meanwhile the service is not to be had: connections end, and new ones at once."""
        self._is_cut = True
        self._run(self._drop())
        try:
            yield
        finally:
            self._is_cut = False

    @contextlib.contextmanager
    def hold(self, only: str = "") -> Iterator[Callable[[int, float], bool]]:
        """Meanwhile what the system sends is kept back, and passed on in the end.

        only: keep back what holds this word, in capitals as client libraries write commands, and
        what comes after it on the same connection.

        Yields a function that waits until so many connections at once are held up, for so many
        seconds at most, and says whether they are.
        """
        self._run(self._bar(True, only.encode()))
        try:
            yield self._wait_for
        finally:
            self._run(self._bar(False))

    def close(self) -> None:
        """Cut every connection and take no more. May be called twice, and from any thread."""
        self._run(self._stop())

    def _wait_for(self, connections: int, seconds: float) -> bool:
        with self._arrival:
            return self._arrival.wait_for(lambda: self._held >= connections, seconds)

    async def _bar(self, barred: bool, only: bytes = b"") -> None:
        self._only = only
        if barred:
            self._may_pass.clear()
        else:
            self._may_pass.set()

    async def _stop(self) -> None:
        self._server.close()
        self._is_cut = True  # for a connection that was taken, and is not served yet
        await self._drop()

    async def _drop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio runs this as a task
        if self._is_cut or len(self._tasks) >= self._most:
            self.refused += 1
            writer.close()
            return
        self._tasks.add(task)
        try:
            with contextlib.suppress(*_ENDINGS):
                await self._connect(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = self._converse()
        greeting = await talk.greet(reader, writer)
        if greeting:  # a server that wants no password answers it with all that a client waits for
            await self._let_pass(greeting)
        up_reader, up_writer = await self._target.connect()
        up_writer.write(greeting)
        up = asyncio.create_task(self._ask(reader, up_writer, talk))
        down = asyncio.create_task(_answer(up_reader, writer, talk))
        try:
            done, _ = await asyncio.wait([up, down], return_when=asyncio.FIRST_COMPLETED)
            if up not in done and not isinstance(down.exception(), _CUTS):
                talk.lost()
        finally:
            up.cancel()
            down.cancel()
            up_writer.close()
            await asyncio.gather(up, down, return_exceptions=True)

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, talk: Conversation
    ) -> None:
        while data := await reader.read(_CHUNK):
            turn = talk.from_client(data)
            if turn is not None:
                await turn
            await self._let_pass(data)
            writer.write(data)
            await writer.drain()

    async def _let_pass(self, data: bytes) -> None:
        """Wait until this may pass, counted among those who wait."""
        if self._may_pass.is_set() or self._only not in data:
            return
        self._count(1)
        try:
            await self._may_pass.wait()
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._arrival:
            self._held += change
            self._arrival.notify_all()


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, talk: Conversation
) -> None:
    while data := await reader.read(_CHUNK):
        talk.from_server(data)
        writer.write(data)
        await writer.drain()
