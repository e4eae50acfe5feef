"""The way to Redis for what can do without it."""

from __future__ import annotations

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def connect(redis_url: str, timeout_ms: int) -> Redis:
    """A client that gives up after one attempt: a copy that takes long to find is no gain."""
    seconds = timeout_ms / 1000
    return Redis.from_url(
        redis_url,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=Retry(NoBackoff(), 0),  # redis-py's own default tries for seconds
    )
