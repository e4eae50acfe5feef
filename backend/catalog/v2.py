"""Version 2 of the products, to be read only so far, and how version 1 tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, request
from marshmallow import Schema, fields
from sqlalchemy import select, true
from sqlalchemy.orm import Session
from werkzeug.http import http_date

from backend.api import Blueprint
from backend.auth.roles import SAFE_METHODS
from backend.catalog.errors import ProductNotFound
from backend.catalog.item import get_product
from backend.catalog.listing import list_products
from backend.catalog.models import Category, Product
from backend.catalog.page_schema import PaginationSchema
from backend.catalog.pages import ListingQuery
from backend.catalog.schemas import ListingQuerySchema
from backend.database import Database
from backend.problems import problem

LOW_STOCK = 5  # from so few on, a product is said to be running out
MOST_RELATED = 5


#: What version 2 shows of a product as it is stored.
_AS_STORED = ("id", "name", "description", "price", "attributes", "created_at", "updated_at")


class RelatedProductSchema(Schema):
    """A product as it is named beside another one."""

    id = fields.UUID()
    name = fields.String()
    price = fields.Decimal(as_string=True, metadata={"type": "string"})


class CategoryNameSchema(Schema):
    """A category as it is named in a product."""

    id = fields.UUID()
    name = fields.String()


class ProductV2Schema(Schema):
    """A product as version 2 shows it: nothing of it changes when version 1's schema does."""

    id = fields.UUID()
    name = fields.String()
    description = fields.String()
    price = fields.Decimal(as_string=True, metadata={"type": "string"})
    category = fields.Nested(CategoryNameSchema)
    stock_status = fields.String(metadata={"enum": ["sold_out", "low", "in_stock"]})
    related = fields.List(fields.Nested(RelatedProductSchema))
    attributes = fields.Dict()
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


class ProductPageV2Schema(Schema):
    """A page of the listing as version 2 shows it."""

    products = fields.List(fields.Nested(ProductV2Schema))
    pagination = fields.Nested(PaginationSchema)


def create_products_v2_blueprint(database: Database) -> Blueprint:
    """/api/v2/products and what lies below it."""
    products = Blueprint(
        "products-v2", __name__, url_prefix="/api/v2/products", description="Products for sale"
    )

    @products.get("")
    @products.arguments(ListingQuerySchema, location="query")
    @products.response(200, ProductPageV2Schema)
    @products.problems(422)
    def list_page(query: ListingQuery) -> dict[str, Any]:
        """List products, one page at a time."""
        page = list_products(database.session, query)
        return {"products": _enrich(database.session, page.items), "pagination": page}

    @products.get("/<uuid:product_id>")
    @products.response(200, ProductV2Schema)
    @products.problems(404)
    def show(product_id: UUID) -> dict[str, Any]:
        """Show a product."""
        return _enrich(database.session, [get_product(database.session, product_id)])[0]

    @products.errorhandler(ProductNotFound)
    def not_found(_error: ProductNotFound) -> Response:
        return problem(404, "There is no product with this id.")

    return products


def announce_v2(products: Blueprint, deprecated_at: datetime, sunset_at: datetime) -> None:
    """Let the reads of version 1 say that version 2 follows (RFC 9745, RFC 8594, RFC 5829)."""

    @products.after_request
    def announce(response: Response) -> Response:
        if request.method in SAFE_METHODS:  # the writes have no successor yet
            path = request.path.replace("/api/v1/", "/api/v2/", 1)
            response.headers["Deprecation"] = f"@{int(deprecated_at.timestamp())}"
            response.headers["Sunset"] = http_date(sunset_at)
            response.headers.add("Link", f'<{path}>; rel="successor-version"')
        return response


def _enrich(session: Session, products: Sequence[Product]) -> list[dict[str, Any]]:
    """The products as ProductV2Schema shows them. One statement, however many they are."""
    # The newest of each category, one more than needed: a product is not related to itself.
    newest = (
        select(Product.id, Product.name, Product.price, Product.created_at)
        .where(Product.category_id == Category.id, Product.is_active)
        .order_by(Product.created_at.desc(), Product.id)
        .limit(MOST_RELATED + 1)
        .lateral("newest")
    )
    rows = session.execute(
        select(Category.id.label("category_id"), Category.name.label("category_name"), newest)
        .join(newest, true())
        .where(Category.id.in_({product.category_id for product in products}))
        .order_by(newest.c.created_at.desc(), newest.c.id)
    ).all()
    names = {row.category_id: row.category_name for row in rows}
    return [
        {
            **{name: getattr(product, name) for name in _AS_STORED},
            "category": {"id": product.category_id, "name": names[product.category_id]},
            "stock_status": _stock_status(product.stock_quantity),
            "related": [
                row
                for row in rows
                if row.category_id == product.category_id and row.id != product.id
            ][:MOST_RELATED],
        }
        for product in products
    ]


def _stock_status(quantity: int) -> str:
    if quantity == 0:
        return "sold_out"
    return "low" if quantity <= LOW_STOCK else "in_stock"
