"""Raw fields: plain functions convert everything before marshmallow sees it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from marshmallow import (
    Schema,
    ValidationError,
    fields,
    post_dump,
    pre_load,
    validates_schema,
)

_AMOUNT = re.compile(r"[+]?\d{1,8}(?:\.\d{1,2}0*)?")


def _amount(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValidationError("An amount is a number or a text.")
    if not _AMOUNT.fullmatch(str(value)):
        raise ValidationError("An amount has at most eight digits and two decimals.")
    return Decimal(str(value))


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise ValidationError("A name is a text.")
    name = value.strip()
    if not 1 <= len(name) <= 200 or "\0" in name:
        raise ValidationError("A name has 1 to 200 characters.")
    return name


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**31:
        raise ValidationError("A whole number from 0 to 2147483647.")
    return value


def _plain(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValidationError("A text without NUL.")
    return value


def _object(value: Any) -> dict[str, Any]:
    def strings(part: Any) -> list[str]:
        if isinstance(part, dict):
            return [*part, *(text for item in part.values() for text in strings(item))]
        if isinstance(part, list):
            return [text for item in part for text in strings(item)]
        return [part] if isinstance(part, str) else []

    if not isinstance(value, dict) or any("\0" in text for text in strings(value)):
        raise ValidationError("A JSON object without NUL.")
    return value


class ProductSchema(Schema):
    """A product, as the body of POST and PUT and as it is shown."""

    id = fields.Raw(dump_only=True)
    name = fields.Raw(required=True)
    description = fields.Raw(load_default="")
    price = fields.Raw(required=True)
    category_id = fields.UUID(required=True)
    stock_quantity = fields.Raw(load_default=0)
    attributes = fields.Raw(load_default=dict)
    created_at = fields.Raw(dump_only=True)
    updated_at = fields.Raw(dump_only=True)

    @pre_load
    def _convert(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, dict):
            return data
        rules = {"name": _name, "description": _plain, "price": _amount,
                 "stock_quantity": _count, "attributes": _object}  # fmt: skip
        data, errors = dict(data), {}
        for name in data.keys() & rules.keys():
            try:
                data[name] = rules[name](data[name])
            except ValidationError as error:
                errors[name] = error.messages
        if errors:
            raise ValidationError(errors)
        return data

    @post_dump
    def _show(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {
            "id": str(data["id"]),
            "price": format(data["price"], ".2f"),
            "created_at": data["created_at"].isoformat(),
            "updated_at": data["updated_at"].isoformat(),
        }


def _bounded(low: int, high: int) -> Any:
    def check(value: int) -> None:
        if not low <= value <= high:
            raise ValidationError(f"From {low} to {high}.")

    return check


def _one_of(*values: str) -> Any:
    def check(value: str) -> None:
        if value not in values:
            raise ValidationError(f"One of {', '.join(values)}.")

    return check


def _bound(value: Decimal | None) -> None:
    if value is not None and not Decimal(0) <= value <= Decimal("99999999.99"):
        raise ValidationError("Out of range.")


class ListingQuerySchema(Schema):
    """The query string of the listing."""

    page = fields.Integer(load_default=1, validate=_bounded(1, 10000))
    per_page = fields.Integer(load_default=20, validate=_bounded(1, 100))
    category = fields.String(load_default=None, validate=_plain)
    min_price = fields.Decimal(load_default=None, validate=_bound)
    max_price = fields.Decimal(load_default=None, validate=_bound)
    search = fields.String(load_default=None)
    sort_by = fields.String(
        load_default="created_at", validate=_one_of("created_at", "updated_at", "name", "price")
    )
    sort_order = fields.String(load_default="desc", validate=_one_of("asc", "desc"))

    @pre_load
    def _tidy(self, data: Any, **_: Any) -> dict[str, Any]:
        data = dict(data)
        search = data.get("search")
        if isinstance(search, str):
            if len(search.strip()) > 100 or "\0" in search:
                raise ValidationError({"search": ["At most 100 characters, no NUL."]})
            data["search"] = search.strip()
            if not data["search"]:
                del data["search"]
        return data

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        bounds = [data["min_price"], data["max_price"]]
        if None not in bounds and bounds != sorted(bounds):
            raise ValidationError({"min_price": ["Above max_price."]})
