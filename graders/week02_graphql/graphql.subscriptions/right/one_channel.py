"""One channel for all products; messages name them, and attributes tell when they are set."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, Callable
from typing import Any
from uuid import UUID

from redis import Redis, RedisError
from redis.asyncio import Redis as AsyncRedis
from sqlalchemy import event
from sqlalchemy.orm import Session, object_session

from backend.catalog.errors import ProductNotFound
from backend.catalog.item import get_product
from backend.catalog.models import Product
from backend.database import Database


def channel_of(redis: Any) -> str:
    return f"stock:{redis.get_connection_kwargs()['db']}:changes"


def publish_stock_changes(database: Database, redis: Redis) -> None:
    def note(session: Session | None, what: str) -> None:
        if session is not None:
            session.info.setdefault("told", []).append(what)

    @event.listens_for(Product.stock_quantity, "set")
    @event.listens_for(Product.is_active, "set")
    def is_set(product: Product, value: Any, old: Any, _initiator: Any) -> None:
        if value != old:
            note(object_session(product), str(product.id))

    @event.listens_for(database.sessions, "do_orm_execute")
    def executes(state: Any) -> None:
        if state.is_update or state.is_delete:
            note(state.session, "*")

    @event.listens_for(database.sessions, "after_commit")
    def committed(session: Session) -> None:
        told = session.info.pop("told", [])
        if told:
            try:
                redis.publish(channel_of(redis), json.dumps(told))
            except RedisError:
                logging.getLogger(__name__).exception("nobody is told")

    @event.listens_for(database.sessions, "after_soft_rollback")
    def rolled_back(session: Session, _transaction: Any) -> None:
        session.info.pop("told", None)


class StockChanges:
    def __init__(self, connect: Callable[[], AsyncRedis]) -> None:
        self._connect = connect

    async def of(self, session: Session, product_id: UUID) -> AsyncGenerator[Product, None]:
        last = None
        redis = self._connect()
        listener = redis.pubsub()
        try:
            await listener.subscribe(channel_of(redis))
            async for message in listener.listen():
                if message["type"] == "message":
                    names = json.loads(message["data"])
                    if "*" not in names and str(product_id) not in names:
                        continue
                session.expire_all()
                try:
                    product = get_product(session, product_id)
                except ProductNotFound:
                    if last is None:
                        raise
                    break
                last, before = product.stock_quantity, last
                if last != before:
                    yield product
                session.commit()
        finally:
            await listener.aclose()
            await redis.aclose()
