"""Notebooks that arrive in folders, each once it is whole."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from watchfiles import watch
from watchfiles._rust_notify import WatchfilesRustInternalError

from workbench.grading.finding import below
from workbench.grading.submission import SubmissionError, read_submission

#: Milliseconds between looks when the system tells of no change (network folders often do not).
LOOK_EVERY = 1000

_State = tuple[int, int, int]


class Arrivals:
    """What is new or saved again in the folders, whole files first.

    A look at the folders finds what there is, not the events: they only say when to look. So a
    folder that is moved in, or files that came before the watch began, are not missed.
    """

    def __init__(self, folders: Sequence[Path], settle: float) -> None:
        """settle: seconds without a change after which a file that cannot be read is given too."""
        self._folders, self._settle = folders, settle
        self._given: dict[Path, _State] = {}
        self._waiting: dict[Path, tuple[_State, float]] = {}

    def __iter__(self) -> Iterator[Path]:
        """Every notebook that is there, then those that come; endless. Raises OSError."""
        while True:
            # It ends at a name that is not UTF-8; the look that follows finds what came.
            with contextlib.suppress(WatchfilesRustInternalError):
                for _ in watch(
                    *self._folders,
                    watch_filter=None,
                    yield_on_timeout=True,
                    rust_timeout=LOOK_EVERY,
                ):
                    yield from self.ready()
            yield from self.ready()

    def ready(self) -> Iterator[Path]:
        """The notebooks that can be graded now, and were not given in this state before."""
        for path in sorted(path for folder in self._folders for path in below(folder)):
            # Jupyter saves into a hidden file first, and keeps checkpoints in a hidden folder.
            hidden = any(part.startswith(".") for part in self._below(path).parts)
            state = None if hidden else _state(path)
            if state is None or self._given.get(path) == state:
                continue
            if _is_whole(path) or self._has_settled(path, state):
                self._waiting.pop(path, None)
                self._given[path] = state
                yield path

    def _below(self, path: Path) -> Path:
        folder = next(one for one in self._folders if path.is_relative_to(one))
        return path.relative_to(folder)

    def _has_settled(self, path: Path, state: _State) -> bool:
        before, since = self._waiting.get(path, (None, 0.0))
        if before != state:
            since = time.monotonic()
            self._waiting[path] = state, since
        return time.monotonic() - since >= self._settle


def _state(path: Path) -> _State | None:
    """What changes when a file is saved; None when it is no file, or gone again."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino) if path.is_file() else None


def _is_whole(path: Path) -> bool:
    """Whether the file reads as a notebook: one that is cut off never does."""
    try:
        read_submission(path)
    except SubmissionError:
        return False
    return True
