"""Server-sent events in checks: a stream that stays open while the check goes on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from workbench.checking.failure import CheckFailed
from workbench.checking.http import REQUEST_SECONDS, shorten

#: Bytes of one event, all its lines together.
MOST_EVENT_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Event:
    """One event: its name, and its data as text."""

    name: str
    text: str

    @property
    def json(self) -> Any:
        """The data as JSON. Raises CheckFailed when it is none."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            raise CheckFailed(
                "an event whose data is JSON", f"{self.name}: {shorten(self.text)}"
            ) from None


class EventStream:
    """The answer to a subscription, read event by event."""

    def __init__(self, answer: httpx.Response, sent: str) -> None:
        self._answer, self._sent = answer, sent
        self._lines = self._cut()
        self.status, self.headers = answer.status_code, answer.headers
        self.comments = 0  # lines that only say that the stream lives

    def next(self) -> Event:
        """The next event; comments are counted and passed over.

        Raises CheckFailed when none comes within REQUEST_SECONDS, be there comments or not, or the
        stream ends before it.
        """
        name, data, size = "message", list[str](), 0
        deadline = time.monotonic() + REQUEST_SECONDS
        while (line := self._line()) is not None:
            size += len(line) + 1
            if size > MOST_EVENT_BYTES:
                raise self._too_long()
            if line.startswith(":"):
                self.comments += 1
                if time.monotonic() > deadline:
                    expected = f"an event within {REQUEST_SECONDS:.0f} s"
                    raise CheckFailed(expected, "only comments", self._sent)
            elif not line and (data or name != "message"):
                return Event(name, "\n".join(data))
            field, _, value = line.partition(":")
            if field == "event":
                name = value.strip()
            elif field == "data":
                data.append(value.removeprefix(" "))
        raise CheckFailed("another event", "the stream ended", self._sent)

    def comment(self) -> None:
        """Wait for a line that only says that the stream lives. Raises CheckFailed."""
        while (line := self._line()) is not None:
            if line.startswith(":"):
                self.comments += 1
                return
            if line:
                expected = "a comment, which begins with a colon"
                raise CheckFailed(expected, shorten(line), self._sent)
        raise CheckFailed("a comment, which begins with a colon", "the stream ended", self._sent)

    def _cut(self) -> Iterator[str]:
        """The lines as they come, not decoded: httpx would wait for the end of any line."""
        line, is_returned = bytearray(), False
        for piece in self._answer.iter_raw():
            # A line that ended with \r went on at once, or its event would wait for the next one.
            rest = piece[1:] if is_returned and piece.startswith(b"\n") else piece
            is_returned = piece.endswith(b"\r")
            for part in rest.splitlines(keepends=True):
                line += part
                if len(line) > MOST_EVENT_BYTES:
                    raise self._too_long()
                if part.endswith((b"\n", b"\r")):
                    yield line.rstrip(b"\r\n").decode("utf-8", "replace")
                    line.clear()

    def _too_long(self) -> CheckFailed:
        expected = f"an event of at most {MOST_EVENT_BYTES >> 20} MiB"
        return CheckFailed(expected, "more", self._sent)

    def _line(self) -> str | None:
        """The next line, None at the end."""
        try:
            return next(self._lines, None)
        except httpx.TimeoutException:
            raise CheckFailed(
                f"something on the stream within {REQUEST_SECONDS:.0f} s", "nothing", self._sent
            ) from None
        except httpx.HTTPError as error:
            raise CheckFailed("a stream that goes on", f"it broke: {error}", self._sent) from None
