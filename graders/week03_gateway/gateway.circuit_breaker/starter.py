"""A circuit breaker: a service that keeps failing is left alone for a while."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TypeVar

Answer = TypeVar("Answer")


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class CircuitBreaker:
    """The circuit of one service, shared by all requests of the process."""

    def __init__(
        self,
        service: str,
        failures: int,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """failures: how many in a row open it; seconds: how long it stays open."""
        # TODO: what must the circuit remember between two requests?

    @property
    def state(self) -> State:
        return State.CLOSED

    async def call(
        self, ask: Callable[[], Awaitable[Answer]], failed: Callable[[Answer], bool]
    ) -> Answer:
        """What `ask` answers. An answer that `failed`, or Unavailable, counts as a failure.

        Raises CircuitOpen without asking, and whatever `ask` raises.
        """
        # TODO: may this request pass, and what does its outcome mean?
        return await ask()
