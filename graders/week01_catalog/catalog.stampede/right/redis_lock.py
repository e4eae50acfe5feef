"""The lock that redis-py brings along."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import TypeVar

from redis import Redis, RedisError
from redis.exceptions import LockError

T = TypeVar("T")


class SingleFlight:
    """Locks in Redis."""

    def __init__(self, redis: Redis, lease_seconds: int, wait_seconds: int) -> None:
        self._redis = redis
        self._lease_seconds, self._wait_seconds = lease_seconds, wait_seconds

    def run(self, key: str, read: Callable[[], T | None], make: Callable[[], T]) -> T:
        lock = self._redis.lock(f"lock:{key}", timeout=self._lease_seconds, thread_local=False)
        give_up = time.monotonic() + self._wait_seconds
        with contextlib.suppress(RedisError, LockError):
            while not lock.acquire(blocking=False) and time.monotonic() < give_up:
                if (page := read()) is not None:
                    return page
                time.sleep(0.05)
            if lock.local.token is not None and (page := read()) is not None:
                lock.release()
                return page
        try:
            return make()
        finally:
            if lock.local.token is not None:
                with contextlib.suppress(RedisError, LockError):
                    lock.release()
