"""Full text search: products by the words of their names and descriptions, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import RAISE, Schema, fields, validate
from sqlalchemy import ColumnElement, Index, Text, cast, func, select, text
from sqlalchemy.orm import Session

from backend.api import Blueprint
from backend.catalog.models import Product
from backend.catalog.schemas import ProductSchema
from backend.catalog.text import StrippedText, no_nul
from backend.database import Database

# Written out, never the server's default: an index and a query must agree on the language.
_ENGLISH = text("'english'")

# What a description holds beyond this is not searched. PostgreSQL refuses to store a row whose
# tsvector is larger than 1 MiB, and a long description must not become an error.
_MOST_CHARACTERS = text("20000")

# PostgreSQL's stack for the minus signs that stand before no word yet holds 32.
_MOST_SIGNS = 30


def _words() -> ColumnElement[Any]:
    """What is searched. The index holds just this expression, so a query must use it as well."""
    products = Product.__table__.c
    name = func.to_tsvector(_ENGLISH, cast(products.name, Text))
    description = func.to_tsvector(_ENGLISH, func.left(products.description, _MOST_CHARACTERS))
    return func.setweight(name, text("'A'")).op("||")(func.setweight(description, text("'B'")))


# Tables that are still being made may lack the columns: everything but the search works then.
if {"name", "description", "is_active"} <= set(Product.__table__.c.keys()):
    Index(
        "ix_products_words",
        _words(),
        postgresql_using="gin",
        postgresql_where=Product.__table__.c.is_active,
    )


class SearchQuerySchema(Schema):
    """The query string of the search."""

    class Meta:
        unknown = RAISE

    q = StrippedText(required=True, validate=[no_nul, validate.Length(1, 100)])
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 50))


class SearchResultSchema(Schema):
    """The answer of the search."""

    products = fields.List(fields.Nested(ProductSchema))


def search_products(session: Session, q: str, limit: int) -> Sequence[Product]:
    """The `limit` active products that fit `q` best, the best first; the id decides ties.

    q: what people type into a search box. A text without any word to look for finds nothing.
    """
    if q.count("-") > _MOST_SIGNS:
        q = q.replace("-", " ")
    # Unlike to_tsquery, it knows no syntax errors.
    wanted = func.websearch_to_tsquery(_ENGLISH, q)
    found = (
        select(Product)
        .where(Product.is_active, _words().op("@@")(wanted))
        .order_by(func.ts_rank(_words(), wanted).desc(), Product.id)
        .limit(limit)
    )
    return session.scalars(found).all()


def add_search(products: Blueprint, database: Database) -> None:
    """Add the search to the products resource."""

    @products.get("/search")
    @products.arguments(SearchQuerySchema, location="query")
    @products.response(200, SearchResultSchema)
    @products.problems(422)
    def search(query: dict[str, Any]) -> dict[str, Any]:
        """Search products by the words of their names and descriptions."""
        return {"products": search_products(database.session, **query)}
