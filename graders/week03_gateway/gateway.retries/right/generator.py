"""The pauses come from a generator, the budget is counted in hundredths, and each attempt's outcome
is one thing: an answer or an exception."""

from __future__ import annotations

import asyncio
import email.utils
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from backend.gateway.errors import CircuitOpen, Unavailable


class Budget:
    def __init__(self, percent: int, most: float = 10.0) -> None:
        self.percent = percent
        self.most = self.hundredths = int(most * 100) if percent else 0


class Retries:
    def __init__(
        self,
        attempts: int,
        base_seconds: float,
        budget: Budget,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        random: Callable[[], float] = random.random,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.attempts, self.base, self.budget = attempts, base_seconds, budget
        self.sleep, self.random, self.now = sleep, random, now

    def limits(self) -> Iterator[float]:
        limit = self.base
        for _ in range(self.attempts - 1):
            yield min(limit, 2.0)
            limit = min(limit * 2, 2.0)

    async def send(
        self, method: str, attempt: Callable[[], Awaitable[Any]], seconds_left: Callable[[], float]
    ) -> Any:
        limits = self.limits() if method not in ("POST", "PATCH") else iter(())
        try:
            while True:
                outcome = await self.outcome(attempt)
                if not isinstance(outcome, Exception) and not 502 <= outcome.status <= 504:
                    return outcome
                limit = next(limits, None)
                if limit is None:
                    break
                told = self.told(outcome)
                pause = told + self.random() * limit if told else self.random() * limit
                if pause >= seconds_left() or self.budget.hundredths < 100:
                    break
                self.budget.hundredths -= 100
                await self.sleep(pause)
                if not isinstance(outcome, Exception):
                    outcome.close()
        finally:
            self.budget.hundredths = min(
                self.budget.hundredths + self.budget.percent, self.budget.most
            )
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def outcome(self, attempt: Callable[[], Awaitable[Any]]) -> Any:
        try:
            return await attempt()
        except Unavailable as error:
            if isinstance(error, CircuitOpen):
                raise
            return error

    def told(self, outcome: Any) -> float:
        if isinstance(outcome, Exception):
            return 0
        text = outcome.headers.get("Retry-After") or ""
        try:
            return max(0, int(text))
        except ValueError:
            parsed = email.utils.parsedate_tz(text)
            return max(0, email.utils.mktime_tz(parsed) - self.now()) if parsed else 0
