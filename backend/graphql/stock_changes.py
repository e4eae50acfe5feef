"""Changes of stock: published by Redis after their commit, and told to whoever subscribes.

What is published holds no stock, it only says "look again". So it may come late, twice or for
nothing.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable
from uuid import UUID

from redis import Redis, RedisError
from redis.asyncio import Redis as AsyncRedis
from sqlalchemy import event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from backend.catalog.errors import ProductNotFound
from backend.catalog.item import get_product
from backend.catalog.models import Product
from backend.database import Database

_logger = logging.getLogger(__name__)

#: What stands for "some products" in the name of a channel.
_SOME = "some"

_PENDING = "changed stock"


def publish_stock_changes(database: Database, redis: Redis) -> None:
    """Publish each change of stock that a session of `database` commits, deletions too."""

    @event.listens_for(database.sessions, "after_flush")
    def note_objects(session: Session, _context: UOWTransaction) -> None:
        for one in session.dirty:
            if isinstance(one, Product):
                now = inspect(one).attrs
                if now.stock_quantity.history.has_changes() or now.is_active.history.has_changes():
                    session.info.setdefault(_PENDING, set()).add(one.id)

    @event.listens_for(database.sessions, "do_orm_execute")
    def note_updates(state: ORMExecuteState) -> None:
        # Which rows such a statement changes would take another one to find out.
        if state.is_update and state.bind_mapper and state.bind_mapper.class_ is Product:
            state.session.info.setdefault(_PENDING, set()).add(_SOME)

    @event.listens_for(database.sessions, "after_commit")
    def publish(session: Session) -> None:
        try:
            for what in session.info.pop(_PENDING, ()):
                redis.publish(_channel(redis, what), "changed")
        except RedisError as error:
            # The rows are stored: whatever goes wrong here must not look as if they were not.
            _logger.warning("stock changes are not told: %s", error)

    @event.listens_for(database.sessions, "after_rollback")
    def forget(session: Session) -> None:
        session.info.pop(_PENDING, None)


class StockChanges:
    """Where a subscription waits for changes of stock."""

    def __init__(self, connect: Callable[[], AsyncRedis]) -> None:
        """connect: makes a client of Redis, for the event loop that calls it."""
        self._connect = connect

    async def of(self, session: Session, product_id: UUID) -> AsyncGenerator[Product, None]:
        """The product as it is, and again each time when its stock is another one.

        Ends when the product is deleted. Raises ProductNotFound when it is not there at the
        beginning, and RedisError when changes cannot be heard of any more.
        """
        seen: int | None = None
        async with self._connect() as redis, redis.pubsub() as pubsub:
            await pubsub.subscribe(_channel(redis, product_id), _channel(redis, _SOME))
            while True:
                # What confirms the subscriptions are messages as well: the last look at the
                # beginning comes after them, so no change is missed.
                await pubsub.get_message(timeout=None)
                try:
                    product = get_product(session, product_id)
                except ProductNotFound:
                    if seen is None:
                        raise
                    return
                if product.stock_quantity != seen:
                    seen = product.stock_quantity
                    yield product
                # Nobody keeps a connection, or what it has read, while he waits.
                session.rollback()


def _channel(redis: Redis | AsyncRedis, what: UUID | str) -> str:
    """The channel for changes of a product, or of _SOME."""
    # Channels know no databases: others on the same server would hear ours.
    database = redis.connection_pool.connection_kwargs.get("db", 0)
    return f"stock:{database}:{what}"
