"""Redis' wire protocol, as much of it as telling which commands were sent takes.

Source: Redis documentation, "Redis serialization protocol specification", arrays of bulk strings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from workbench.running.log import Appendable

#: A command as it was sent: its name in capitals, and its arguments; bytes that are no UTF-8 stand
#: in them as surrogates, as Python's "surrogateescape" writes them.
Command = tuple[str, ...]

#: Bytes of one command that are waited for before the connection is not followed any more.
_MOST_BYTES = 16 * 1024 * 1024

#: Bytes kept of an argument.
_MOST_ARGUMENT = 1024


class RedisConversation:
    """Follows what a client sends and notes each command in `log`."""

    def __init__(self, log: Appendable[Command]) -> None:
        self._log = log
        self._buffer = bytearray()
        self._lost = False  # the client speaks something else: let it

    async def greet(self, _reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> bytes:
        """Redis has no greeting."""
        return b""

    def from_client(self, data: bytes) -> None:
        if self._lost:
            return
        self._buffer += data
        self._lost = len(self._buffer) > _MOST_BYTES
        try:
            for command in self._commands():
                self._log.append(command)
        except ValueError:
            self._lost = True
        if self._lost:
            self._buffer.clear()

    def from_server(self, data: bytes) -> None:
        """Answers are not looked at."""

    def lost(self) -> None:
        """Nor is the end of a connection."""

    def _commands(self) -> Iterator[Command]:
        """Take the complete commands off the buffer. Raises ValueError for what is none."""
        while (whole := _parse(bytes(self._buffer))) is not None:
            words, length = whole
            del self._buffer[:length]
            if words:
                yield (words[0].upper(), *words[1:])


def _parse(data: bytes) -> tuple[list[str], int] | None:
    """The words of the first command and its length in bytes; None when it is not complete."""
    head = data.find(b"\r\n")
    if head < 0:
        return None
    if not data.startswith(b"*"):
        raise ValueError("an inline command")
    words, at = [], head + 2
    for _ in range(int(data[1:head])):
        end = data.find(b"\r\n", at)
        if end < 0:
            return None
        start, length = end + 2, int(data[at + 1 : end])
        if length < 0:  # would be read for ever
            raise ValueError("a word without a length")
        if len(data) < start + length + 2:
            return None
        kept = data[start : start + min(length, _MOST_ARGUMENT)]
        words.append(kept.decode("utf-8", "surrogateescape"))
        at = start + length + 2
    return words, at
