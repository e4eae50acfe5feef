"""What a statement returned: a check that looks for what is not there fails, and does not break.

An answer owns its tables. A trigger that swallows a row, or a view without a column, is its fault,
and an IndexError or a KeyError would be ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, SupportsIndex

from workbench.checking.failure import CheckFailed


class Row(dict[str, Any]):
    """A row by the names of its columns."""

    def __missing__(self, column: str) -> Any:
        raise CheckFailed(f"a column {column}", f"only {', '.join(self) or 'none'}")


class Rows(list[Row]):
    """The rows of one statement, in order."""

    def __init__(self, rows: Iterable[Row], sent: str) -> None:
        super().__init__(rows)
        self._sent = sent

    def __getitem__(self, number: Any) -> Any:
        """The row of that number, or rows of a slice. Raises CheckFailed when there is none."""
        if isinstance(number, SupportsIndex) and not -len(self) <= int(number) < len(self):
            got = f"{len(self)} rows"
            raise CheckFailed(f"a row {int(number) + 1}", got, self._sent, "what takes rows away")
        return super().__getitem__(number)
