"""The listing: which products match a query, in which order, one page at a time."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.api import Blueprint
from backend.catalog.models import Product
from backend.catalog.page_schema import ProductPageSchema
from backend.catalog.pages import ListingQuery, ProductPage
from backend.catalog.schemas import ListingQuerySchema
from backend.database import Database


def list_products(session: Session, query: ListingQuery) -> ProductPage:
    """The page of active products that the query asks for.

    A page past the end is empty and still has the right total.
    """
    # TODO: filters, order, one page of rows, and the total of all pages
    items = session.scalars(select(Product).limit(query["per_page"])).all()
    return ProductPage(items, query["page"], query["per_page"], len(items))


def add_listing(products: Blueprint, database: Database) -> None:
    """Add GET of the whole to the products resource."""

    @products.get("")
    @products.arguments(ListingQuerySchema, location="query")
    @products.response(200, ProductPageSchema)
    @products.problems(422)
    def list_page(query: ListingQuery) -> ProductPage:
        """List products, one page at a time."""
        return list_products(database.session, query)
