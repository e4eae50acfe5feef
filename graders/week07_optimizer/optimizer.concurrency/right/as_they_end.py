"""A set of running tasks that is filled up whenever some have ended."""

from __future__ import annotations

import asyncio
from typing import Any


async def run_all(jobs, at_most, seconds):
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    results: list[Any] = [None] * len(jobs)
    running: dict[asyncio.Task[Any], int] = {}
    begun = 0
    try:
        while begun < len(jobs) or running:
            while begun < len(jobs) and len(running) < at_most:
                running[loop.create_task(_begin(jobs[begun]))] = begun
                begun += 1
            done, _ = await asyncio.wait(
                running, timeout=max(0, end - loop.time()), return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                raise TimeoutError
            for task in done:
                results[running.pop(task)] = task.result()
    finally:
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
    return results


async def _begin(job):
    return await job()
