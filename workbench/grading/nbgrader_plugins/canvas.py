"""`nbgrader export --exporter=...canvas.ExportCanvas`: marks as Canvas imports them.

The format: Student, ID, SIS User ID, SIS Login ID, Section, then assignments as "Title (id)"; a row
"Points Possible"; rows are told by ID, then by SIS ids. An empty cell takes an earlier score away;
learners and assignments that are not in the file stay as they are.
Source: github.com/instructure/canvas-lms, lib/gradebook_importer.rb and lib/gradebook_exporter.rb.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from nbgrader.api import Gradebook, Student
from traitlets import Dict, Unicode

from workbench.course import CourseError, load_course
from workbench.grading.nbgrader_plugins.lms_people import (
    confirms,
    first_found,
    is_known_by,
    name_of,
    number_of,
    rows_of,
)
from workbench.grading.nbgrader_plugins.lms_table import (
    Row,
    Table,
    TableError,
    harmless,
    say_what_is_empty,
)
from workbench.grading.nbgrader_plugins.marks import Mark, marks, points
from workbench.grading.nbgrader_plugins.saving import LmsExport, saved

#: The learner's columns, of which Canvas writes the last one always.
LEARNER = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
POINTS = "Points Possible"


class ExportCanvas(LmsExport):
    """Fills in the gradebook that Canvas exported; without it, makes one of what is known."""

    gradebook = Unicode(help="The CSV that Canvas exported (Grades, Export)").tag(config=True)
    columns = Dict(help="Lab -> the column's header in Canvas, where it is not named so").tag(
        config=True
    )

    def export(self, gradebook: Gradebook) -> None:
        """Write the file that `--to` names, canvas.csv unless said."""
        given = list(marks(gradebook, self.assignment, self.student))
        try:
            table = self._filled(given) if self.gradebook else self._made(given)
        except TableError as error:
            self.parent.fail(str(error))
        with saved(self, "canvas.csv") as stream:
            table.write(stream)
        say_what_is_empty(self, given)

    def _made(self, given: list[Mark]) -> Table:
        labs = {mark.assignment.name: mark.assignment.max_score for mark in given}
        header = LEARNER + [self.columns.get(lab, lab) for lab in labs]
        rows = [[f"    {POINTS}", "", "", "", "", *map(points, labs.values())]]
        for student, by_lab in _by_student(given):
            number = student.lms_user_id or number_of(student)
            row = [
                harmless(name_of(student)),
                number,
                "",
                "" if number else harmless(student.id),
                "",
            ]
            rows.append(row + [by_lab[lab].score if lab in by_lab else "" for lab in labs])
        students = (student for student, _ in _by_student(given))
        if numbered := [one.id for one in students if number_of(one) and not one.lms_user_id]:
            self.log.warning(
                "Their ids' numbers are written for Canvas' own, which nothing confirms without "
                "--ExportCanvas.gradebook: %s.", ", ".join(numbered),
            )  # fmt: skip
        return Table(header, rows)

    def _filled(self, given: list[Mark]) -> Table:
        exported = Table.read(Path(self.gradebook))
        if "Section" not in exported.header or "ID" not in exported.header:
            raise TableError(
                f"{self.gradebook} is no gradebook of Canvas, which has the columns "
                f"{', '.join(LEARNER)}. In Canvas: Grades, Export, Export Entire Gradebook."
            )
        info = exported.header.index("Section") + 1
        labs = {mark.assignment.name: mark.assignment.max_score for mark in given}
        columns = {lab: self._column(lab, exported.header) for lab in labs}
        header = exported.header[:info] + [exported.header[at] for at in columns.values()]
        rows = []
        for row in exported.rows:
            if POINTS in row[0]:
                theirs = [row[at] or points(labs[lab]) for lab, at in columns.items()]
                rows.append(row[:info] + theirs)
                self._compare_points(labs, {lab: row[at] for lab, at in columns.items()})
        submitted = _by_student(given)
        found = rows_of(
            (student for student, _ in submitted),
            lambda student: _row(student, exported),
            self,
            "Canvas' gradebook",
            "Name the ID there with `nbgrader db student add LEARNER --lms-user-id=ID`.",
        )
        for student, by_lab in submitted:
            if student.id in found:
                theirs = found[student.id]
                # Canvas tells rows by their ID, so the name may get a quote.
                rows.append([harmless(theirs[0]), *theirs[1:info]] + [
                    by_lab[lab].score if lab in by_lab else theirs[at]
                    for lab, at in columns.items()
                ])  # fmt: skip
        return Table(header, rows)

    def _column(self, lab: str, header: list[str]) -> int:
        try:
            wanted = {lab, load_course().lab(lab).title}
        except CourseError:
            wanted = {lab}
        if lab in self.columns:
            wanted = {self.columns[lab]}
        names = {name.casefold() for name in wanted}
        for at, cell in enumerate(header):
            if {cell.casefold(), cell.rpartition(" (")[0].casefold()} & names:
                return at
        rest = ", ".join(repr(cell) for cell in header[header.index("Section") + 1 :])
        raise TableError(
            f"Canvas' gradebook has no column {' or '.join(sorted(map(repr, wanted)))}. Say which "
            f'it is with --ExportCanvas.columns="{lab}=Week 1 (12345)"; there are: {rest}. Or '
            "export only labs that it has: --assignment='[\"week01_catalog\"]'."
        )

    def _compare_points(self, labs: dict[str, float], theirs: dict[str, str]) -> None:
        for lab, most in labs.items():
            if theirs[lab] and theirs[lab] not in (points(most), f"{most:.2f}"):
                self.log.warning(
                    "Canvas has %s points for %s, which has %s: set them in Canvas.",
                    theirs[lab], lab, points(most),
                )  # fmt: skip


def _by_student(given: list[Mark]) -> list[tuple[Student, dict[str, Mark]]]:
    """Who submitted anything, with the marks of what they submitted."""
    found: dict[str, dict[str, Mark]] = defaultdict(dict)
    for mark in given:
        if mark.state != "missing":
            found[mark.student.id][mark.assignment.name] = mark
    students = {mark.student.id: mark.student for mark in given}
    return [(students[id], by_lab) for id, by_lab in found.items()]  # noqa: A001


def _row(student: Student, table: Table) -> Row | None:
    """The learner's row: by what is Canvas' own, by id and name, by a name that only one has."""

    def has(column: str, *wanted: str | None) -> Callable[[Row], bool]:
        at = table.header.index(column) if column in table.header else None
        return lambda row: at is not None and bool(row[at].strip()) and row[at] in wanted

    has_number = has("ID", number_of(student))
    return first_found(
        table,
        has("ID", student.lms_user_id),
        has("SIS User ID", student.id, student.lms_user_id),
        has("SIS Login ID", student.id, student.email),
        lambda row: has_number(row) and confirms(student, row[0]),
        lambda row: is_known_by(student, row[0]),
    )
