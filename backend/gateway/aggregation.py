"""Aggregation: several questions at once, under one deadline, of which some may fail."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from backend.gateway.errors import TooSlow

Part = TypeVar("Part")


async def gather(
    questions: Mapping[str, Callable[[], Awaitable[Part]]], seconds: float
) -> dict[str, Part | BaseException]:
    """What each question came to, by its name: an answer, or why there is none.

    All are asked at the same time, so it takes as long as the slowest, and `seconds` at most: those
    that are not done then are cancelled, and count as TooSlow. No question outlives the call,
    however it ends.
    """
    tasks: dict[str, asyncio.Task[Part]] = {
        name: asyncio.create_task(_asked(question)) for name, question in questions.items()
    }
    try:
        if tasks:
            await asyncio.wait(tasks.values(), timeout=seconds)
        done = {name for name, task in tasks.items() if task.done()}
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
    return {
        name: _outcome(task) if name in done else TooSlow(name, "It does not answer in time.")
        for name, task in tasks.items()
    }


async def _asked(question: Callable[[], Awaitable[Part]]) -> Part:
    return await question()


def _outcome(task: asyncio.Task[Part]) -> Part | BaseException:
    # One that was cancelled by somebody else has failed, and takes nobody with it.
    if task.cancelled():
        return asyncio.CancelledError()
    return task.exception() or task.result()
