"""What the listing takes and returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypedDict


class ListingQuery(TypedDict):
    """The query of the listing after validation: every key is there."""

    page: int  # 1 is the first
    per_page: int
    category: str | None  # the exact name
    min_price: Decimal | None  # inclusive
    max_price: Decimal | None  # inclusive
    search: str | None  # never empty
    sort_by: Literal["name", "price", "created_at", "updated_at"]
    sort_order: Literal["asc", "desc"]


@dataclass(frozen=True)
class ProductPage:
    """One page of a listing."""

    items: Sequence[Any]  # products: anything with the attributes of a Product
    page: int
    per_page: int
    total: int  # products on all pages

    @property
    def pages(self) -> int:
        """How many pages there are: 0 when nothing matches."""
        return -(-self.total // self.per_page)

    @property
    def has_next(self) -> bool:
        return self.page < self.pages

    @property
    def has_prev(self) -> bool:
        return self.page > 1
