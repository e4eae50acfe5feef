"""Each attempt asks for the next one, and a bucket is a list of whole retries and a rest."""

from __future__ import annotations

import asyncio
import random as chance
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from backend.gateway.errors import CircuitOpen, Unavailable

SAFE = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE")
FORMATS = ("%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y")


class Budget:
    def __init__(self, percent: int, most: float = 10.0) -> None:
        self.part, self.most = Fraction(percent, 100), Fraction(most)
        self.left = self.most if percent > 0 else Fraction(0)

    def earn(self) -> None:
        self.left = min(self.left + self.part, self.most)

    def spend(self) -> bool:
        enough = self.left >= 1
        self.left -= enough
        return enough


class Retries:
    def __init__(
        self,
        attempts: int,
        base_seconds: float,
        budget: Budget,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        random: Callable[[], float] = chance.random,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.attempts, self.limit, self.budget = attempts, base_seconds, budget
        self.sleep, self.random, self.now = sleep, random, now

    async def send(
        self, method: str, attempt: Callable[[], Awaitable[Any]], seconds_left: Callable[[], float]
    ) -> Any:
        self.budget.earn()
        if method not in SAFE:
            return await attempt()
        return await self.go(attempt, seconds_left, self.attempts, min(self.limit, 2))

    async def go(
        self,
        attempt: Callable[[], Awaitable[Any]],
        seconds_left: Callable[[], float],
        more: int,
        limit: float,
    ) -> Any:
        pause = limit - limit * self.random()
        try:
            answer = await attempt()
        except CircuitOpen:
            raise
        except Unavailable:
            if not self.may(more, pause, seconds_left):
                raise
        else:
            if answer.status not in (502, 503, 504):
                return answer
            pause = max(pause, self.wish(answer.headers.get("retry-after", "").strip()))
            if not self.may(more, pause, seconds_left):
                return answer
            answer.close()
        await self.sleep(pause)
        return await self.go(attempt, seconds_left, more - 1, min(2, limit * 2))

    def may(self, more: int, pause: float, seconds_left: Callable[[], float]) -> bool:
        return more > 1 and seconds_left() > pause and self.budget.spend()

    def wish(self, text: str) -> float:
        if text.isdecimal():
            return float(text)
        for form in FORMATS:
            try:
                date = datetime.strptime(text, form).replace(tzinfo=UTC)
            except ValueError:
                continue
            return date.timestamp() - self.now()
        return 0.0
