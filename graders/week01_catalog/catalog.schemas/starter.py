"""What the API accepts and shows of the catalog."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, pre_dump

from backend.catalog.pages import ProductPage


class ProductSchema(Schema):
    """A product, as the body of POST and PUT and as it is shown."""

    id = fields.UUID(dump_only=True)
    name = fields.String()
    price = fields.Decimal()
    category_id = fields.UUID()
    # TODO: description, stock_quantity, attributes, created_at, updated_at
    # TODO: what is required, what is refused, and how a price is shown


class ListingQuerySchema(Schema):
    """The query string of the listing."""

    page = fields.Integer(load_default=1)
    per_page = fields.Integer(load_default=20)
    category = fields.String(load_default=None)
    min_price = fields.Decimal(load_default=None)
    max_price = fields.Decimal(load_default=None)
    search = fields.String(load_default=None)
    sort_by = fields.String(load_default="created_at")
    sort_order = fields.String(load_default="desc")
    # TODO: bounds, allowed values, and what two parameters say together


class PaginationSchema(Schema):
    """Where a page lies among all pages."""

    page = fields.Integer()
    per_page = fields.Integer()
    total = fields.Integer()
    pages = fields.Integer()
    has_next = fields.Boolean()
    has_prev = fields.Boolean()


class ProductPageSchema(Schema):
    """The answer of the listing, made from a ProductPage. It is complete."""

    products = fields.List(fields.Nested(ProductSchema))
    pagination = fields.Nested(PaginationSchema)

    @pre_dump
    def _split(self, page: ProductPage, **_: Any) -> dict[str, Any]:
        return {"products": page.items, "pagination": page}
