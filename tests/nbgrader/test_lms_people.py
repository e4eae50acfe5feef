"""Who is who in an LMS' table: no mark of one person finds the row of another."""

from __future__ import annotations

import csv
import string
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader.api import Student

from workbench.grading.nbgrader_plugins.canvas import _row as canvas_row
from workbench.grading.nbgrader_plugins.lms_people import confirms, is_known_by
from workbench.grading.nbgrader_plugins.lms_table import Table, harmless
from workbench.grading.nbgrader_plugins.moodle import _row as moodle_row

PARTS = st.sampled_from(["Eve", "Smith", "Zoë", "O'Brien", "小龙"])
NAMES = st.lists(PARTS, min_size=1, max_size=3).map(" ".join)
NUMBERS = st.integers(1, 9)
PEOPLE = st.lists(st.tuples(NAMES, NUMBERS), min_size=1, unique_by=lambda one: one[1])


@settings(deadline=None)
@given(PEOPLE, NAMES, NUMBERS)
def test_an_id_with_a_number_finds_that_number_and_that_name_or_nobody(
    people: list[tuple[str, int]], name: str, number: int
) -> None:
    """Whatever class the table holds: the id that zip_collect would make finds its own row only."""
    own = (name, number) in people
    moodle = Table([], [[f"Participant {own_number}", who] for who, own_number in people])
    found = moodle_row(Student(id=f"{name}_{number}"), moodle, {"identifier": 0, "name": 1})
    assert found == ([f"Participant {number}", name] if own else None)
    nameless = moodle_row(Student(id=f"{name}_{number}"), moodle, {"identifier": 0})
    assert nameless is None
    canvas = Table(["Student", "ID"], [[who, str(own_number)] for who, own_number in people])
    letters = name.lower().translate(str.maketrans("", "", string.punctuation + " "))
    found = canvas_row(Student(id=f"{letters}_{number}"), canvas)
    assert found == ([name, str(number)] if own else None)


@settings(deadline=None)
@given(PEOPLE, NAMES, NUMBERS)
def test_a_login_is_tried_before_a_number(
    people: list[tuple[str, int]], name: str, number: int
) -> None:
    login = f"{name}_{number}"
    rows = [[who, str(own), ""] for who, own in people] + [["Doe, Jane", "77", login]]
    table = Table(["Student", "ID", "SIS Login ID"], rows)
    assert canvas_row(Student(id=login), table) == ["Doe, Jane", "77", login]


@pytest.mark.parametrize(
    ("learner", "name", "confirmed", "known"),
    [
        ("smitheve_501", "Smith, Eve", True, False),
        ("Eve OBrien", "Eve O'Brien", False, True),
        ("jdoe_501", "Richard Roe", False, False),
        ("_501", "", False, False),
    ],
)
def test_names(learner: str, name: str, confirmed: bool, known: bool) -> None:
    student = Student(id=learner)
    assert (confirms(student, name), is_known_by(student, name)) == (confirmed, known)


def test_the_gradebooks_own_names_count() -> None:
    jane = Student(id="jdoe_501", first_name="Jane", last_name="Doe")
    assert confirms(jane, "Doe, Jane")
    assert is_known_by(jane, "Jane Doe")
    eve = Student(id="Eve Smith_15", first_name="Eve", last_name="Smith")
    assert not is_known_by(eve, "Eve Smith")


CELLS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=9)


@settings(deadline=None)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1), st.sampled_from(",;"))
def test_a_table_is_written_as_it_was_read(rows: list[list[str]], delimiter: str) -> None:
    """Formulas, line ends of all kinds and quotes in cells: each stays what it is."""
    header = ["a", "b"]
    with tempfile.TemporaryDirectory() as folder:
        file, copy = Path(folder) / "in.csv", Path(folder) / "out.csv"
        with file.open("w", newline="", encoding="utf-8-sig") as stream:
            csv.writer(stream, delimiter=delimiter).writerows([header, *rows])
        with copy.open("w", newline="", encoding="utf-8") as stream:
            Table.read(file).write(stream)
        assert Table.read(copy) == Table(header, rows)


@settings(deadline=None)
@given(st.text(max_size=5))
def test_no_cell_of_ours_is_a_formula(cell: str) -> None:
    assert harmless(cell) in (cell, f"'{cell}")
    assert harmless(cell)[:1] not in set("=+@|%\t\r")
