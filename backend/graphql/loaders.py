"""One statement for a level of the answer, however many objects are on it.

A resolver asks for one thing and gets a promise. When no resolver can go on, each loader fetches
all that it was asked for at once. Nothing is remembered beyond that, as mutations change things.
"""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from aiodataloader import DataLoader
from sqlalchemy import Integer, Uuid, column, select, true, values
from sqlalchemy.orm import Session, aliased

from backend.catalog.models import Category, Product


class Loaders:
    """The loaders of one operation. Make them where its event loop runs."""

    def __init__(self, session: Session) -> None:
        self._session = session
        #: The category of an id; None for none.
        self.category = DataLoader(self._categories, cache=False)
        #: The newest products for sale in a category, of (category id, how many at most).
        self.newest_products = DataLoader(self._newest_products, cache=False)

    async def _categories(self, keys: list[UUID]) -> list[Category | None]:
        found = self._session.scalars(select(Category).where(Category.id.in_(set(keys))))
        by_id = {category.id: category for category in found}
        return [by_id.get(key) for key in keys]

    async def _newest_products(self, keys: list[tuple[UUID, int]]) -> list[list[Product]]:
        # A category that is asked for several lists is asked once, for the longest of them.
        longest: dict[UUID, int] = defaultdict(int)
        for category_id, size in keys:
            longest[category_id] = max(size, longest[category_id])
        wanted = values(column("category_id", Uuid), column("size", Integer), name="wanted").data(
            list(longest.items())
        )
        newest = (
            select(Product)
            .where(Product.category_id == wanted.c.category_id, Product.is_active)
            .order_by(Product.created_at.desc(), Product.id)
            .limit(wanted.c.size)
            .lateral("newest")
        )
        product = aliased(Product, newest)
        rows = self._session.execute(
            select(wanted.c.category_id, product)
            .join(newest, true())
            .order_by(product.created_at.desc(), product.id)
        )
        by_category: dict[UUID, list[Product]] = defaultdict(list)
        for category_id, found in rows:
            by_category[category_id].append(found)
        return [by_category[category_id][:size] for category_id, size in keys]
