"""Schemas from scratch, the category by a join, and related products ranked by a window."""

from __future__ import annotations

import email.utils
from datetime import UTC, datetime

from flask import Response, request
from marshmallow import Schema, fields
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.api import Blueprint
from backend.catalog.errors import ProductNotFound
from backend.catalog.item import get_product
from backend.catalog.listing import list_products
from backend.catalog.models import Category, Product
from backend.catalog.page_schema import PaginationSchema
from backend.catalog.schemas import ListingQuerySchema
from backend.database import Database
from backend.problems import problem

LOW_STOCK = 5
MOST_RELATED = 5


class CategoryNameSchema(Schema):
    id = fields.UUID()
    name = fields.String()


class RelatedProductSchema(Schema):
    id = fields.UUID()
    name = fields.String()
    price = fields.Decimal(as_string=True)


class ProductV2Schema(Schema):
    id = fields.UUID()
    name = fields.String()
    description = fields.String()
    price = fields.Decimal(as_string=True)
    attributes = fields.Dict()
    created_at = fields.DateTime()
    updated_at = fields.DateTime()
    stock_status = fields.String()
    category = fields.Nested(CategoryNameSchema)
    related = fields.List(fields.Nested(RelatedProductSchema))


class ProductPageV2Schema(Schema):
    products = fields.List(fields.Nested(ProductV2Schema))
    pagination = fields.Nested(PaginationSchema)


class Shown:
    def __init__(self, product: Product, category: Category, related: list) -> None:
        self.product, self.category, self.related = product, category, related

    def __getattr__(self, name: str) -> object:
        return getattr(self.product, name)

    @property
    def stock_status(self) -> str:
        limits = ((0, "sold_out"), (LOW_STOCK, "low"), (float("inf"), "in_stock"))
        return next(name for most, name in limits if self.product.stock_quantity <= most)


def shown(session: Session, products: list[Product]) -> list[Shown]:
    ids = {product.category_id for product in products}
    categories = {
        one.id: one for one in session.scalars(select(Category).where(Category.id.in_(ids)))
    }
    place = (
        func.row_number()
        .over(partition_by=Product.category_id, order_by=[Product.created_at.desc(), Product.id])
        .label("place")
    )
    ranked = (
        select(Product.id, Product.name, Product.price, Product.category_id, place)
        .where(Product.is_active.is_(True), Product.category_id.in_(ids))
        .subquery()
    )
    query = select(ranked).where(ranked.c.place <= MOST_RELATED + 1).order_by(ranked.c.place)
    related: dict = {}
    for row in session.execute(query):
        related.setdefault(row.category_id, []).append(row)
    return [
        Shown(
            product,
            categories[product.category_id],
            [row for row in related[product.category_id] if row.id != product.id][:MOST_RELATED],
        )
        for product in products
    ]


def create_products_v2_blueprint(database: Database) -> Blueprint:
    blueprint = Blueprint("products-v2", __name__, url_prefix="/api/v2/products", description="v2")

    @blueprint.get("")
    @blueprint.arguments(ListingQuerySchema, location="query")
    @blueprint.response(200, ProductPageV2Schema)
    @blueprint.problems(422)
    def listing(query):
        page = list_products(database.session, query)
        return {"products": shown(database.session, list(page.items)), "pagination": page}

    @blueprint.get("/<uuid:product_id>")
    @blueprint.response(200, ProductV2Schema)
    @blueprint.problems(404)
    def item(product_id):
        return shown(database.session, [get_product(database.session, product_id)])[0]

    @blueprint.errorhandler(ProductNotFound)
    def gone(error):
        return problem(404, "No such product.")

    return blueprint


def announce_v2(products: Blueprint, deprecated_at: datetime, sunset_at: datetime) -> None:
    def announce(response: Response) -> Response:
        if request.method in ("GET", "HEAD"):
            sunset = email.utils.format_datetime(sunset_at.astimezone(UTC), usegmt=True)
            response.headers["Deprecation"] = "@" + format(deprecated_at.timestamp(), ".0f")
            response.headers["Sunset"] = sunset
            target = request.base_url.replace("/v1/", "/v2/")
            response.headers["Link"] = f"<{target}>; rel=successor-version"
        return response

    products.after_request(announce)
