"""The checks' client of Redis gets along with keys and values that are no text."""

from __future__ import annotations

import redis

from workbench.checking import App
from workbench.running.runner import Runner
from workbench.running.system import NO_SETTINGS


def test_any_bytes_survive_the_way_there_and_back(runner: Runner) -> None:
    with runner.stage({}) as stage, stage.start() as system:
        app = App(system, stage, NO_SETTINGS)
        raw = redis.Redis.from_url(system.redis_url)
        key, value = b"\xffkey", b"\x80value"
        raw.set(key, value)
        (found,) = app.redis.keys("*")
        app.redis.rename(found, found + "2")
        app.redis.set("copy", app.redis.get(found + "2"))
        assert (raw.get(key + b"2"), raw.get("copy")) == (value, value)
        raw.close()
        app.close()
