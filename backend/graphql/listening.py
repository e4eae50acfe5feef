"""The way to Redis for whoever waits for messages."""

from __future__ import annotations

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff


def connect_to_listen(redis_url: str) -> Redis:
    """A client of its own for the event loop that calls it. It waits as long as it must for a
    message, and raises RedisError as soon as its connection is lost."""
    return Redis.from_url(
        redis_url,
        socket_connect_timeout=5,
        socket_timeout=None,
        # Not again: what was published meanwhile would be missed, and nobody would know.
        retry=Retry(NoBackoff(), 0),
    )
