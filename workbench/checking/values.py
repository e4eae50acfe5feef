"""Values of an answer's making: taken as what they should be, or the check fails and says so.

What a column or a field holds is up to the answer. To sort it, to compute with it or to look it up
breaks on a value of another kind, and that would be our error. Checks use these through `expect`.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from workbench.checking.failure import CheckFailed
from workbench.checking.http import shorten

#: What a value is called in messages; of a value of two kinds the first one counts.
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "a truth value"),
    (int, "a number"),
    (float, "a number"),
    (Decimal, "a number"),
    (str, "a text"),
    (list, "a list"),
    (dict, "an object"),
    (datetime, "a moment"),
    (date, "a date"),
    (memoryview, "bytes"),
)


class Found(dict[Any, Any]):
    """Rows by the value of a column."""

    def __init__(self, column: str) -> None:
        super().__init__()
        self._column = column

    def __missing__(self, key: Any) -> Any:
        raise CheckFailed(f"a row with {self._column} {show(key)}", f"only {show(list(self))}")


def show(value: Any) -> str:
    """A value for people: JSON where it is JSON, shortened."""
    try:
        return shorten(json.dumps(value, ensure_ascii=False, default=_written))
    except RecursionError:
        return "a value with too many levels"
    except (TypeError, ValueError):
        return shorten(repr(value))


def text(value: Any, what: str, sent: str = "") -> str:
    """The value of `what`, which is expected to be a text."""
    if not isinstance(value, str):
        raise _odd(value, what, "a text", sent)
    return value


def number(value: Any, what: str, sent: str = "") -> float:
    """The value of `what`, which is expected to be a number, of any type or written as a text; not
    infinite."""
    found = math.nan
    if isinstance(value, int | float | Decimal | str) and not isinstance(value, bool):
        with contextlib.suppress(ValueError, OverflowError):
            found = float(value)
    if not math.isfinite(found):
        raise _odd(value, what, "a number", sent)
    return found


def whole(value: Any, what: str, sent: str = "") -> int:
    """The value of `what`, which is expected to be a whole number of any type."""
    if isinstance(value, float | Decimal) and math.isfinite(value) and value == int(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _odd(value, what, "a whole number", sent)
    return value


def items(value: Any, what: str, sent: str = "") -> list[Any]:
    """The value of `what`, which is expected to be a list."""
    if not isinstance(value, list):
        raise _odd(value, what, "a list", sent)
    return value


def fields(value: Any, what: str, sent: str = "") -> dict[str, Any]:
    """The value of `what`, which is expected to be an object."""
    if not isinstance(value, dict):
        raise _odd(value, what, "an object", sent)
    return value


def texts(rows: Iterable[Mapping[str, Any]], column: str) -> list[str]:
    """The column of these rows, which is expected to hold texts."""
    return [text(row[column], column) for row in rows]


def numbers(rows: Iterable[Mapping[str, Any]], column: str) -> list[float]:
    """The column of these rows, which is expected to hold numbers."""
    return [number(row[column], column) for row in rows]


def by(rows: Iterable[Mapping[str, Any]], column: str) -> Found:
    """The rows by this column, which is expected to hold what rows can be looked up by; whoever
    looks for one that is not there fails the check. Of several rows the last one counts."""
    found = Found(column)
    for row in rows:
        try:
            found[row[column]] = row
        except (TypeError, ValueError):  # what can be changed has no hash
            raise _odd(row[column], column, "a text or a number") from None
    return found


def in_any_order(values: Iterable[Any]) -> list[Any]:
    """The values in an order of their own, so that two lists can be compared; that of `sorted`
    where they are all numbers, or all texts."""
    return sorted(values, key=_rank)


def _odd(value: Any, what: str, expected: str, sent: str = "") -> CheckFailed:
    kind = next((name for type_, name in _KINDS if isinstance(value, type_)), type(value).__name__)
    got = "null" if value is None else f"{show(value)}, which is {kind}"
    look = "where this value comes from, and its type"
    return CheckFailed(f"{what}: {expected}", got, sent, look)


def _rank(value: Any) -> tuple[Any, ...]:
    """What values of all kinds can be sorted by. NaN is a number that has no place among them."""
    if isinstance(value, bool):
        return (0, value)
    if isinstance(value, int | float | Decimal) and value == value:
        return (1, value)
    if isinstance(value, str):
        return (2, value)
    if isinstance(value, tuple):
        return (3, [_rank(one) for one in value])
    return (4, type(value).__name__, show(value))


def _written(value: Any) -> str:
    return f"\\x{value.hex()}" if isinstance(value, memoryview) else str(value)
