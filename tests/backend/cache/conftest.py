"""A Redis database of its own for every test, emptied before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis

from workbench.bench.tenancy import Tenancy


@pytest.fixture(scope="package")
def redis_url(services: Any) -> Iterator[str]:
    """A tenant's: nobody else enters its database, and it may do no more than a system may."""
    with Tenancy(services) as tenancy:
        tenant = tenancy.create_tenant()
        yield tenancy.redis_url(tenant)
        tenancy.drop_tenant(tenant)


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url, socket_timeout=10) as client:
        client.flushdb()
        yield client


@pytest.fixture
def no_redis(unused_port: int) -> Redis:
    """A client of a server that is not there."""
    from backend.cache.connection import connect

    return connect(f"redis://127.0.0.1:{unused_port}/0", 500)
