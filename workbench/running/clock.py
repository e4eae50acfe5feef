"""A clock that is set from outside: a system is given it where it would take the machine's.

It lies in a file of eight bytes, which the system reads and its owner writes.
"""

from __future__ import annotations

import os
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

from workbench.closing import Closing

_SECONDS = struct.Struct("<d")

#: When it begins. No program may take a clock's zero for "never".
START = 1000.0


class Clock(Closing):
    """Stands still until it is advanced."""

    def __init__(self, folder: Path) -> None:
        """folder: where the file is put; one that the system's process has as well."""
        descriptor, path = tempfile.mkstemp(prefix=".clock-", dir=folder)
        self._descriptor, self.path = descriptor, Path(path)
        self._now = START
        self.advance(0)

    def advance(self, seconds: float) -> None:
        """Whoever reads it from now on reads that much more."""
        self._now += seconds
        os.pwrite(self._descriptor, _SECONDS.pack(self._now), 0)

    def close(self) -> None:
        os.close(self._descriptor)
        self.path.unlink(missing_ok=True)


def read_clock(path: str) -> Callable[[], float]:
    """The clock in that file, for as long as this process lives. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    return lambda: _SECONDS.unpack(os.pread(descriptor, _SECONDS.size, 0))[0]
