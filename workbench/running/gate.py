"""The gate: the relay between the checks and a system's database, which bounds what comes back.

An answer owns its database: a table may be a view of a billion rows, a value may have a gigabyte,
an error's text too, and a client library holds in memory what one statement brings. So more than
MOST_BYTES never reach it. And a trigger may sleep in a way that no setting of the session ends:
closing the gate does.
"""

from __future__ import annotations

import asyncio

from workbench.running.postgres_wire import startup

#: Of the server's answer to one statement.
MOST_BYTES = 8 * 1024 * 1024


class GateConversation:
    """Counts what comes back, and cuts the connection when that is too much."""

    def __init__(self) -> None:
        self._came = 0

    async def greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        return await startup(reader, writer)

    def from_client(self, _data: bytes) -> None:
        self._came = 0

    def from_server(self, data: bytes) -> None:
        """Raises ValueError above the bound, which ends the connection."""
        self._came += len(data)
        if self._came > MOST_BYTES:
            raise ValueError("the answer to a statement is too large")

    def lost(self) -> None:
        """The client is told by the end of its connection."""
