"""Waiting for a condition outside of this process, with a deadline."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

DEADLINE = 20.0
PAUSE = 0.02


def wait_until(condition: Callable[[], bool], seconds: float = DEADLINE) -> None:
    """Return when the condition holds; fail the test when it does not in that time."""
    deadline = time.monotonic() + seconds
    never = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        never.wait(PAUSE)
