"""What the API accepts and shows of the catalog."""

from __future__ import annotations

from marshmallow import Schema, fields


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
