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


#: What Python takes for a word beside its characters.
_WORD_BYTES = 64

#: Bytes of a line that holds a number, and its end.
_MOST_LINE = 32


class RedisConversation:
    """Follows what a client sends and notes each command in `log`.

    Each byte is looked at once, however it is cut: what is complete leaves the buffer.
    """

    def __init__(self, log: Appendable[Command]) -> None:
        self._log = log
        self._buffer = bytearray()
        self._words: list[str] = []
        self._missing = 0  # words of the command that are still to come
        self._skip = 0  # bytes of a word that are not kept, with its end
        self._size = 0  # of the command, as far as it has come
        self._lost = False  # the client speaks something else: let it

    async def greet(self, _reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> bytes:
        """Redis has no greeting."""
        return b""

    def from_client(self, data: bytes) -> None:
        if self._lost:
            return
        self._buffer += data
        try:
            for command in self._commands():
                self._log.append(command)
        except ValueError:
            self._lost = True
            self._buffer.clear()
            self._words.clear()

    def from_server(self, data: bytes) -> None:
        """Answers are not looked at."""

    def lost(self) -> None:
        """Nor is the end of a connection."""

    def _commands(self) -> Iterator[Command]:
        """Take the complete commands off the buffer. Raises ValueError for what is none."""
        while self._step():
            if self._words and not self._missing and not self._skip:
                yield (self._words[0].upper(), *self._words[1:])
                self._words = []

    def _step(self) -> bool:
        """Take the next part off the buffer; False when it has not come as a whole."""
        if self._skip:
            skipped = min(self._skip, len(self._buffer))
            del self._buffer[:skipped]
            self._skip -= skipped
            return not self._skip
        end = self._buffer.find(b"\r\n", 0, _MOST_LINE)
        if end < 0:
            if len(self._buffer) >= _MOST_LINE:
                raise ValueError("a line without an end")
            return False
        number = int(self._buffer[1:end])
        if not self._missing:
            if not self._buffer.startswith(b"*"):
                raise ValueError("an inline command")
            del self._buffer[: end + 2]
            self._missing, self._size = max(number, 0), 0
            return True
        if number < 0:
            raise ValueError("a word without a length")
        start, kept = end + 2, min(number, _MOST_ARGUMENT)
        if len(self._buffer) < start + kept:
            return False
        self._size += number + _WORD_BYTES
        if self._size > _MOST_BYTES:
            raise ValueError("a command that is too long")
        self._words.append(self._buffer[start : start + kept].decode("utf-8", "surrogateescape"))
        del self._buffer[: start + kept]
        self._missing -= 1
        self._skip = number - kept + 2
        return True
