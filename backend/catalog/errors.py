"""What can go wrong in the catalog, in its own words: nothing here knows of HTTP."""

from __future__ import annotations

from uuid import UUID


class ProductNotFound(Exception):
    """No product that is for sale has this id."""

    def __init__(self, product_id: UUID) -> None:
        super().__init__(f"no active product {product_id}")
        self.product_id = product_id


class UnknownCategory(Exception):
    """No category has this id."""

    def __init__(self, category_id: UUID) -> None:
        super().__init__(f"no category {category_id}")
        self.category_id = category_id


class NameTaken(Exception):
    """Another category has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"another category is called {name!r}")
        self.name = name


class CategoryInUse(Exception):
    """Products refer to this category, deleted ones included."""

    def __init__(self, category_id: UUID) -> None:
        super().__init__(f"category {category_id} has products")
        self.category_id = category_id
