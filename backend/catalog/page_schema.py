"""How a page of the listing is shown."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, pre_dump

from backend.catalog.pages import ProductPage
from backend.catalog.schemas import ProductSchema


class PaginationSchema(Schema):
    """Where a page lies among all pages."""

    page = fields.Integer()
    per_page = fields.Integer()
    total = fields.Integer()
    pages = fields.Integer()
    has_next = fields.Boolean()
    has_prev = fields.Boolean()


class ProductPageSchema(Schema):
    """The answer of the listing, made from a ProductPage."""

    products = fields.List(fields.Nested(ProductSchema))
    pagination = fields.Nested(PaginationSchema)

    @pre_dump
    def _split(self, page: ProductPage, **_: Any) -> dict[str, Any]:
        return {"products": page.items, "pagination": page}
