"""Full text search: products by the words of their names and descriptions, the best first."""

from __future__ import annotations

from collections.abc import Sequence

from marshmallow import RAISE, Schema, fields
from sqlalchemy.orm import Session

from backend.api import Blueprint
from backend.catalog.models import Product
from backend.catalog.schemas import ProductSchema
from backend.database import Database

# TODO: the index


class SearchQuerySchema(Schema):
    """The query string of the search."""

    class Meta:
        unknown = RAISE

    # TODO: q and limit


class SearchResultSchema(Schema):
    """The answer of the search."""

    products = fields.List(fields.Nested(ProductSchema))


def search_products(session: Session, q: str, limit: int) -> Sequence[Product]:
    """The `limit` active products that fit `q` best, the best first; the id decides ties.

    q: what people type into a search box. A text without any word to look for finds nothing.
    """
    # TODO
    return []


def add_search(products: Blueprint, database: Database) -> None:
    """Add the search to the products resource."""
    # TODO: the door
