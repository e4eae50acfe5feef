"""A bar that shows in a notebook how far something long has come."""

from __future__ import annotations

import time
from html import escape

from IPython.display import display

_WIDTH = 30


class ProgressBar:
    """Shows itself with the first step, and then in the same place. In words as well, for
    notebooks that are run without a browser."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._began = time.monotonic()
        self._done, self._steps, self._doing = 0, 1, ""
        self._handle = display(self, display_id=True)

    def show(self, done: int, steps: int, doing: str) -> None:
        """So many steps are done, of how many, and this comes next."""
        self._done, self._steps, self._doing = done, steps, doing
        if self._handle is not None:  # it is None where no notebook is
            self._handle.update(self)

    def finish(self) -> None:
        self.show(self._steps, self._steps, "")

    def __repr__(self) -> str:
        full = _WIDTH * self._done // self._steps
        return f"{self._title}\n[{'#' * full}{'.' * (_WIDTH - full)}] {self._words()}"

    def _repr_html_(self) -> str:
        bar = f"<progress value={self._done} max={self._steps} style='width:20rem'></progress>"
        return f"{escape(self._title)}<br>{bar} <small>{escape(self._words())}</small>"

    def _words(self) -> str:
        seconds = time.monotonic() - self._began
        if self._done == self._steps:
            return f"done after {seconds:.0f} s"
        step = f"step {self._done + 1} of {self._steps}: {self._doing or 'the beginning'}"
        return f"{step} (after {seconds:.0f} s)"
