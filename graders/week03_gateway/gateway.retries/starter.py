"""Retries: what failed by chance is tried again, and what is overloaded is not made worse."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeVar

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})

#: Answers that may be another one the next time.
PASSING = frozenset({502, 503, 504})

#: The longest pause that is our own idea.
MOST_PAUSE_SECONDS = 2.0


class Answered(Protocol):
    """An answer, as far as it matters here."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def close(self) -> None: ...


Answer = TypeVar("Answer", bound=Answered)


class Budget:
    """Retries that may be made: each request adds a part of one, up to `most`."""

    def __init__(self, percent: int, most: float = 10.0) -> None:
        """percent: retries for 100 requests. In the beginning it is full."""

    def earn(self) -> None:
        """A request has come."""
        # TODO

    def spend(self) -> bool:
        """Take one retry out of it; False when there is none."""
        # TODO
        return False


class Retries:
    """Tries a request until its answer will do, time is up, or it was tried often enough."""

    def __init__(
        self,
        attempts: int,
        base_seconds: float,
        budget: Budget,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        random: Callable[[], float] = random.random,
        now: Callable[[], float] = time.time,
    ) -> None:
        """attempts: the first one included; base_seconds: the longest first pause; random: a number
        from 0 to 1; now: the time of day, to which a Retry-After may refer.
        """

    async def send(
        self,
        method: str,
        attempt: Callable[[], Awaitable[Answer]],
        seconds_left: Callable[[], float],
    ) -> Answer:
        """The answer of the last attempt. A pause is made only if it ends within the time left.

        Raises Unavailable when the last attempt did, and CircuitOpen at once.
        """
        # TODO: which failures, of which methods, how often, and after which pause?
        return await attempt()


def retry_after(value: str, now: float) -> float | None:
    """The seconds that a Retry-After header names, or that are left until its date; None if it says
    neither."""
    # TODO
    return None
