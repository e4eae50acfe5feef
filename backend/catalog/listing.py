"""The listing: which products match a query, in which order, one page at a time."""

from __future__ import annotations

from sqlalchemy import ColumnExpressionArgument, func, or_, select
from sqlalchemy.orm import Session

from backend.api import Blueprint
from backend.catalog.models import Category, Product
from backend.catalog.page_schema import ProductPageSchema
from backend.catalog.pages import ListingQuery, ProductPage
from backend.catalog.schemas import ListingQuerySchema
from backend.database import Database


def list_products(session: Session, query: ListingQuery) -> ProductPage:
    """The page of active products that the query asks for.

    A page past the end is empty and still has the right total.
    """
    matches: list[ColumnExpressionArgument[bool]] = [Product.is_active]
    if query["category"] is not None:
        matches.append(Product.category.has(Category.name == query["category"]))
    if query["min_price"] is not None:
        matches.append(Product.price >= query["min_price"])
    if query["max_price"] is not None:
        matches.append(Product.price <= query["max_price"])
    if query["search"] is not None:
        # autoescape: the search text is no pattern, so its % and _ mean themselves.
        matches.append(
            or_(
                Product.name.icontains(query["search"], autoescape=True),
                Product.description.icontains(query["search"], autoescape=True),
            )
        )

    column = {
        "name": Product.name,
        "price": Product.price,
        "created_at": Product.created_at,
        "updated_at": Product.updated_at,
    }[query["sort_by"]]
    order = column.desc() if query["sort_order"] == "desc" else column.asc()

    # Counted on its own: a count beside the rows is lost with them on a page past the end.
    total = session.scalar(select(func.count()).select_from(Product).where(*matches)) or 0
    rows = (
        select(Product)
        .where(*matches)
        .order_by(order, Product.id)  # the id decides ties, or pages would overlap
        .limit(query["per_page"])
        .offset((query["page"] - 1) * query["per_page"])
    )
    items = session.scalars(rows).all()
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
