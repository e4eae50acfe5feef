"""Values of an answer's making fail the check when they are odd, and never break it."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from workbench.checking import CheckFailed, expect

NOW = datetime(2026, 5, 4, tzinfo=UTC)
NESTED = None
for _ in range(900):
    NESTED = [NESTED]

#: What a column or a field may hold.
ODD: tuple[Any, ...] = (
    None, True, 1, -0.5, 10**400, 1e308, float("inf"), float("nan"), Decimal("NaN"),
    Decimal("1e401"), Decimal("1.50"), "", "a", "7", "\x00", [], [None, "a"], {}, {"a": [1]},
    memoryview(b"\x00a"), NOW, NOW.replace(tzinfo=None), NOW.date(), uuid.UUID(int=7), (1, None),
    NESTED,
)  # fmt: skip
TAKERS: tuple[Callable[[Any, str], Any], ...] = (
    expect.text, expect.number, expect.whole, expect.items, expect.fields,
)  # fmt: skip


@pytest.mark.parametrize("taker", TAKERS)
def test_odd_values_fail_the_check_and_nothing_else(taker: Callable[[Any, str], Any]) -> None:
    for value in ODD:
        with contextlib.suppress(CheckFailed):
            taker(value, "calls")


@pytest.mark.parametrize(
    ("taker", "value", "taken"),
    [
        (expect.text, "a", "a"),
        (expect.number, Decimal("1.50"), 1.5),
        (expect.number, "1.50", 1.5),
        (expect.number, 3, 3.0),
        (expect.whole, 10**400, 10**400),
        (expect.whole, Decimal("7.0"), 7),
        (expect.items, [None], [None]),
        (expect.fields, {"a": 1}, {"a": 1}),
    ],
)
def test_a_value_as_expected_is_returned(
    taker: Callable[[Any, str], Any], value: Any, taken: Any
) -> None:
    found = taker(value, "calls")
    assert found == taken
    assert type(found) is type(taken)


@pytest.mark.parametrize(
    ("taker", "value", "expected", "got"),
    [
        (expect.text, None, "calls: a text", "null"),
        (expect.text, 7, "calls: a text", "7, which is a number"),
        (expect.number, "many", "calls: a number", '"many", which is a text'),
        (expect.number, True, "calls: a number", "true, which is a truth value"),
        (expect.whole, "7", "calls: a whole number", '"7", which is a text'),
        (expect.items, {"a": 1}, "calls: a list", '{"a": 1}, which is an object'),
        (expect.text, memoryview(b"a"), "calls: a text", '"\\\\x61", which is bytes'),
    ],
)
def test_the_message_says_what_was_expected_and_what_came(
    taker: Callable[[Any, str], Any], value: Any, expected: str, got: str
) -> None:
    with pytest.raises(CheckFailed) as caught:
        taker(value, "calls")
    assert (caught.value.expected, caught.value.got) == (expected, got)


def test_columns_are_taken_together() -> None:
    rows = [{"n": "1", "name": "a"}, {"n": 2, "name": None}]
    assert expect.numbers(rows, "n") == [1, 2]
    with pytest.raises(CheckFailed, match="name: a text"):
        expect.texts(rows, "name")


def test_rows_are_looked_up_by_a_column() -> None:
    rows = [{"id": value} for value in ODD if not isinstance(value, list | dict)]
    found = expect.by(rows, "id")
    assert found["a"] == {"id": "a"}
    assert found.get("b") is None
    with pytest.raises(CheckFailed, match='a row with id "b"'):
        found["b"]


@pytest.mark.parametrize("value", [[], {}, memoryview(bytearray(b"a"))])
def test_what_rows_cannot_be_looked_up_by_fails_the_check(value: Any) -> None:
    with pytest.raises(CheckFailed, match="id: a text or a number"):
        expect.by([{"id": value}], "id")


def test_values_of_all_kinds_have_an_order() -> None:
    there, back = expect.in_any_order(ODD), expect.in_any_order(reversed(ODD))
    assert [repr(one) for one in there if one is not NESTED] == [
        repr(one) for one in back if one is not NESTED
    ]


@pytest.mark.parametrize("values", [[3, 1, 2.5, Decimal("1.5")], ["b", "a", "ä"], [(2, 1), (1, 3)]])
def test_values_of_one_kind_are_sorted(values: list[Any]) -> None:
    assert expect.in_any_order(values) == sorted(values)
