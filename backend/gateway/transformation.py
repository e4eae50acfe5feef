"""Transformation: what services say, as the gateway's clients are told it.

Services are other people's: a value may be missing, null or of another kind. It becomes null here,
and the rest is shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

CURRENCY = "EUR"

_CENT = Decimal("0.01")


def read_json(body: bytes) -> Any:
    """JSON whose fractions stay exact: they become Decimal. Raises ValueError.

    A number that Python refuses becomes None: it is one odd value, and no odd document.
    """
    try:
        return json.loads(body, parse_float=_fraction, parse_int=_whole)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def money(value: object) -> dict[str, str] | None:
    """An amount as a decimal string with two places, or None for what is no amount.

    A float is read as it is written: 19.99 is 19.99.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        amount = Decimal(str(value).strip())
        if not amount.is_finite():
            return None
        return {"amount": f"{amount.quantize(_CENT, ROUND_HALF_UP):f}", "currency": CURRENCY}
    except (InvalidOperation, ValueError):
        return None


def product_card(product: Mapping[str, Any]) -> dict[str, Any]:
    """A product as the dashboard shows it."""
    stock = product.get("stock_quantity")
    known = isinstance(stock, int) and not isinstance(stock, bool) and stock >= 0
    return {
        "id": text(product.get("id")),
        "name": text(product.get("name")),
        "price": money(product.get("price")),
        "availability": {
            "in_stock": bool(known and stock),
            "quantity": stock if known else None,
        },
    }


def order_card(order: Mapping[str, Any]) -> dict[str, Any]:
    """An order as the dashboard shows it."""
    return {
        "id": text(order.get("id")),
        "status": text(order.get("status")),
        "total": money(order.get("total")),
        "created_at": text(order.get("created_at")),
    }


def user_card(user: Mapping[str, Any]) -> dict[str, Any]:
    """A user as the dashboard shows it."""
    return {name: text(user.get(name)) for name in ("id", "name", "email")}


def items(document: object, name: str) -> list[Mapping[str, Any]]:
    """The objects in the list `name` of a document; what is no object is left out.

    Raises ValueError when there is no such list.
    """
    found = document.get(name) if isinstance(document, Mapping) else None
    if not isinstance(found, list):
        raise ValueError(f"no list {name}")
    return [item for item in found if isinstance(item, Mapping)]


def _fraction(written: str) -> Decimal | None:
    try:
        return Decimal(written)
    except InvalidOperation:  # its exponent has 20 digits
        return None


def _whole(written: str) -> int | None:
    try:
        return int(written)
    except ValueError:  # it has thousands of digits
        return None


def text(value: object) -> str | None:
    return value if isinstance(value, str) else None
