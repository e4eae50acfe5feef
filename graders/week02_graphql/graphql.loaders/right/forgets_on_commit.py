"""Loaders that remember until something is committed, and SQL as text."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from aiodataloader import DataLoader
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from backend.catalog.models import Category, Product

NEWEST = text("""
    SELECT found.* FROM
    (SELECT category_id, max(size) AS size
     FROM unnest(CAST(:ids AS uuid[]), CAST(:sizes AS int[])) AS asked (category_id, size)
     GROUP BY category_id) AS wanted
    CROSS JOIN LATERAL (
        SELECT * FROM products
        WHERE products.category_id = wanted.category_id AND is_active
        ORDER BY created_at DESC, id
        LIMIT wanted.size
    ) AS found
    ORDER BY category_id, created_at DESC, id
""")


class CategoryLoader(DataLoader):
    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    async def batch_load_fn(self, keys: Any) -> Any:
        rows = await ask(self.session, select(Category).where(Category.id.in_(keys)))
        found = dict.fromkeys(keys)
        found.update((row.id, row) for row in rows)
        return [found[key] for key in keys]


class ProductsLoader(DataLoader):
    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    async def batch_load_fn(self, keys: Any) -> Any:
        ids, sizes = zip(*keys, strict=True)
        values = {"ids": [str(key) for key in ids], "sizes": list(sizes)}
        rows = await ask(self.session, select(Product).from_statement(NEWEST), values)
        lists: dict[UUID, list[Product]] = {
            key: list(group) for key, group in groupby(rows, lambda row: row.category_id)
        }
        return [lists.get(key, [])[:size] for key, size in keys]


async def ask(session: Session, statement: Any, values: Any = None) -> Any:
    return session.scalars(statement, values)


class Loaders:
    def __init__(self, session: Session) -> None:
        self.category = CategoryLoader(session)
        self.newest_products = ProductsLoader(session)

        @event.listens_for(session, "after_commit")
        def forget(_session: Session) -> None:
            self.category.clear_all()
            self.newest_products.clear_all()
