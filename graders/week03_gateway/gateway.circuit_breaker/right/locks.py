"""A lock for what the requests share and a second one for the probe, and the state is kept: it is
looked at whether its time is over by everybody who comes."""

from __future__ import annotations

import asyncio
import time
from collections import deque
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
    def __init__(
        self,
        service: str,
        failures: int,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.service, self.seconds, self.clock = service, seconds, clock
        self.outcomes: deque[bool] = deque(maxlen=failures)
        self.kept, self.until, self.openings = State.CLOSED, 0.0, 0
        self.lock, self.probe = asyncio.Lock(), asyncio.Lock()

    @property
    def state(self) -> State:
        if self.kept is State.OPEN and self.clock() >= self.until:
            self.kept = State.HALF_OPEN
        return self.kept

    def refusal(self) -> CircuitOpen:
        seconds = -int(-(self.until - self.clock()) // 1)
        return CircuitOpen(self.service, "Too many failures.", seconds if seconds > 1 else 1)

    async def call(
        self, ask: Callable[[], Awaitable[Answer]], failed: Callable[[Answer], bool]
    ) -> Answer:
        async with self.lock:
            now = self.state
            if now is State.OPEN or (now is State.HALF_OPEN and self.probe.locked()):
                raise self.refusal()
            began = self.openings
            if now is State.HALF_OPEN:
                await self.probe.acquire()  # nobody has it: this does not wait
        try:
            try:
                answer = await ask()
            except Unavailable:
                self.note(began, now, good=False)
                raise
            self.note(began, now, good=not failed(answer))
            return answer
        finally:
            if now is State.HALF_OPEN:
                self.probe.release()

    def note(self, began: int, then: State, *, good: bool) -> None:
        if began != self.openings:
            return
        if then is State.HALF_OPEN:
            if good:
                self.kept = State.CLOSED
                self.openings += 1
            else:
                self.open()
            return
        self.outcomes.append(good)
        if len(self.outcomes) == self.outcomes.maxlen and not any(self.outcomes):
            self.open()

    def open(self) -> None:
        self.kept, self.until = State.OPEN, self.clock() + self.seconds
        self.openings += 1
        self.outcomes.clear()
