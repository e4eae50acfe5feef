"""A task group whose tasks never fail, under one timeout."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any


async def gather(
    questions: Mapping[str, Callable[[], Awaitable[Any]]], seconds: float
) -> dict[str, Any]:
    outcomes: dict[str, Any] = {name: TimeoutError(name) for name in questions}

    async def ask(name: str) -> None:
        task = asyncio.current_task()
        try:
            outcomes[name] = await questions[name]()
        except asyncio.CancelledError as error:
            if task is not None and task.cancelling():
                raise
            outcomes[name] = error
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this question's
            outcomes[name] = error

    try:
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            for name in questions:
                group.create_task(ask(name))
    except TimeoutError:
        pass
    return outcomes
