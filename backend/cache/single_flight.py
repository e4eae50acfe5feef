"""Of many who miss the same copy at once, one makes it and the others wait for it."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from typing import TypeVar

from redis import Redis, RedisError

_logger = logging.getLogger(__name__)

T = TypeVar("T")

_PAUSE = 0.02  # seconds between two looks of one who waits

# Compare and delete in one step: between two commands the lock may change its owner.
_RELEASE = """
if redis.call("GET", KEYS[1]) == ARGV[1] then
    return redis.call("DEL", KEYS[1])
end
return 0
"""


class SingleFlight:
    """Locks in Redis, so that they hold between processes and machines."""

    def __init__(self, redis: Redis, lease_seconds: int, wait_seconds: int) -> None:
        """lease_seconds: when the lock of an owner who died expires; wait_seconds: how long the
        others wait before they help themselves."""
        self._redis = redis
        self._lease_seconds, self._wait_seconds = lease_seconds, wait_seconds
        self._release = redis.register_script(_RELEASE)

    def run(self, key: str, read: Callable[[], T | None], make: Callable[[], T]) -> T:
        """What `read` finds under `key`, or what `make` makes and puts there.

        read: a look at the copy, None when there is none; make: makes and stores it. Raises what
        they raise; trouble with Redis only means that this caller makes its own.
        """
        token = secrets.token_hex(16)
        mine, found = self._take_turn(key, token, read)
        try:
            return make() if found is None else found
        finally:
            if mine:
                self._give_back(key, token)

    def _take_turn(
        self, key: str, token: str, read: Callable[[], T | None]
    ) -> tuple[bool, T | None]:
        """Wait for the lock or the copy: is the lock this caller's, and the copy if there is one.

        Neither means that the wait was too long, or that Redis does not answer.
        """
        deadline = time.monotonic() + self._wait_seconds
        mine, found = False, None
        try:
            while True:
                lock = self._redis.set(_lock(key), token, nx=True, ex=self._lease_seconds)
                mine = bool(lock)
                # Also with the lock in hand: the owner before may have finished just now.
                found = read()
                if mine or found is not None or time.monotonic() > deadline:
                    break
                time.sleep(_PAUSE)
        except RedisError as error:
            _logger.warning("no lock for %s: %s", key, error)
        return mine, found

    def _give_back(self, key: str, token: str) -> None:
        """Delete the lock if it is still this caller's. If it cannot be, it expires."""
        try:
            self._release(keys=[_lock(key)], args=[token])
        except RedisError as error:
            _logger.warning("the lock of %s is left to expire: %s", key, error)


def _lock(key: str) -> str:
    return f"lock:{key}"
