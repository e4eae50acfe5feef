"""A generated column holds the words; two statements: which ids, then the products."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate
from sqlalchemy import Column, Computed, Index, func, select
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Session

from backend.api import Blueprint
from backend.catalog.models import Product
from backend.catalog.schemas import ProductSchema
from backend.database import Database

_TABLE = Product.__table__

# Unknown to the mapper, and PostgreSQL keeps it up to date.
_TABLE.append_column(
    Column(
        "words",
        TSVECTOR,
        Computed(
            "setweight(to_tsvector('english', name), 'A')"
            " || setweight(to_tsvector('english', left(description, 30000)), 'D')",
            persisted=True,
        ),
    )
)
Index("ix_products_search", _TABLE.c.words, postgresql_using="gin")


class SearchQuerySchema(Schema):
    """The query string of the search."""

    class Meta:
        unknown = RAISE

    q = fields.String(required=True)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 50))

    @post_load
    def _strip(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        stripped = data["q"].strip()
        if not stripped or len(stripped) > 100 or "\0" in stripped:
            raise ValidationError("1 to 100 characters without NUL.", "q")
        return {**data, "q": stripped}


class SearchResultSchema(Schema):
    """The answer of the search."""

    products = fields.List(fields.Nested(ProductSchema))


def search_products(session: Session, q: str, limit: int) -> Sequence[Product]:
    """The `limit` active products that fit `q` best."""
    q = re.sub(r"-[\W_]*-", "- ", q)
    wanted = func.websearch_to_tsquery("english", q)
    words = _TABLE.c.words
    ids = session.scalars(
        select(_TABLE.c.id)
        .where(_TABLE.c.is_active, words.bool_op("@@")(wanted))
        .order_by(func.ts_rank([0.1, 0.2, 0.4, 1.0], words, wanted, 1).desc(), _TABLE.c.id)
        .limit(limit)
    ).all()
    found = {one.id: one for one in session.scalars(select(Product).where(Product.id.in_(ids)))}
    return [found[key] for key in ids]


def add_search(products: Blueprint, database: Database) -> None:
    """Add the search to the products resource."""

    @products.get("/search")
    @products.arguments(SearchQuerySchema, location="query")
    @products.response(200, SearchResultSchema)
    @products.problems(422)
    def search(query: dict[str, Any]) -> dict[str, Any]:
        """Search products."""
        return {"products": search_products(database.session, **query)}
