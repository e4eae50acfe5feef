"""Transformation: amounts stay exact, and no odd value breaks an answer."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.gateway.transformation import (
    items,
    money,
    order_card,
    product_card,
    read_json,
    user_card,
)

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
FIELDS = ("id", "name", "email", "price", "total", "status", "stock_quantity", "created_at")


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("19.99", "19.99"),
        (19.99, "19.99"),
        (Decimal("0.1"), "0.10"),
        (0, "0.00"),
        ("0.005", "0.01"),
        ("99999999.99", "99999999.99"),
        ("1E3", "1000.00"),
        ("-3.5", "-3.50"),
        (" 7 ", "7.00"),
    ],
)
def test_an_amount_is_a_decimal_string(value: Any, amount: str) -> None:
    assert money(value) == {"amount": amount, "currency": "EUR"}


@pytest.mark.parametrize(
    "value", [None, True, "", "cheap", "NaN", "Infinity", float("inf"), [], {}, "1e999999", b"1"]
)
def test_what_is_no_amount_is_null(value: Any) -> None:
    assert money(value) is None


@pytest.mark.parametrize("number", ["1e" + "9" * 20, "-1e-" + "9" * 20, "9" * 5000])
def test_a_number_that_python_refuses_takes_nothing_with_it(number: str) -> None:
    assert read_json(f'{{"total": {number}, "id": "o1"}}'.encode()) == {"total": None, "id": "o1"}


def test_json_keeps_every_digit() -> None:
    assert read_json(b'{"price": 1234567890123.45}') == {"price": Decimal("1234567890123.45")}
    for broken in (b"{", b"\xff", b"[" * 100_000):
        with pytest.raises(ValueError):
            read_json(broken)


def test_a_product_is_shown() -> None:
    shown = product_card({"id": "1", "name": "Lamp", "price": "9.90", "stock_quantity": 3})
    assert shown == {
        "id": "1",
        "name": "Lamp",
        "price": {"amount": "9.90", "currency": "EUR"},
        "availability": {"in_stock": True, "quantity": 3},
    }


@pytest.mark.parametrize("stock", [None, "3", -1, 2.5, True])
def test_a_stock_that_is_none_is_unknown(stock: Any) -> None:
    unknown = {"in_stock": False, "quantity": None}
    assert product_card({"stock_quantity": stock})["availability"] == unknown
    assert product_card({})["availability"] == unknown
    assert product_card({"stock_quantity": 0})["availability"] == {"in_stock": False, "quantity": 0}


@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING))
def test_no_value_breaks_a_card(document: dict[str, Any]) -> None:
    for card in (product_card, order_card, user_card):
        json.dumps(card(document), allow_nan=False)


@given(ANYTHING)
def test_only_a_list_of_objects_is_taken(document: Any) -> None:
    try:
        found = items(document, "orders")
    except ValueError:
        return
    assert all(isinstance(item, dict) for item in found)


def test_what_is_no_object_is_left_out() -> None:
    assert items({"orders": [{"id": 1}, None, 3]}, "orders") == [{"id": 1}]
