"""Aggregation: several questions at once, under one deadline, of which some may fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

Part = TypeVar("Part")


async def gather(
    questions: Mapping[str, Callable[[], Awaitable[Part]]], seconds: float
) -> dict[str, Part | BaseException]:
    """What each question came to, by its name: an answer, or why there is none.

    All are asked at the same time, so it takes as long as the slowest, and `seconds` at most.
    """
    # TODO: this takes as long as all of them together, and one that fails ends it.
    return {name: await question() for name, question in questions.items()}
