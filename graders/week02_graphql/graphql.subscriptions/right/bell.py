"""A task that hears of everything and rings a bell; the statements themselves are looked at."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator, Callable
from uuid import UUID

from redis import Redis, RedisError
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.client import PubSub
from sqlalchemy import event
from sqlalchemy.orm import Session

from backend.catalog.errors import ProductNotFound
from backend.catalog.item import get_product
from backend.catalog.models import Product
from backend.database import Database


def publish_stock_changes(database: Database, redis: Redis) -> None:
    number = redis.connection_pool.connection_kwargs["db"]
    update = re.compile(r'\s*UPDATE\s+"?products\b', re.IGNORECASE)

    @event.listens_for(database.engine, "after_cursor_execute")
    def executed(connection, _cursor, statement, _parameters, _context, _many) -> None:
        if update.match(statement):
            connection.info["products"] = True

    @event.listens_for(database.sessions, "after_begin")
    def begun(session, _transaction, connection) -> None:
        connection.info.pop("products", None)
        session.info["connection"] = connection

    @event.listens_for(database.sessions, "before_commit")
    def about_to_commit(session: Session) -> None:
        session.flush()
        connection = session.info.get("connection")
        session.info["tell"] = connection is not None and connection.info.get("products")

    @event.listens_for(database.sessions, "after_commit")
    def committed(session: Session) -> None:
        if session.info.pop("tell", False):
            with contextlib.suppress(RedisError):
                redis.publish(f"stock:{number}:products", b"")


class StockChanges:
    def __init__(self, connect: Callable[[], AsyncRedis]) -> None:
        self._connect = connect

    async def of(self, session: Session, product_id: UUID) -> AsyncGenerator[Product, None]:
        async with self._connect() as redis, redis.pubsub() as pubsub:
            number = redis.connection_pool.connection_kwargs["db"]
            await pubsub.psubscribe(f"stock:{number}:*")
            bell: asyncio.Queue[Exception | None] = asyncio.Queue()
            hearing = asyncio.create_task(self._hear(pubsub, bell))
            try:
                first = await bell.get()  # subscribed, or not
                if first is not None:
                    raise first
                product = get_product(session, product_id)
                while True:
                    stock = product.stock_quantity
                    yield product
                    product = await self._another(session, product_id, stock, bell)
                    if product is None:
                        return
            finally:
                hearing.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await hearing

    @staticmethod
    async def _another(
        session: Session, product_id: UUID, stock: int, bell: asyncio.Queue[Exception | None]
    ) -> Product | None:
        """The product when its stock is another one, None when it is gone."""
        while True:
            session.rollback()
            trouble = await bell.get()
            if trouble is not None:
                raise trouble
            try:
                product = get_product(session, product_id)
            except ProductNotFound:
                return None
            if product.stock_quantity != stock:
                return product

    @staticmethod
    async def _hear(pubsub: PubSub, bell: asyncio.Queue[Exception | None]) -> None:
        try:
            while True:
                await pubsub.get_message(timeout=None)
                await bell.put(None)
        except RedisError as error:
            await bell.put(error)
