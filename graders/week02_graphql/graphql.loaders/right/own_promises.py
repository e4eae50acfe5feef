"""Promises without a library, and rows that are numbered within their category."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import Any

from sqlalchemy import ARRAY, Integer, Uuid, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from backend.catalog.models import Category, Product


class Gathered:
    """Collects keys until nothing else can go on; `fetch` turns them into a dictionary."""

    def __init__(self, fetch: Callable[[set[Any]], dict[Any, Any]]) -> None:
        self.fetch = fetch
        self.promises: dict[Hashable, asyncio.Future[Any]] = {}

    def load(self, key: Hashable) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        if not self.promises:
            loop.call_soon(self.keep_promises)
        if key not in self.promises:
            self.promises[key] = loop.create_future()
        return self.promises[key]

    def keep_promises(self) -> None:
        promises, self.promises = self.promises, {}
        try:
            found = self.fetch(set(promises))
        except Exception as error:  # noqa: BLE001 - whoever awaits it is told
            for promise in promises.values():
                promise.set_exception(error)
        else:
            for key, promise in promises.items():
                promise.set_result(found.get(key))


class Loaders:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.category = Gathered(self.categories)
        self.newest_products = Gathered(self.lists)

    def categories(self, keys: set[Any]) -> dict[Any, Any]:
        query = self.session.query(Category).filter(Category.id.in_(keys))
        return {row.id: row for row in query}

    def lists(self, keys: set[Any]) -> dict[Any, Any]:
        longest = dict(sorted(keys, key=lambda key: key[1]))
        columns = (
            bindparam("ids", [*longest], ARRAY(Uuid)),
            bindparam("sizes", [*longest.values()], ARRAY(Integer)),
        )
        wanted = func.unnest(*columns).table_valued("category_id", "size", name="wanted")
        wanted = wanted.render_derived()
        place = func.row_number().over(
            partition_by=Product.category_id, order_by=(Product.created_at.desc(), Product.id)
        )
        numbered = (
            select(Product, place.label("place"))
            .where(Product.is_active, Product.category_id.in_(longest))
            .subquery()
        )
        row = aliased(Product, numbered)
        rows = self.session.execute(
            select(numbered.c.category_id, row)
            .join(wanted, wanted.c.category_id == numbered.c.category_id)
            .where(numbered.c.place <= wanted.c.size)
            .order_by(numbered.c.place)
        ).all()
        return {
            (key, size): [product for owner, product in rows if owner == key][:size]
            for key, size in keys
        }
