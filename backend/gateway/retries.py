"""Retries: what failed by chance is tried again, and what is overloaded is not made worse.

Only what may be done twice is tried twice (RFC 9110, 9.2.2). Between tries there is a pause that
grows and is random, so that those who failed together do not come back together. And retries have
a budget, so that an outage does not multiply the load.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol, TypeVar

from backend.gateway.errors import CircuitOpen, Unavailable

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
        self._part, self._most = percent / 100, most if percent else 0.0
        self._left = self._most

    def earn(self) -> None:
        self._left = min(self._most, self._left + self._part)

    def spend(self) -> bool:
        """Take one retry out of it; False when there is none."""
        if self._left < 1:
            return False
        self._left -= 1
        return True


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
        self._attempts, self._base, self._budget = attempts, base_seconds, budget
        self._sleep, self._random, self._now = sleep, random, now

    async def send(
        self,
        method: str,
        attempt: Callable[[], Awaitable[Answer]],
        seconds_left: Callable[[], float],
    ) -> Answer:
        """The answer of the last attempt. A pause is made only if it ends within the time left.

        Raises Unavailable when the last attempt did, and CircuitOpen at once: it is what holds now,
        and says when to come back. Its cause is the failure before it, if that was raised.
        """
        self._budget.earn()
        tried, failure = 0, None
        while True:
            answer = None
            try:
                answer = await attempt()
                failure = None
            except CircuitOpen as error:
                raise error from failure
            except Unavailable as error:
                failure = error
            tried += 1
            if answer is not None and answer.status not in PASSING:
                return answer
            pause = self._pause(tried, answer)
            if (
                method in IDEMPOTENT
                and tried < self._attempts
                and pause < seconds_left()
                and self._budget.spend()
            ):
                if answer is not None:
                    answer.close()
                await self._sleep(pause)
            elif answer is not None:
                return answer
            else:
                assert failure is not None  # noqa: S101 - no answer, so there was one
                raise failure

    def _pause(self, tried: int, answer: Answered | None) -> float:
        """Seconds until the next attempt: as the service wants it, or a random part of a limit that
        doubles."""
        asked = answer.headers.get("Retry-After", "") if answer is not None else ""
        limit = min(MOST_PAUSE_SECONDS, self._base * 2 ** min(tried - 1, 16))
        own = self._random() * limit
        told = retry_after(asked, self._now())
        return own if told is None else max(own, told)


def retry_after(value: str, now: float) -> float | None:
    """The seconds that a Retry-After header names, or that are left until its date; None if it says
    neither."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - datetime.fromtimestamp(now, UTC)).total_seconds())
