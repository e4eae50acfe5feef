"""Of many who miss the same copy at once, one makes it and the others wait for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from redis import Redis

T = TypeVar("T")


class SingleFlight:
    """Locks in Redis, so that they hold between processes and machines."""

    def __init__(self, redis: Redis, lease_seconds: int, wait_seconds: int) -> None:
        """lease_seconds: when the lock of an owner who died expires; wait_seconds: how long the
        others wait before they help themselves."""
        self._redis = redis
        self._lease_seconds, self._wait_seconds = lease_seconds, wait_seconds

    def run(self, key: str, read: Callable[[], T | None], make: Callable[[], T]) -> T:
        """What `read` finds under `key`, or what `make` makes and puts there.

        read: a look at the copy, None when there is none; make: makes and stores it. Raises what
        they raise; trouble with Redis only means that this caller makes its own.
        """
        # TODO: everybody makes his own
        return make()
