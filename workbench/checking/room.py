"""Room for what comes from an answer's process, so that all of it together has a bound."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator


class Room:
    """So many bytes, for several who take them. Thread-safe."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        """Take so many bytes; whether there were as many left."""
        with self._lock:
            if size > self._left:
                return False
            self._left -= size
            return True

    def give_back(self, size: int) -> None:
        with self._lock:
            self._left += size

    @contextlib.contextmanager
    def portion(self) -> Iterator[Portion]:
        """What one of them takes bit by bit, and gives back in the end."""
        portion = Portion(self)
        try:
            yield portion
        finally:
            self.give_back(portion.size)


class Portion:
    """The bytes that one of them has taken."""

    def __init__(self, room: Room) -> None:
        self._room, self.size = room, 0

    def take(self, size: int) -> bool:
        """Take so many more; whether there were as many left."""
        taken = self._room.take(size)
        self.size += size if taken else 0
        return taken
