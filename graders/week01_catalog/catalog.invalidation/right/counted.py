"""A counter for a label, a list for the keys, and SQLAlchemy's listener on the session class."""

from __future__ import annotations

import logging

from celery import Celery, Task
from redis import Redis
from sqlalchemy import event

from backend.database import Database


class Shelf:
    """Copies under a number that only grows."""

    def __init__(self, redis: Redis, name: str, seconds: int) -> None:
        self._redis = redis
        self._name = name
        self._seconds = seconds
        self._number = f"number-of:{name}"

    def label(self) -> str:
        return self._label(int(self._redis.get(self._number) or 0))

    def put(self, label: str, key: str, text: str, seconds: int) -> None:
        keys = "keys-of:" + label
        # First the note, then the copy: no copy is ever without one.
        self._redis.rpush(keys, key)
        self._redis.expire(keys, self._seconds)
        self._redis.setex(key, seconds, text)

    def relabel(self) -> str | None:
        return self._label(self._redis.incr(self._number) - 1)

    def sweep(self, label: str) -> None:
        keys = "keys-of:" + label
        while batch := self._redis.lpop(keys, 100):
            self._redis.delete(*batch)

    def _label(self, number: int) -> str:
        return f"cache:{self._name}:{number:08d}:"


def add_sweeping(celery: Celery, shelf: Shelf) -> Task:
    def sweep_copies(label: str) -> None:
        shelf.sweep(label)

    return celery.task(sweep_copies, ignore_result=True)


def register_invalidation(database: Database, shelf: Shelf, sweep: Task) -> None:
    def committed(session: object) -> None:
        try:
            sweep.delay(shelf.relabel())
        except Exception:
            logging.exception("not invalidated")

    event.listen(database.sessions, "after_commit", committed)
