"""A judge's own Redis: what one answer does to it, another judge's answer never meets."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import psutil
import pytest
import redis

from workbench.bench.admin_connections import redis_client
from workbench.bench.own_redis import own_redis
from workbench.bench.provider import Services
from workbench.bench.tenancy import Tenancy

LIBRARY = "#!lua name=left\nredis.register_function('left', function() return 'behind' end)"


def test_two_judges_share_no_channel_and_no_script(services: Services) -> None:
    with own_redis(services) as mine, own_redis(services) as theirs:
        with redis_client(mine.redis_url) as one, redis_client(theirs.redis_url) as other:
            heard = other.pubsub()
            heard.psubscribe("*")
            assert heard.get_message(timeout=5)["type"] == "psubscribe"
            assert one.publish("news", "junk") == 0
            kept = other.script_load("return 1")
            one.script_flush()
            assert other.evalsha(kept, 0) == 1
        assert theirs.postgres_url == services.postgres_url


def test_it_ends_with_the_judge(services: Services) -> None:
    before = {one.pid for one in psutil.Process().children()}
    with own_redis(services) as mine:
        (server,) = (one for one in psutil.Process().children() if one.pid not in before)
    assert not server.is_running()
    with redis_client(mine.redis_url) as client, pytest.raises(redis.ConnectionError):
        client.ping()


def test_a_bench_of_somebody_elses_keeps_its_redis(services: Services) -> None:
    external = replace(services, provider="external")
    with own_redis(external) as same:
        assert same == external


def test_no_function_outlives_its_tenant(services: Services) -> None:
    with own_redis(services) as mine, closing(Tenancy(mine)) as tenancy:
        first = tenancy.create_tenant()
        with redis_client(tenancy.redis_url(first)) as client:
            client.function_load(LIBRARY)
            assert client.fcall("left", 0) == "behind"
        tenancy.drop_tenant(first)
        second = tenancy.create_tenant()
        with redis_client(tenancy.redis_url(second)) as client, pytest.raises(redis.ResponseError):
            client.fcall("left", 0)
        tenancy.drop_tenant(second)


def test_memory_has_a_bound(services: Services) -> None:
    with own_redis(services) as mine, redis_client(mine.redis_url) as client:
        assert 0 < int(client.config_get("maxmemory")["maxmemory"]) <= 2**30
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
