"""Notices that the stock of a product may have changed: published after the commit, by Redis.

A notice holds no stock. Who gets one reads what is stored by then, so that notices may come late,
twice or for nothing.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from redis import Redis, RedisError
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from sqlalchemy import event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from backend.catalog.models import Product
from backend.database import Database

_logger = logging.getLogger(__name__)

#: What stands for "some products" in the name of a channel.
ALL = "all"

_PENDING = "changed stock"


def channel(redis: Redis | AsyncRedis, what: UUID | str) -> str:
    """The channel for notices of a product, or of ALL."""
    # Channels know no databases: others on the same server would hear ours.
    database = redis.connection_pool.connection_kwargs.get("db", 0)
    return f"stock:{database}:{what}"


def publish_stock_changes(database: Database, redis: Redis) -> None:
    """Publish a notice for each change of stock that a session of `database` commits."""

    @event.listens_for(database.sessions, "after_flush")
    def note_objects(session: Session, _context: UOWTransaction) -> None:
        for one in session.dirty:
            if isinstance(one, Product) and inspect(one).attrs.stock_quantity.history.has_changes():
                session.info.setdefault(_PENDING, set()).add(one.id)

    @event.listens_for(database.sessions, "do_orm_execute")
    def note_updates(state: ORMExecuteState) -> None:
        # Which rows such a statement changes would take another one to find out.
        if state.is_update and state.bind_mapper and state.bind_mapper.class_ is Product:
            state.session.info.setdefault(_PENDING, set()).add(ALL)

    @event.listens_for(database.sessions, "after_commit")
    def publish(session: Session) -> None:
        try:
            for what in session.info.pop(_PENDING, ()):
                redis.publish(channel(redis, what), "changed")
        except RedisError as error:
            # The rows are stored: whatever goes wrong here must not look as if they were not.
            _logger.warning("stock changes are not told: %s", error)

    @event.listens_for(database.sessions, "after_rollback")
    def forget(session: Session) -> None:
        session.info.pop(_PENDING, None)


class Notices:
    """Where a subscription waits for notices. It takes a connection to Redis for itself."""

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url

    @asynccontextmanager
    async def of(self, product_id: UUID) -> AsyncIterator[PubSub]:
        """Subscribe to the notices of one product. Raises RedisError, as waiting for them does."""
        # No timeout: to wait is what it is for.
        redis = AsyncRedis.from_url(
            self._redis_url,
            socket_connect_timeout=5,
            socket_timeout=None,
            # Not again: what was published meanwhile would be missed, and nobody would know.
            retry=Retry(NoBackoff(), 0),
        )
        try:
            async with redis.pubsub(ignore_subscribe_messages=False) as pubsub:
                channels = (channel(redis, product_id), channel(redis, ALL))
                await pubsub.subscribe(*channels)
                for _ in channels:  # once both are confirmed, no notice is missed
                    await pubsub.get_message(timeout=None)
                yield pubsub
        finally:
            await redis.aclose()
