"""A task group, whose first failure is taken out of its group again."""

from __future__ import annotations

import asyncio
from collections import deque


class _Failed(Exception):
    """Ends the group; the failure itself is kept beside it."""


async def run_all(jobs, at_most, seconds):
    results = [None] * len(jobs)
    queue = deque(enumerate(jobs))
    failures = []

    async def work():
        while queue:
            place, job = queue.popleft()
            try:
                results[place] = await job()
            except Exception as error:
                failures.append(error)
                raise _Failed from error

    try:
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            for _ in range(at_most):
                group.create_task(work())
    except* _Failed:
        pass
    if failures:
        raise failures[0]
    return results
