"""What the exports for learning management systems share: tables, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from defusedcsv import csv
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
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise TableError(f"{file} cannot be read: {error}. Export it again.") from None
        first = text.partition("\n")[0]
        delimiter = ";" if first.count(";") > first.count(",") else ","
        rows = [
            row for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter) if row
        ]
        if not rows:
            raise TableError(f"{file} is empty. Export it again.")
        width = len(rows[0])
        return cls(rows[0], [(row + [""] * width)[:width] for row in rows[1:]])

    def write(self, file: Path) -> None:
        """Write it with commas; a cell that a spreadsheet takes for a formula gets a quote."""
        with file.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(self.header)
            writer.writerows(self.rows)


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
