"""Several jobs at once, but not too many; all of them end together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

Result = TypeVar("Result")


async def run_all(
    jobs: Sequence[Callable[[], Awaitable[Result]]], at_most: int, seconds: float
) -> list[Result]:
    """The results of all jobs, in their order; at most so many run at the same time.

    Raises what the first failing job raises, or TimeoutError when the seconds are over: the others
    are cancelled, and have ended, by then.
    """
    places = asyncio.Semaphore(at_most)

    async def run(job: Callable[[], Awaitable[Result]]) -> Result:
        async with places:
            return await job()

    tasks = [asyncio.ensure_future(run(job)) for job in jobs]
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
