"""Only commits that changed something count; the worker walks over the set with a cursor."""

from __future__ import annotations

import logging
import uuid

from celery import Celery, Task
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as NoBroker
from redis import Redis, RedisError
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from backend.database import Database

log = logging.getLogger("shelf")


class Shelf:
    """A random label in a string; the keys of each label in a set."""

    def __init__(self, redis: Redis, name: str, seconds: int) -> None:
        self._redis, self._seconds = redis, seconds
        self._kind, self._current = name, name + "/label"

    def label(self) -> str:
        mine = f"cache:{self._kind}:{uuid.uuid4().hex}:"
        before = self._redis.set(self._current, mine, nx=True, get=True)
        return before.decode() if before else mine

    def put(self, label: str, key: str, text: str, seconds: int) -> None:
        with self._redis.pipeline() as together:
            together.sadd(f"{self._kind}/{label}", key)
            together.expire(f"{self._kind}/{label}", self._seconds + 60)
            together.set(key, text, px=seconds * 1000)
            together.execute()

    def relabel(self) -> str | None:
        old = self._redis.getdel(self._current)
        return old.decode() if old else None

    def sweep(self, label: str) -> None:
        index = f"{self._kind}/{label}"
        for key in self._redis.sscan_iter(index, count=100):
            self._redis.unlink(key)
        self._redis.unlink(index)


def add_sweeping(celery: Celery, shelf: Shelf) -> Task:
    @celery.task(name="shelf.sweep", bind=True, max_retries=3)
    def sweep(self: Task, label: str) -> None:
        try:
            shelf.sweep(label)
        except RedisError as error:
            raise self.retry(exc=error, countdown=5) from error

    return sweep


def register_invalidation(database: Database, shelf: Shelf, sweep: Task) -> None:
    def flushed(session: Session, _context: object) -> None:
        session.info["changed"] = True

    def executed(state: ORMExecuteState) -> None:
        if not state.is_select:
            state.session.info["changed"] = True

    def committed(session: Session) -> None:
        if not session.info.pop("changed", False):
            return
        try:
            old = shelf.relabel()
            if old:
                sweep.apply_async(args=[old], retry=False, ignore_result=True)
        except (RedisError, KombuError, NoBroker):
            log.exception("the copies stay")

    event.listen(database.sessions, "after_flush", flushed)
    event.listen(database.sessions, "do_orm_execute", executed)
    event.listen(database.sessions, "after_commit", committed)
