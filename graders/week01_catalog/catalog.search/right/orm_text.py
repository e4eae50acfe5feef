"""Written SQL for the document and for the query; the index goes with the table as DDL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate
from sqlalchemy import DDL, event, text
from sqlalchemy.exc import InternalError
from sqlalchemy.orm import Session

from backend.api import Blueprint
from backend.catalog.models import Product
from backend.catalog.schemas import ProductSchema
from backend.database import Database

DOCUMENT = (
    "(setweight(to_tsvector('pg_catalog.english', left(name, 500)), 'A') ||"
    " setweight(to_tsvector('pg_catalog.english', substr(description, 1, 12000)), 'C'))"
)

event.listen(
    Product.__table__,
    "after_create",
    DDL(f"CREATE INDEX products_document ON products USING gin ({DOCUMENT})"),
)


class SearchQuerySchema(Schema):
    """The query string of the search."""

    class Meta:
        unknown = RAISE

    q = fields.String(required=True)
    limit = fields.Integer(load_default=20, validate=validate.Range(min=1, max=50))


class SearchResultSchema(Schema):
    """The answer of the search."""

    products = fields.List(fields.Nested(ProductSchema))


def search_products(session: Session, q: str, limit: int) -> Sequence[Product]:
    """The `limit` active products that fit `q` best."""
    statement = text(f"""
        SELECT p.* FROM (SELECT * FROM products WHERE is_active) AS p,
               websearch_to_tsquery('pg_catalog.english', :q) AS wanted
        WHERE {DOCUMENT} @@ wanted
        ORDER BY ts_rank_cd({DOCUMENT}, wanted) DESC, p.id ASC
        FETCH FIRST :limit ROWS ONLY
    """)
    try:
        return session.query(Product).from_statement(statement).params(q=q, limit=limit).all()
    except InternalError:  # more minus signs than PostgreSQL can stack
        session.rollback()
        return []


def add_search(products: Blueprint, database: Database) -> None:
    """Add the search to the products resource."""

    @products.get("/search")
    @products.arguments(SearchQuerySchema, location="query")
    @products.response(200, SearchResultSchema)
    @products.problems(422)
    def search(query: dict[str, Any]) -> dict[str, Any]:
        """Search products."""
        return {"products": search_products(database.session, query["q"], query["limit"])}


def _checked(value: str) -> None:
    if "\0" in value or not 1 <= len(value.strip()) <= 100:
        raise ValidationError("1 to 100 characters without NUL.")


SearchQuerySchema._declared_fields["q"].validators.append(_checked)
