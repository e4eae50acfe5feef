"""Optimistic locking at the end instead of a script; short waits at first, longer ones later."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from redis import Redis, RedisError, WatchError

T = TypeVar("T")


class SingleFlight:
    """Locks in Redis."""

    def __init__(self, redis: Redis, lease_seconds: int, wait_seconds: int) -> None:
        self._redis = redis
        self._lease, self._patience = lease_seconds, wait_seconds

    def run(self, key: str, read: Callable[[], T | None], make: Callable[[], T]) -> T:
        for pause in self._pauses():
            try:
                with self._lock(key) as mine:
                    page = read()
                    if page is None and mine:
                        page = make()
            except RedisError:
                break
            if page is not None:
                return page
            time.sleep(pause)
        return make()

    def _pauses(self) -> Iterator[float]:
        begun, pause = time.monotonic(), 0.005
        while time.monotonic() - begun < self._patience:
            yield pause
            pause = min(0.2, pause * 1.5)

    @contextmanager
    def _lock(self, key: str) -> Iterator[bool]:
        name, token = "lock:" + key, uuid.uuid4().bytes
        mine = bool(self._redis.set(name, token.hex(), px=1000 * self._lease, nx=True))
        try:
            yield mine
        finally:
            if mine:
                with suppress(RedisError):
                    self._unlock(name, token.hex().encode())

    def _unlock(self, name: str, token: bytes) -> None:
        with self._redis.pipeline() as pipe:
            pipe.watch(name)
            if pipe.get(name) != token:
                return
            pipe.multi()
            pipe.delete(name)
            with suppress(WatchError):
                pipe.execute()
