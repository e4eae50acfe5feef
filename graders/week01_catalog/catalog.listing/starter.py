"""The listing: which products match a query, in which order, one page at a time."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.catalog.models import Product
from backend.catalog.pages import ListingQuery, ProductPage


def list_products(session: Session, query: ListingQuery) -> ProductPage:
    """The page of active products that the query asks for.

    A page past the end is empty and still has the right total.
    """
    # TODO: filters, order, one page of rows, and the total of all pages
    items = session.scalars(select(Product).limit(query["per_page"])).all()
    return ProductPage(items, query["page"], query["per_page"], len(items))
