"""SQL by hand: every filter is a parameter that may be NULL, the order is picked from a table."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.api import Blueprint
from backend.catalog.models import Product
from backend.catalog.page_schema import ProductPageSchema
from backend.catalog.pages import ListingQuery, ProductPage
from backend.catalog.schemas import ListingQuerySchema
from backend.database import Database

_MATCHES = """
    FROM products AS p
    WHERE p.is_active
      AND (CAST(:category AS text) IS NULL
           OR p.category_id IN (SELECT id FROM categories WHERE name = :category))
      AND p.price >= COALESCE(CAST(:min_price AS numeric), 0)
      AND p.price <= COALESCE(CAST(:max_price AS numeric), 'Infinity')
      AND (CAST(:pattern AS text) IS NULL
           OR p.name ILIKE :pattern ESCAPE '!' OR p.description ILIKE :pattern ESCAPE '!')
"""

_ORDER = {
    (column, direction): f"ORDER BY p.{column} {direction}, p.id"
    for column in ("name", "price", "created_at", "updated_at")
    for direction in ("asc", "desc")
}


def list_products(session: Session, query: ListingQuery) -> ProductPage:
    """The page of active products that the query asks for."""
    values = {**query, "pattern": None, "skip": (query["page"] - 1) * query["per_page"]}
    if query["search"]:
        escaped = "".join(f"!{char}" if char in "!%_" else char for char in query["search"])
        values["pattern"] = f"%{escaped}%"
    total = session.execute(text("SELECT count(*) " + _MATCHES), values).scalar_one()
    order = _ORDER[query["sort_by"], query["sort_order"]]
    rows = text(f"SELECT p.* {_MATCHES} {order} LIMIT :per_page OFFSET :skip")
    items = session.query(Product).from_statement(rows).params(**values).all()
    return ProductPage(items, query["page"], query["per_page"], total)


def add_listing(products: Blueprint, database: Database) -> None:
    """Add GET of the whole to the products resource."""

    @products.get("")
    @products.arguments(ListingQuerySchema, location="query")
    @products.response(200, ProductPageSchema)
    @products.problems(422)
    def list_page(query: ListingQuery) -> ProductPage:
        """List products, one page at a time."""
        return list_products(database.session, query)
