"""One makes, the others wait, and nobody waits for ever."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.cache.single_flight import SingleFlight

KEY, LOCK = "cache:page", "lock:cache:page"


class Page:
    """A copy in memory, and how often it was made. The first who makes it waits for the others."""

    def __init__(self, callers: int) -> None:
        self.made = 0
        self._copy: str | None = None
        self._all_have_looked = threading.Barrier(callers)
        self._first_look = threading.local()

    def read(self) -> str | None:
        if not hasattr(self._first_look, "done"):
            self._first_look.done = True
            found = self._copy
            self._all_have_looked.wait(30)
            return found
        return self._copy

    def make(self) -> str:
        self.made += 1
        self._copy = "page"
        return self._copy


def test_one_makes_and_all_get_it(redis):
    page, callers = Page(6), 6
    flights = [SingleFlight(redis, 30, 30) for _ in range(2)]  # as of two processes
    with ThreadPoolExecutor(callers) as pool:
        asked = [pool.submit(flights[n % 2].run, KEY, page.read, page.make) for n in range(callers)]
        assert [one.result() for one in asked] == ["page"] * callers
    assert page.made == 1
    assert redis.keys() == []


def test_a_lock_has_a_lifetime_and_its_owner_only_gives_it_back(redis):
    def make():
        assert 0 < redis.ttl(LOCK) <= 30
        redis.set(LOCK, "the next owner's")
        return "page"

    assert SingleFlight(redis, 30, 30).run(KEY, lambda: None, make) == "page"
    assert redis.get(LOCK) == b"the next owner's"


def test_a_waiter_takes_over_when_the_lock_is_gone(redis):
    redis.set(LOCK, "somebody who died")
    looks = []

    def read():
        looks.append(1)
        if len(looks) == 3:
            redis.delete(LOCK)

    assert SingleFlight(redis, 30, 30).run(KEY, read, lambda: "page") == "page"
    assert len(looks) == 4  # the last one with the lock in hand


def test_who_has_waited_enough_helps_himself(redis):
    redis.set(LOCK, "somebody else's")
    assert SingleFlight(redis, 30, 0).run(KEY, lambda: None, lambda: "page") == "page"
    assert redis.get(LOCK) == b"somebody else's"


def test_an_error_gives_the_lock_back(redis):
    with pytest.raises(ZeroDivisionError):
        SingleFlight(redis, 30, 30).run(KEY, lambda: None, lambda: 1 / 0)
    assert redis.keys() == []


def test_without_redis_everybody_makes_his_own(no_redis):
    assert SingleFlight(no_redis, 30, 30).run(KEY, lambda: None, lambda: "page") == "page"
