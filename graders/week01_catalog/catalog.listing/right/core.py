"""SQLAlchemy Core on the tables: one statement, the total beside the rows; a second for no rows."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.api import Blueprint
from backend.catalog.models import Category, Product
from backend.catalog.page_schema import ProductPageSchema
from backend.catalog.pages import ListingQuery, ProductPage
from backend.catalog.schemas import ListingQuerySchema
from backend.database import Database


def list_products(session: Session, query: ListingQuery) -> ProductPage:
    """The page of active products that the query asks for."""
    products, categories = Product.__table__, Category.__table__
    matching = select(products).where(products.c.is_active.is_(True))
    if query["category"] is not None:
        matching = matching.join(categories).where(categories.c.name == query["category"])
    low, high = query["min_price"], query["max_price"]
    if low is not None:
        matching = matching.where(products.c.price >= low)
    if high is not None:
        matching = matching.where(products.c.price <= high)
    if query["search"] is not None:
        text = func.lower(products.c.name + "\n" + products.c.description)
        matching = matching.where(func.strpos(text, func.lower(query["search"])) > 0)
    order = products.c[query["sort_by"]]
    if query["sort_order"] == "desc":
        order = order.desc()
    page = (
        matching.add_columns(func.count().over().label("total"))
        .order_by(order, products.c.id.asc())
        .limit(query["per_page"])
        .offset(query["per_page"] * (query["page"] - 1))
    )
    rows = session.execute(page).all()
    if rows:
        total = rows[0].total
    else:
        total = session.execute(select(func.count()).select_from(matching.subquery())).scalar_one()
    return ProductPage(rows, query["page"], query["per_page"], total)


def add_listing(products: Blueprint, database: Database) -> None:
    """Add GET of the whole to the products resource."""

    @products.get("")
    @products.arguments(ListingQuerySchema, location="query")
    @products.response(200, ProductPageSchema)
    @products.problems(422)
    def list_page(query: ListingQuery) -> ProductPage:
        """List products, one page at a time."""
        return list_products(database.session, query)
