"""Transformation: what services say, as the gateway's clients are told it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CURRENCY = "EUR"


def read_json(body: bytes) -> Any:
    """JSON whose fractions stay exact. Raises ValueError."""
    raise NotImplementedError


def money(value: object) -> dict[str, str] | None:
    """An amount as a decimal string with two places, or None for what is no amount."""
    raise NotImplementedError


def product_card(product: Mapping[str, Any]) -> dict[str, Any]:
    """A product as the dashboard shows it."""
    raise NotImplementedError


def order_card(order: Mapping[str, Any]) -> dict[str, Any]:
    """An order as the dashboard shows it."""
    raise NotImplementedError


def user_card(user: Mapping[str, Any]) -> dict[str, Any]:
    """A user as the dashboard shows it."""
    raise NotImplementedError


def items(document: object, name: str) -> list[Mapping[str, Any]]:
    """The objects in the list `name` of a document.

    Raises ValueError when there is no such list.
    """
    raise NotImplementedError


def text(value: object) -> str | None:
    raise NotImplementedError
