"""Several jobs at the same time, but not too many, under one deadline, of which none may fail."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

Result = TypeVar("Result")


async def run_all(
    jobs: Sequence[Callable[[], Awaitable[Result]]], at_most: int, seconds: float
) -> list[Result]:
    """What the jobs return, in the order of the jobs; at most so many of them run at once.

    The first failure is raised as it is, and a TimeoutError after `seconds` for all of them. No job
    outlives the call, however it ends: what has not ended is cancelled, and waited for.
    """
    results: dict[int, Result] = {}
    waiting = iter(enumerate(jobs))

    async def work() -> None:
        # All workers take from the one iterator, so that each takes the next job once it is free.
        for place, job in waiting:
            results[place] = await job()

    async with asyncio.timeout(seconds):
        workers = [asyncio.create_task(work()) for _ in range(min(at_most, len(jobs)))]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
    return [results[place] for place in range(len(jobs))]
