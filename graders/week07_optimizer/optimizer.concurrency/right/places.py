"""A task for every job, which waits for one of few places."""

from __future__ import annotations

import asyncio


async def run_all(jobs, at_most, seconds):
    places = asyncio.Semaphore(at_most)

    async def run(job):
        async with places:
            return await job()

    tasks = [asyncio.ensure_future(run(job)) for job in jobs]
    try:
        return await asyncio.wait_for(asyncio.gather(*tasks), seconds)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
