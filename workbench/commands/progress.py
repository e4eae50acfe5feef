"""Progress on a terminal, for commands that take more than two seconds."""

from __future__ import annotations

import sys
import time

from workbench.closing import Closing

QUIET_SECONDS = 2.0


class Progress(Closing):
    """One line on stderr that is written over; nothing when stderr is no terminal."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._shown = False

    def tell(self, text: str) -> None:
        """Show what is being done now, once the command has taken long enough."""
        seconds = time.monotonic() - self._began
        if seconds >= QUIET_SECONDS and sys.stderr.isatty():
            self._shown = True
            print(f"\r\x1b[K{seconds:4.0f} s  {text[:100]}", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
