"""Where copies lie in Redis, and how all of them go out of use at once."""

from __future__ import annotations

from celery import Celery, Task
from redis import Redis

from backend.database import Database


class Shelf:
    """Copies of one kind. The key of each begins with the shelf's label of the moment.

    Methods raise RedisError.
    """

    def __init__(self, redis: Redis, name: str, seconds: int) -> None:
        """name: the kind; seconds: the longest that a copy is kept."""
        self._redis, self._name, self._seconds = redis, name, seconds

    def label(self) -> str:
        """What keys begin with now. Ask before reading what is to be copied, and once."""
        # TODO: the same label for ever
        return f"cache:{self._name}:always:"

    def put(self, label: str, key: str, text: str, seconds: int) -> None:
        """Keep a copy for so many seconds. `key` begins with `label`."""
        # TODO: how will the worker find it?
        self._redis.set(key, text, ex=seconds)

    def relabel(self) -> str | None:
        """Put all copies out of use; the label that they lie under, None if there was none."""
        # TODO
        return None

    def sweep(self, label: str) -> None:
        """Remove the copies that lie under a label, in steps that hold nobody up."""
        # TODO


def add_sweeping(celery: Celery, shelf: Shelf) -> Task:
    """Add the task that removes the copies under a label: sweep(label)."""

    @celery.task(name=f"{__name__}.sweep", ignore_result=True)
    def sweep(label: str) -> None:
        shelf.sweep(label)

    return sweep


def register_invalidation(database: Database, shelf: Shelf, sweep: Task) -> None:
    """Put the copies out of use whenever a transaction of `database` has committed."""
    # TODO: database.sessions makes the sessions of all requests
