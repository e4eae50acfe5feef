"""The log of a way: what was asked last, and how much there was before."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

#: Entries that a log keeps, and characters of them.
MOST_ENTRIES = 20_000
MOST_CHARACTERS = 32 * 1024 * 1024

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)


class Appendable(Protocol[T_contra]):
    """Where a conversation notes what it sees."""

    def append(self, entry: T_contra, /) -> None: ...


class Log(Generic[T]):
    """The last entries of a system, counted from its start. Thread-safe.

    It drops the oldest when it is full, and tells how many: an answer could otherwise send so many
    that those which matter are not seen.
    """

    def __init__(self, size: Callable[[T], int]) -> None:
        """size: how many characters an entry holds; it must not change."""
        self._size = size
        self._lock = threading.Lock()
        self._kept: deque[T] = deque()
        self._characters = 0
        self._dropped = 0

    def append(self, entry: T) -> None:
        with self._lock:
            self._kept.append(entry)
            self._characters += self._size(entry)
            while len(self._kept) > MOST_ENTRIES or self._characters > MOST_CHARACTERS:
                self._characters -= self._size(self._kept.popleft())
                self._dropped += 1

    @property
    def count(self) -> int:
        """How many there were, dropped ones too."""
        with self._lock:
            return self._dropped + len(self._kept)

    def since(self, number: int) -> tuple[list[T], int]:
        """The entries after the first `number`, and how many of them were dropped."""
        with self._lock:
            lost = max(0, self._dropped - number)
            return list(self._kept)[max(0, number - self._dropped) :], lost
