"""Several jobs at the same time, but not too many, under one deadline, of which none may fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

Result = TypeVar("Result")


async def run_all(
    jobs: Sequence[Callable[[], Awaitable[Result]]], at_most: int, seconds: float
) -> list[Result]:
    """What the jobs return, in the order of the jobs; at most so many of them run at once."""
    # TODO: this takes as long as all of them together, however long that is.
    return [await job() for job in jobs]
