"""A circuit breaker: a service that keeps failing is left alone for a while.

Closed, requests pass. After so many failures in a row it opens, and none do. After so many seconds
it is half open: one request passes, the probe, however many callers there are. What becomes of the
probe closes the circuit or opens it again.
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TypeVar

from backend.gateway.errors import CircuitOpen, Unavailable

Answer = TypeVar("Answer")


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class CircuitBreaker:
    """The circuit of one service, shared by all requests of the process.

    It needs no lock: between two awaits, a coroutine is alone.
    """

    def __init__(
        self,
        service: str,
        failures: int,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """failures: how many in a row open it; seconds: how long it stays open."""
        self._service, self._limit, self._seconds, self._clock = service, failures, seconds, clock
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False
        self._period = 0  # counts what changes the meaning of an outcome: openings and probes

    @property
    def state(self) -> State:
        if self._opened_at is None:
            return State.CLOSED
        waited = self._clock() - self._opened_at
        return State.OPEN if waited < self._seconds else State.HALF_OPEN

    async def call(
        self, ask: Callable[[], Awaitable[Answer]], failed: Callable[[Answer], bool]
    ) -> Answer:
        """What `ask` answers. An answer that `failed`, or Unavailable, counts as a failure.

        Raises CircuitOpen without asking, and whatever `ask` raises.
        """
        period = self._admit()
        good: bool | None = None  # whoever was cancelled knows neither
        try:
            answer = await ask()
            good = not failed(answer)
        except Unavailable:
            good = False
            raise
        finally:
            self._settle(period, good)
        return answer

    def _admit(self) -> int:
        """Let a request pass: the period in which it began. Raises CircuitOpen."""
        state = self.state
        if state is State.OPEN or (state is State.HALF_OPEN and self._probing):
            raise CircuitOpen(self._service, "It fails at the moment.", self._seconds_left())
        if state is State.HALF_OPEN:
            self._probing = True
            self._period += 1
        return self._period

    def _settle(self, period: int, good: bool | None) -> None:
        if period != self._period:
            return  # it began before the circuit changed, and tells of the time before
        was_probe, self._probing = self._probing, False
        if good is None:
            return
        if good:
            self._failures, self._opened_at = 0, None
            return
        self._failures += 1
        if was_probe or self._failures >= self._limit:
            self._failures, self._opened_at = 0, self._clock()
            self._period += 1

    def _seconds_left(self) -> int:
        assert self._opened_at is not None  # noqa: S101 - nobody is refused by a closed circuit
        return max(1, math.ceil(self._opened_at + self._seconds - self._clock()))
