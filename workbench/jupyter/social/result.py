"""What `%%sql` shows: the rows of each statement, or why one was not taken."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from workbench.jupyter.exchange import as_box, preformatted

#: Rows that are shown; `rows` has all that came.
MOST_SHOWN = 50
_MOST_TEXT = 200  # characters of a value

_OPEN = "A transaction is open: what comes next belongs to it, until you run COMMIT or ROLLBACK."
_TABLE = "border-collapse:collapse;margin:0;font-size:12.5px"
_CELL = "padding:.15rem .6rem;text-align:{};white-space:pre-wrap;max-width:32rem"


class SqlResult:
    """The results of some statements. It is a list of the last one's rows, each a dict."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._results: list[dict[str, Any]] = data["results"]
        self.notices: list[str] = data["notices"]
        #: Why the last statement was not taken, "" when all were.
        self.trouble: str = data["trouble"]
        self._notes = [_OPEN] if data["open"] else []
        if data["note"]:
            self._notes.append(f"The schema has gaps. {data['note']}")

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the last statement, a thousand at most."""
        if not self._results:
            return []
        last = self._results[-1]
        return [dict(zip(last["columns"], row, strict=True)) for row in last["rows"]]

    @property
    def tags(self) -> list[str]:
        """What PostgreSQL says of each statement: "INSERT 0 3"."""
        return [one["tag"] for one in self._results]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, number: int) -> dict[str, Any]:
        return self.rows[number]

    def __repr__(self) -> str:
        parts = [_as_text(one) for one in self._results]
        return "\n".join([*parts, *self.notices, *filter(None, [self.trouble]), *self._notes])

    def _repr_html_(self) -> str:
        rows = [_as_html(one) for one in self._results]
        return as_box([*rows, *preformatted(*self.notices, self.trouble, *self._notes)])


def _as_text(result: dict[str, Any]) -> str:
    if not result["columns"]:
        return str(result["tag"])
    table = [result["columns"], *([_text(value) for value in row] for row in _shown(result))]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        " | ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]
    return "\n".join([lines[0], "-+-".join("-" * width for width in widths), *lines[1:],
                      _count(result)])  # fmt: skip


def _as_html(result: dict[str, Any]) -> str:
    if not result["columns"]:
        return f"<small>{escape(result['tag'])}</small>"
    head = "".join(f"<th style='{_CELL.format('left')}'>{escape(name)}</th>"
                   for name in result["columns"])  # fmt: skip
    body = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in _shown(result))
    return (
        f"<div style='overflow-x:auto'><table style='{_TABLE}'><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div><small>{escape(_count(result))}</small>"
    )


def _cell(value: Any) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    shown = "<small>NULL</small>" if value is None else escape(_text(value))
    return f"<td style='{_CELL.format('right' if number else 'left')}'>{shown}</td>"


def _shown(result: dict[str, Any]) -> list[list[Any]]:
    rows: list[list[Any]] = result["rows"]
    return rows[:MOST_SHOWN]


def _text(value: Any) -> str:
    if value is None:
        return "NULL"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}…"


def _count(result: dict[str, Any]) -> str:
    count, more = len(result["rows"]), result["more"]
    said = "1 row" if count == 1 and not more else f"{'more than ' * more}{count:,} rows"
    return f"{said}, the first {MOST_SHOWN} are shown" if count > MOST_SHOWN else said
