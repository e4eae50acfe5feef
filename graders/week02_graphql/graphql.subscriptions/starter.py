"""Changes of stock: published by Redis after their commit, and told to whoever subscribes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from uuid import UUID

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from sqlalchemy.orm import Session

from backend.catalog.item import get_product
from backend.catalog.models import Product
from backend.database import Database


def publish_stock_changes(database: Database, redis: Redis) -> None:
    """Publish each change of stock that a session of `database` commits, deletions too."""
    # TODO: listen for events of database.sessions.


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
        yield get_product(session, product_id)
        # TODO: and again, until it is deleted.
