"""What the API accepts and shows of the catalog."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import (
    RAISE,
    Schema,
    ValidationError,
    fields,
    post_load,
    validate,
    validates_schema,
)

from backend.catalog.text import StrippedText, no_nul

MAX_PRICE = Decimal("99999999.99")
MAX_INTEGER = 2**31 - 1
SORT_COLUMNS = ["name", "price", "created_at", "updated_at"]

# What OpenAPI cannot learn from a validator: JSON has no decimals, so a price may be a string.
PRICE_DOC = {
    "type": ["string", "number"],
    "pattern": r"^[0-9]{1,8}([.][0-9]{1,2})?$",
    "minimum": 0,
    "maximum": float(MAX_PRICE),
    "multipleOf": 0.01,
}
BOUND_DOC = {"description": "Inclusive."}

_valid_bound = validate.Range(0, MAX_PRICE)


def _valid_price(price: Decimal) -> None:
    """Refuse a price that NUMERIC(10, 2) would refuse or round."""
    if not 0 <= price <= MAX_PRICE:
        raise ValidationError(f"Must be from 0 to {MAX_PRICE}.")
    if price != price.quantize(Decimal("0.01")):
        raise ValidationError("Must not have more than two decimal places.")


class _Price(fields.Decimal):
    """An amount of money: exact, and shown with two decimal places."""

    def _serialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str:
        return f"{value:.2f}"


class ProductSchema(Schema):
    """A product, as the body of POST and PUT and as it is shown."""

    class Meta:
        unknown = RAISE

    id = fields.UUID(dump_only=True)
    name = StrippedText(required=True, validate=[no_nul, validate.Length(1, 200)])
    description = fields.String(load_default="", validate=no_nul)
    price = _Price(required=True, validate=_valid_price, metadata=PRICE_DOC)
    category_id = fields.UUID(required=True)
    stock_quantity = fields.Integer(
        strict=True, load_default=0, validate=validate.Range(0, MAX_INTEGER)
    )
    attributes = fields.Dict(load_default=dict, validate=no_nul)  # dict: a fresh one every time
    created_at = fields.DateTime(dump_only=True)
    updated_at = fields.DateTime(dump_only=True)


class ListingQuerySchema(Schema):
    """The query string of the listing."""

    class Meta:
        unknown = RAISE

    page = fields.Integer(load_default=1, validate=validate.Range(1, 10_000))
    per_page = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    category = fields.String(load_default=None, allow_none=False, validate=no_nul)
    min_price = fields.Decimal(
        load_default=None, allow_none=False, validate=_valid_bound, metadata=BOUND_DOC
    )
    max_price = fields.Decimal(
        load_default=None, allow_none=False, validate=_valid_bound, metadata=BOUND_DOC
    )
    search = StrippedText(
        load_default=None, allow_none=False, validate=[no_nul, validate.Length(max=100)]
    )
    sort_by = fields.String(load_default="created_at", validate=validate.OneOf(SORT_COLUMNS))
    sort_order = fields.String(load_default="desc", validate=validate.OneOf(["asc", "desc"]))

    @validates_schema
    def _check_price_range(self, data: dict[str, Any], **_: Any) -> None:
        low, high = data["min_price"], data["max_price"]
        if low is not None and high is not None and low > high:
            raise ValidationError("Must not be above max_price.", "min_price")

    @post_load
    def _drop_empty_search(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "search": data["search"] or None}
