"""marshmallow schemas whose fields forgive, simple functions around them."""

from __future__ import annotations

import decimal
import json
import re
from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, fields

CURRENCY = "EUR"
DECIMALS = decimal.Context(prec=60, rounding=decimal.ROUND_HALF_UP)
AMOUNT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?")


class Number(str):
    """A number of JSON, as it was written."""


def whole(written: str) -> int | Number:
    return int(written) if len(written) < 60 else Number(written)


def read_json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_float=Number, parse_int=whole)
    except RecursionError as error:
        raise ValueError("too deep") from error


class Text(fields.Field):
    def _serialize(self, value, attr, obj, **kwargs):
        return value if type(value) is str else None


class Money(fields.Field):
    def _serialize(self, value, attr, obj, **kwargs):
        if type(value) is int:
            value = str(value)
        if not isinstance(value, str) or not AMOUNT.fullmatch(value.strip()):
            return None
        amount = DECIMALS.create_decimal(value.strip())
        if amount.adjusted() > 30:
            return None
        return {
            "amount": format(DECIMALS.quantize(amount, decimal.Decimal("1.00")), "f"),
            "currency": CURRENCY,
        }


class Availability(fields.Field):
    def _serialize(self, value, attr, obj, **kwargs):
        if type(value) is not int or value < 0:
            return {"in_stock": False, "quantity": None}
        return {"in_stock": value > 0, "quantity": value}


class Card(Schema):
    class Meta:
        unknown = EXCLUDE

    id = Text()

    def get_attribute(self, obj, attr, default):
        return obj.get(attr)


class ProductCard(Card):
    name = Text()
    price = Money()
    stock_quantity = Availability(data_key="availability")


class OrderCard(Card):
    status = Text()
    total = Money()
    created_at = Text()


class UserCard(Card):
    name = Text()
    email = Text()


def product_card(product: Mapping[str, Any]) -> dict[str, Any]:
    return ProductCard().dump(product)


def order_card(order: Mapping[str, Any]) -> dict[str, Any]:
    return OrderCard().dump(order)


def user_card(user: Mapping[str, Any]) -> dict[str, Any]:
    if not hasattr(user, "keys"):
        raise ValueError("a user is an object")
    return UserCard().dump(user)


def items(document: object, name: str) -> list[Mapping[str, Any]]:
    try:
        found = document[name]
    except (TypeError, KeyError, IndexError) as error:
        raise ValueError(name) from error
    if type(found) is not list:
        raise ValueError(name)
    return list(filter(lambda item: type(item) is dict, found))
