"""Field classes of our own, and one dictionary of bounds for both schemas."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from marshmallow import Schema, fields, post_load, validate, validates_schema
from marshmallow.exceptions import ValidationError

_CENT = Decimal("0.01")
_HIGHEST = Decimal(10**8) - _CENT


class _Clean(fields.String):
    """Text without NUL, stripped when asked."""

    def __init__(self, *, strip: bool = False, **options: Any) -> None:
        self._strip = strip
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        if text is None or "\x00" in text:
            raise ValidationError("contains NUL")
        return text.strip() if self._strip else text


class _Money(fields.Field):
    """Whole cents."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Decimal:
        if isinstance(value, bool):
            raise ValidationError("not an amount")
        try:
            amount = Decimal(str(value))
        except ArithmeticError:
            raise ValidationError("not an amount") from None
        if not amount.is_finite() or amount < 0 or amount > _HIGHEST:
            raise ValidationError("out of range")
        if amount % _CENT:
            raise ValidationError("more than two decimal places")
        return amount

    def _serialize(self, value: Any, attr: Any, obj: Any, **options: Any) -> str:
        return str(Decimal(value).quantize(_CENT, rounding=ROUND_HALF_EVEN))


class _Whole(fields.Field):
    """A JSON integer that PostgreSQL's integer holds."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("not an integer")
        if value.bit_length() > 31 or value < 0:
            raise ValidationError("out of range")
        return value

    def _serialize(self, value: Any, attr: Any, obj: Any, **options: Any) -> Any:
        return value


class _Moment(fields.Field):
    """A moment in UTC, written with Z."""

    def _serialize(self, value: datetime, attr: Any, obj: Any, **options: Any) -> str:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class ProductSchema(Schema):
    """A product, as the body of POST and PUT and as it is shown."""

    id = fields.UUID(dump_only=True)
    name = _Clean(strip=True, required=True, validate=validate.Length(min=1, max=200))
    description = _Clean(load_default="")
    price = _Money(required=True)
    category_id = fields.UUID(required=True)
    stock_quantity = _Whole(load_default=0)
    attributes = fields.Dict(load_default=dict)
    created_at = _Moment(dump_only=True)
    updated_at = _Moment(dump_only=True)

    @validates_schema
    def _no_nul_in_attributes(self, data: dict[str, Any], **_: Any) -> None:
        if "\\u0000" in json.dumps(data.get("attributes", {})).replace("\\\\", ""):
            raise ValidationError("contains NUL", "attributes")


class ListingQuerySchema(Schema):
    """The query string of the listing."""

    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=10_000))
    per_page = fields.Integer(load_default=20, validate=validate.Range(min=1, max=100))
    category = _Clean(load_default=None)
    min_price = fields.Decimal(load_default=None, validate=validate.Range(min=0, max=_HIGHEST))
    max_price = fields.Decimal(load_default=None, validate=validate.Range(min=0, max=_HIGHEST))
    search = _Clean(strip=True, load_default=None, validate=validate.Length(max=100))
    sort_by = fields.String(
        load_default="created_at",
        validate=validate.OneOf(("name", "price", "created_at", "updated_at")),
    )
    sort_order = fields.String(load_default="desc", validate=validate.OneOf(("asc", "desc")))

    @post_load
    def _finish(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        low, high = data["min_price"], data["max_price"]
        if low is not None and high is not None and high < low:
            raise ValidationError({"min_price": ["is above max_price"]})
        if data["search"] == "":
            data["search"] = None
        return data
