"""What the exports for learning management systems share: tables, and who is who in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from defusedcsv import csv
from nbgrader.api import Student
from nbgrader.plugins import ExportPlugin

from workbench.grading.nbgrader_plugins.marks import Mark

_NUMBERED = re.compile(r"(?P<name>.+)_(?P<number>[0-9]+)", re.DOTALL)


class TableError(Exception):
    """A table is not what the LMS exports. The message says what to do."""


@dataclass(frozen=True)
class Table:
    """A CSV file with a header."""

    header: list[str]
    rows: list[list[str]]

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


def number_of(student: Student) -> str:
    """The number at the end of an id that zip_collect took from an LMS (lms_names.py), or ""."""
    match = _NUMBERED.fullmatch(student.id)
    return match["number"] if match else ""


def name_of(student: Student) -> str:
    """First and last name, where the gradebook has them; else the id without its number."""
    match = _NUMBERED.fullmatch(student.id)
    named = " ".join(filter(None, (student.first_name, student.last_name)))
    return named or (match["name"] if match else str(student.id))


def same_name(student: Student, name: str) -> bool:
    """Whether it is the learner's name; an LMS writes it without signs into a file's name."""
    last_first = f"{student.last_name or ''} {student.first_name or ''}"
    match = _NUMBERED.fullmatch(student.id)
    ours = (student.id, match["name"] if match else "", name_of(student), last_first)
    return bool(_letters(name)) and _letters(name) in map(_letters, ours)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFC", name).casefold())


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


def only_row(table: Table, fits: Callable[[list[str]], bool]) -> list[str] | None:
    """The row that fits, when only one does."""
    found = [row for row in table.rows if fits(row)]
    return found[0] if len(found) == 1 else None
