"""The log of one server: pumped from its stderr into a file of bounded size."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

MAX_BYTES = 5_000_000
TAIL_LINES = 20


class ServerLog:
    """Copies a server's output to `path` (and one older file), and remembers the last lines.

    The servers' own rotation bounds the age of a log, not its size; a learner's loop of failing
    statements would fill the disk. `on_end` is called when the output ends, that is when the
    server has died.
    """

    def __init__(self, path: Path) -> None:
        self._handler = RotatingFileHandler(
            path, maxBytes=MAX_BYTES, backupCount=1, encoding="utf-8"
        )
        self._handler.setFormatter(logging.Formatter("%(message)s"))
        self._lines: deque[str] = deque(maxlen=TAIL_LINES)
        self._thread: threading.Thread | None = None

    def follow(self, stream: IO[bytes], on_end: Callable[[], None]) -> None:
        self._thread = threading.Thread(target=self._pump, args=(stream, on_end), daemon=True)
        self._thread.start()

    def tail(self) -> str:
        """The last lines. Waits a moment for the output of a server that has just died."""
        if self._thread is not None:
            self._thread.join(timeout=1)
        return "\n".join(self._lines)

    def _pump(self, stream: IO[bytes], on_end: Callable[[], None]) -> None:
        with stream:
            for raw in stream:
                line = raw.decode("utf-8", "replace").rstrip()
                self._lines.append(line)
                self._handler.emit(logging.LogRecord("", 0, "", 0, line, None, None))
        self._handler.close()
        on_end()
