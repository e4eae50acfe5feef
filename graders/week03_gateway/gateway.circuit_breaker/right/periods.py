"""Each period of the circuit is an object that judges its own requests: news for one that is over
reach nobody."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any

from backend.gateway.errors import CircuitOpen, Unavailable


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Closed:
    def __init__(self, circuit: CircuitBreaker) -> None:
        self.circuit, self.failures = circuit, 0

    def enter(self) -> Any:
        return self

    def succeeded(self) -> None:
        self.failures = 0

    def failed(self) -> None:
        self.failures += 1
        if self.failures == self.circuit.limit and self.circuit.period is self:
            self.circuit.period = Open(self.circuit)

    def left(self) -> None:
        pass


class Open:
    def __init__(self, circuit: CircuitBreaker) -> None:
        self.circuit, self.end = circuit, circuit.clock() + circuit.seconds
        self.probe: Probe | None = None

    def enter(self) -> Any:
        left = self.end - self.circuit.clock()
        if left > 0 or self.probe is not None:
            raise CircuitOpen(self.circuit.service, "Leave it alone.", max(1, math.ceil(left)))
        self.probe = Probe(self)
        return self.probe


class Probe:
    def __init__(self, asked_in: Open) -> None:
        self.asked_in, self.circuit = asked_in, asked_in.circuit

    def succeeded(self) -> None:
        self.circuit.period = Closed(self.circuit)

    def failed(self) -> None:
        self.circuit.period = Open(self.circuit)

    def left(self) -> None:
        self.asked_in.probe = None


class CircuitBreaker:
    def __init__(
        self,
        service: str,
        failures: int,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.service, self.limit, self.seconds, self.clock = service, failures, seconds, clock
        self.period: Closed | Open = Closed(self)

    @property
    def state(self) -> State:
        if isinstance(self.period, Closed):
            return State.CLOSED
        return State.OPEN if self.clock() < self.period.end else State.HALF_OPEN

    async def call(self, ask: Callable[[], Awaitable[Any]], failed: Callable[[Any], bool]) -> Any:
        period = self.period.enter()
        try:
            answer = await ask()
        except Unavailable:
            period.failed()
            raise
        except BaseException:
            period.left()
            raise
        if failed(answer):
            period.failed()
        else:
            period.succeeded()
        return answer
