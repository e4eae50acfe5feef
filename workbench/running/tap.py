"""The tap: a loopback relay between a system and its PostgreSQL, which tells what was said.

It works the same with every provider and needs no right on the server. It also is the only port of
PostgreSQL that the system knows, so that it can be cut.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
import threading
from collections.abc import Callable
from typing import Any

from workbench.running.wire import Conversation, Statement

#: Statements kept of one tap; a system that sends more is not worth following further.
MOST_STATEMENTS = 20_000

_SSL_REQUEST, _GSS_REQUEST = 80877103, 80877104
_CHUNK = 64 * 1024

#: How a relay may end: cut by a side or by us, or fed with what is no PostgreSQL protocol.
_ENDINGS = (OSError, asyncio.IncompleteReadError, asyncio.CancelledError, ValueError, struct.error)


class Taps:
    """Runs the taps of a process on an event loop of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def open(self, host: str, port: int) -> Tap:
        """A tap on the server at `host`:`port`."""
        return Tap(host, port, self._run)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


class Tap:
    """One relay. `port` is where the system connects; `statements` is what it has asked."""

    def __init__(self, host: str, port: int, run: Callable[[Any], Any]) -> None:
        self.statements: list[Statement] = []
        self._target = (host, port)
        self._run = run
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server = run(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port: int = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Cut every connection and take no more."""
        self._run(self._stop())

    async def _stop(self) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio runs this as a task
        self._tasks.add(task)
        try:
            with contextlib.suppress(*_ENDINGS):
                await self._relay(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeting = await self._greeting(reader, writer)
        up_reader, up_writer = await asyncio.open_connection(*self._target)
        up_writer.write(greeting)
        talk = Conversation(self.statements)

        def asked(data: bytes) -> None:
            if len(self.statements) < MOST_STATEMENTS:
                talk.from_client(data)

        up = asyncio.create_task(_pump(reader, up_writer, asked))
        down = asyncio.create_task(_pump(up_reader, writer, talk.from_server))
        try:
            await asyncio.wait([up, down], return_when=asyncio.FIRST_COMPLETED)
        finally:
            up.cancel()
            down.cancel()
            up_writer.close()

    async def _greeting(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """The startup (or cancel) packet; an encrypted connection is declined, to be readable."""
        while True:
            head = await reader.readexactly(8)
            length, code = struct.unpack("!II", head)
            if code not in (_SSL_REQUEST, _GSS_REQUEST):
                return head + await reader.readexactly(min(max(length, 8), 10_000) - 8)
            writer.write(b"N")


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, see: Callable[[bytes], None]
) -> None:
    while data := await reader.read(_CHUNK):
        see(data)
        writer.write(data)
        await writer.drain()
