"""One statement for a level of the answer, however many objects are on it.

A resolver asks for one thing and gets a promise. When no resolver can go on, each loader fetches
all that it was asked for at once. Nothing is remembered beyond that, as mutations change things.
"""

from __future__ import annotations

from uuid import UUID

from aiodataloader import DataLoader
from sqlalchemy.orm import Session

from backend.catalog.models import Category, Product


class Loaders:
    """The loaders of one operation. Make them where its event loop runs."""

    def __init__(self, session: Session) -> None:
        self._session = session
        #: The category of an id; None for none.
        self.category = DataLoader(self._categories)
        #: The newest products for sale in a category, of (category id, how many at most).
        self.newest_products = DataLoader(self._newest_products)

    async def _categories(self, keys: list[UUID]) -> list[Category | None]:
        # TODO: one statement for all keys
        return [None for key in keys]

    async def _newest_products(self, keys: list[tuple[UUID, int]]) -> list[list[Product]]:
        # TODO: one statement for all keys, whatever their sizes
        return [[] for key in keys]
