"""Who is who: the learners of the gradebook among the rows of a table that an LMS exported.

A learner's id may be one that zip_collect made of an LMS' file names (`smitheve_501`), or a login
of the class's machine that only looks like one. So a number counts where the name agrees, and an id
with a number is never found by the name before it: the number says which of two it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable

from nbgrader.api import Student
from nbgrader.plugins import ExportPlugin

from workbench.grading.nbgrader_plugins.lms_table import Row, Table

_NUMBERED = re.compile(r"(?P<name>.+)_(?P<number>[0-9]+)", re.DOTALL)


def number_of(student: Student) -> str:
    """The number at the end of an id that zip_collect took from an LMS (lms_names.py), or ""."""
    match = _NUMBERED.fullmatch(student.id)
    return match["number"] if match else ""


def name_of(student: Student) -> str:
    """First and last name, where the gradebook has them; else the id without its number."""
    named = " ".join(filter(None, (student.first_name, student.last_name)))
    return named or _before_number(student) or str(student.id)


def confirms(student: Student, name: str) -> bool:
    """Whether it may be the learner's name, so that the number at the end of the id counts."""
    return same_letters(name, _before_number(student)) or _is_called(student, name)


def is_known_by(student: Student, name: str) -> bool:
    """Whether the name alone tells the learner, whose id then has no number for that name."""
    whole = same_letters(name, student.id) or _is_called(student, name)
    return whole and not same_letters(name, _before_number(student))


def same_letters(one: str, other: str) -> bool:
    """Whether two names are alike; an LMS writes them without signs into a file's name."""
    return bool(_letters(one)) and _letters(one) == _letters(other)


def first_found(table: Table, *ways: Callable[[Row], bool]) -> Row | None:
    """The row that is found by the first way that finds just one."""
    for fits in ways:
        found = [row for row in table.rows if fits(row)]
        if len(found) == 1:
            return found[0]
    return None


def rows_of(
    students: Iterable[Student],
    find: Callable[[Student], Row | None],
    plugin: ExportPlugin,
    where: str,
    hint: str,
) -> dict[str, Row]:
    """The row of each learner by its id.

    where: what the rows are of; hint: how to say which row is a learner's. Who has none is left
    out, and so are two who would fill the same, for one of them may be somebody else; it is said.
    """
    found: dict[str, Row] = {}
    claims: dict[int, list[str]] = defaultdict(list)
    for student in students:
        if (row := find(student)) is None:
            plugin.log.warning("Not in %s, so left out: %s. %s", where, student.id, hint)
        else:
            found[student.id] = row
            claims[id(row)].append(student.id)
    for learners in claims.values():
        if len(learners) > 1:
            plugin.log.error(
                "%s are the same person in %s (%s), so none of them is written: fill that row by "
                "hand, or remove who is there twice (nbgrader db student remove).",
                " and ".join(learners), where, ", ".join(found[learners[0]][:2]),
            )  # fmt: skip
            for learner in learners:
                del found[learner]
    return found


def _before_number(student: Student) -> str:
    match = _NUMBERED.fullmatch(student.id)
    return match["name"] if match else ""


def _is_called(student: Student, name: str) -> bool:
    first, last = student.first_name or "", student.last_name or ""
    return same_letters(name, first + last) or same_letters(name, last + first)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFC", name).casefold())
