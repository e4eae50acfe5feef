"""Amounts are counted in cents, as fractions; documents are matched by their shape."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

CURRENCY = "EUR"


class Odd(ValueError):
    pass


def constant(_: str) -> None:
    return None


def number(text: str) -> Fraction | None:
    try:
        _, _, exponent = text.lower().partition("e")
        if exponent and abs(int(exponent)) > 25:
            return None
        return Fraction(text)
    except ValueError:
        return None


def whole(text: str) -> int | None:
    return int(text) if len(text) <= 40 else None


def read_json(body: bytes) -> Any:
    text = body.decode("utf-8")
    return json.loads(text, parse_float=number, parse_int=whole, parse_constant=constant)


def money(value: Any) -> dict[str, str] | None:
    match value:
        case bool():
            return None
        case str():
            value = number(value.strip()) if "/" not in value else None
        case int():
            value = Fraction(value)
    if not isinstance(value, Fraction):
        return None
    cents = math.floor(abs(value) * 100 + Fraction(1, 2))
    sign = "-" if value < 0 and cents else ""
    return {"currency": CURRENCY, "amount": f"{sign}{cents // 100}.{cents % 100:02d}"}


def string(document: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: document[name] if isinstance(document.get(name), str) else None for name in names}


def product_card(product: Mapping[str, Any]) -> dict[str, Any]:
    match product:
        case {"stock_quantity": bool()}:
            quantity = None
        case {"stock_quantity": int(stock)} if stock >= 0:
            quantity = stock
        case _:
            quantity = None
    shop = {"quantity": quantity, "in_stock": quantity not in (None, 0)}
    return {
        "availability": shop,
        "price": money(product.get("price")),
        **string(product, "id", "name"),
    }


def order_card(order: Mapping[str, Any]) -> dict[str, Any]:
    return {**string(order, "created_at", "status", "id"), "total": money(order.get("total"))}


def user_card(user: Mapping[str, Any]) -> dict[str, Any]:
    return string(user, "email", "id", "name")


def items(document: object, name: str) -> list[Mapping[str, Any]]:
    match document:
        case {**members} if isinstance(members.get(name), list):
            return [item for item in members[name] if isinstance(item, dict)]
    raise Odd(name)
