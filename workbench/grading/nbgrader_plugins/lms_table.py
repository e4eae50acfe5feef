"""What the exports for learning management systems share: tables, and what is said of them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from nbgrader.plugins import ExportPlugin

from workbench.grading.nbgrader_plugins.marks import Mark

#: Its cells.
Row = list[str]


class TableError(Exception):
    """A table is not what the LMS exports. The message says what to do."""


@dataclass(frozen=True)
class Table:
    """A CSV file with a header."""

    header: Row
    rows: list[Row]

    @classmethod
    def read(cls, file: Path) -> Table:
        """Read a file with commas or semicolons. Raises TableError."""
        try:
            # newline="": the line ends within a cell stay what they are.
            with file.open(newline="", encoding="utf-8-sig") as stream:
                first = stream.readline()
                stream.seek(0)
                delimiter = ";" if first.count(";") > first.count(",") else ","
                rows = [row for row in csv.reader(stream, delimiter=delimiter) if row]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise TableError(f"{file} cannot be read: {error}. Export it again.") from None
        if not rows:
            raise TableError(f"{file} is empty. Export it again.")
        width = len(rows[0])
        return cls(rows[0], [row + [""] * (width - len(row)) for row in rows[1:]])

    def write(self, stream: TextIO) -> None:
        """Write it with commas, every cell as it is: the LMS must find again what it exported."""
        writer = csv.writer(stream)
        writer.writerow(self.header)
        writer.writerows(self.rows)


def harmless(cell: str) -> str:
    """A cell of ours that a spreadsheet does not take for a formula: those get a quote before."""
    number = re.fullmatch(r"-?[0-9,.]+", cell)
    return f"'{cell}" if cell.startswith(tuple("=+-@|%\t\r")) and not number else cell


def say_what_is_empty(plugin: ExportPlugin, given: Iterable[Mark]) -> None:
    """Log which cells are left empty, and why."""
    for mark in given:
        who, lab = mark.student.id, mark.assignment.name
        if mark.state == "withheld":
            plugin.log.warning(
                "Withheld, so left empty: %s of %s. Run `nbgrader autograde`, then export again.",
                lab,
                who,
            )
        elif mark.state == "missing":
            plugin.log.info("Not submitted, so not touched: %s of %s.", lab, who)
