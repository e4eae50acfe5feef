"""Server-sent events in checks: a stream that stays open while the check goes on."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import httpx

from workbench.checking.failure import CheckFailed
from workbench.checking.http import REQUEST_SECONDS, shorten


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
        self._lines = answer.iter_lines()
        self.status, self.headers = answer.status_code, answer.headers
        self.comments = 0  # lines that only say that the stream lives

    def next(self) -> Event:
        """The next event; comments are counted and passed over.

        Raises CheckFailed when none comes within REQUEST_SECONDS, be there comments or not, or the
        stream ends before it.
        """
        name, data = "message", list[str]()
        deadline = time.monotonic() + REQUEST_SECONDS
        while (line := self._line()) is not None:
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
                raise CheckFailed("a comment, which begins with a colon", line, self._sent)
        raise CheckFailed("a comment, which begins with a colon", "the stream ended", self._sent)

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
