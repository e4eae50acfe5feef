"""Where copies lie in Redis, and how all of them go out of use at once."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from celery import Celery, Task
from kombu.exceptions import OperationalError
from redis import Redis, RedisError
from sqlalchemy import event
from sqlalchemy.orm import Session

from backend.database import Database

_logger = logging.getLogger(__name__)

_BATCH = 500  # keys that one command removes


class Shelf:
    """Copies of one kind. The key of each begins with the shelf's label of the moment.

    A new label puts every copy out of use with one small write, however many there are, and also
    those that a slow reader is still about to put under the old label. Methods raise RedisError.
    """

    def __init__(self, redis: Redis, name: str, seconds: int) -> None:
        """name: the kind; seconds: the longest that a copy is kept."""
        self._redis, self._name, self._seconds = redis, name, seconds
        self._label_key = f"shelf:{name}"

    def label(self) -> str:
        """What keys begin with now. Ask before reading what is to be copied, and once."""
        found = self._redis.get(self._label_key)
        if found is None:
            # Whoever is first decides. Random, not counted: should Redis lose the label, none of
            # those that are out of use comes back.
            self._redis.set(self._label_key, secrets.token_hex(8), nx=True)
            found = self._redis.get(self._label_key)
        return self._prefix(found)

    def put(self, label: str, key: str, text: str, seconds: int) -> None:
        """Keep a copy for so many seconds. `key` begins with `label`."""
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.set(key, text, ex=seconds)
            pipe.sadd(self._index(label), key)
            pipe.expire(self._index(label), self._seconds)
            pipe.execute()

    def relabel(self) -> str | None:
        """Put all copies out of use; the label that they lie under, None if there was none."""
        old = self._redis.set(self._label_key, secrets.token_hex(8), get=True)
        return None if old is None else self._prefix(old)

    def sweep(self, label: str) -> None:
        """Remove the copies that lie under a label, in steps that hold nobody up."""
        while keys := self._redis.spop(self._index(label), _BATCH):
            self._redis.unlink(*keys)

    def _prefix(self, token: Any) -> str:  # bytes, which redis-py does not say
        return f"cache:{self._name}:{token.decode()}:"

    def _index(self, label: str) -> str:
        # Written down, because Redis finds keys by a pattern only by looking at all that it has.
        return f"shelf:keys:{label}"


def add_sweeping(celery: Celery, shelf: Shelf) -> Task:
    """Add the task that removes the copies under a label: sweep(label)."""

    @celery.task(name=f"{__name__}.sweep", ignore_result=True)
    def sweep(label: str) -> None:
        shelf.sweep(label)

    return sweep


def register_invalidation(database: Database, shelf: Shelf, sweep: Task) -> None:
    """Put the copies out of use whenever a transaction of `database` has committed.

    After it, not before: a reader in between would copy the old rows under the new label. And
    before whoever committed goes on, so that its next read, and everybody's, finds the new rows.
    """

    @event.listens_for(database.sessions, "after_commit")
    def renew(_session: Session) -> None:
        # The rows are stored: whatever goes wrong here must not look as if they were not.
        try:
            old = shelf.relabel()
            if old is not None:
                sweep.apply_async((old,), retry=False)
        except (RedisError, OperationalError) as error:
            _logger.error("copies stay in use until their time is up: %s", error)
