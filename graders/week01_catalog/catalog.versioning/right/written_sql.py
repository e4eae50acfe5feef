"""One written statement turns products into JSON objects inside PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import request
from marshmallow import Schema, fields
from sqlalchemy import text
from werkzeug.exceptions import NotFound
from werkzeug.http import http_date

from backend.api import Blueprint
from backend.catalog.listing import list_products
from backend.catalog.page_schema import PaginationSchema
from backend.catalog.schemas import ListingQuerySchema
from backend.database import Database

LOW_STOCK = 5
MOST_RELATED = 5

QUERY = text("""
    SELECT p.id, p.name, p.description, p.price, p.attributes, p.created_at, p.updated_at,
        CASE WHEN p.stock_quantity = 0 THEN 'sold_out'
             WHEN p.stock_quantity <= :low THEN 'low' ELSE 'in_stock' END AS stock_status,
        json_build_object('id', c.id, 'name', c.name) AS category,
        COALESCE(r.related, '[]') AS related
    FROM products p
    JOIN categories c ON c.id = p.category_id
    CROSS JOIN LATERAL (
        SELECT json_agg(json_build_object('id', o.id, 'name', o.name, 'price', o.price::text)
                        ORDER BY o.created_at DESC, o.id) AS related
        FROM (
            SELECT * FROM products o
            WHERE o.category_id = p.category_id AND o.is_active AND o.id <> p.id
            ORDER BY o.created_at DESC, o.id LIMIT :most
        ) o
    ) r
    WHERE p.id = ANY(:ids) AND p.is_active
""")


class ProductV2Schema(Schema):
    id = fields.UUID()
    name = fields.String()
    description = fields.String()
    price = fields.Decimal(as_string=True)
    attributes = fields.Dict()
    created_at = fields.DateTime()
    updated_at = fields.DateTime()
    stock_status = fields.String()
    category = fields.Dict()
    related = fields.List(fields.Dict())


class ProductPageV2Schema(Schema):
    products = fields.List(fields.Nested(ProductV2Schema))
    pagination = fields.Nested(PaginationSchema)


def create_products_v2_blueprint(database: Database) -> Blueprint:
    blueprint = Blueprint("products-v2", __name__, url_prefix="/api/v2/products", description="v2")

    def rows(ids: list[UUID]) -> dict:
        values = {"ids": ids, "low": LOW_STOCK, "most": MOST_RELATED}
        return {row.id: row for row in database.session.execute(QUERY, values)}

    @blueprint.get("")
    @blueprint.arguments(ListingQuerySchema, location="query")
    @blueprint.response(200, ProductPageV2Schema)
    @blueprint.problems(422)
    def listing(query):
        page = list_products(database.session, query)
        ids = [product.id for product in page.items]
        found = rows(ids)
        return {"products": [found[id_] for id_ in ids], "pagination": page}

    @blueprint.get("/<uuid:product_id>")
    @blueprint.response(200, ProductV2Schema)
    @blueprint.problems(404)
    def item(product_id):
        found = rows([product_id])
        if product_id not in found:
            raise NotFound("No such product.")
        return found[product_id]

    return blueprint


def announce_v2(products: Blueprint, deprecated_at: datetime, sunset_at: datetime) -> None:
    headers = {
        "Deprecation": f"@{deprecated_at.timestamp():.0f}",
        "Sunset": http_date(sunset_at.timestamp()),
    }

    @products.after_request
    def announce(response):
        if request.endpoint in ("products.list_page", "products.show"):
            link = f'<{request.path.replace("v1", "v2", 1)}>; rel="successor-version"'
            response.headers.update({**headers, "Link": link})
        return response
