"""Copies lie under a label, go out of use together, and are swept."""

import pytest
from redis import RedisError

from backend.cache.shelf import Shelf


@pytest.fixture
def shelf(redis):
    return Shelf(redis, "listing", 100)


def test_all_shelves_of_a_kind_share_a_label(redis, shelf):
    assert shelf.label() == Shelf(redis, "listing", 100).label()
    assert shelf.label().startswith("cache:listing:")
    assert shelf.label() != Shelf(redis, "other", 100).label()


def test_a_new_label_puts_all_copies_out_of_use(redis, shelf):
    old = shelf.label()
    assert shelf.relabel() == old
    assert Shelf(redis, "listing", 100).label() == shelf.label() != old


def test_there_may_be_nothing_to_put_out_of_use(shelf):
    assert shelf.relabel() is None
    assert shelf.label() == shelf.label()


def test_a_label_that_redis_has_lost_does_not_come_back(redis, shelf):
    old = shelf.label()
    redis.delete("shelf:listing")
    assert shelf.label() != old


def test_sweeps_the_copies_of_one_label(redis, shelf):
    label = shelf.label()
    for number in range(1200):
        shelf.put(label, f"{label}{number}", "{}", 50)
    shelf.relabel()
    present = shelf.label()
    shelf.put(present, f"{present}1", "{}", 50)
    redis.set("cache:other:1", "mine")
    shelf.sweep(label)
    assert set(redis.keys("cache:*")) == {f"{present}1".encode(), b"cache:other:1"}
    shelf.sweep(label)  # twice is no error


def test_everything_but_the_label_expires(redis, shelf):
    label = shelf.label()
    shelf.put(label, f"{label}1", "{}", 50)
    lasting = [key for key in redis.scan_iter() if redis.ttl(key) < 0]
    assert lasting == [b"shelf:listing"]
    assert redis.ttl(f"{label}1") <= 50


def test_says_that_redis_is_away(no_redis):
    with pytest.raises(RedisError):
        Shelf(no_redis, "listing", 100).label()
