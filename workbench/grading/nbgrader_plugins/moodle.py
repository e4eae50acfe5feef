"""`nbgrader export --exporter=...moodle.ExportMoodle`: marks as Moodle's assignment imports them.

The grading worksheet has a row for each participant: Identifier ("Participant 123"), Full name,
Grade, Maximum Grade, Last modified (grade), Feedback comments and others. The import needs
Identifier, Grade and Last modified (grade); it skips empty grades, and those above the maximum.
Source: github.com/moodle/moodle, mod/assign/feedback/offline/importgradeslib.php and locallib.php.
"""

from __future__ import annotations

import re
from pathlib import Path

from nbgrader.api import Gradebook, Student
from traitlets import Dict, Unicode

from workbench.grading.nbgrader_plugins.lms_people import (
    confirms,
    first_found,
    is_known_by,
    name_of,
    number_of,
    rows_of,
    same_letters,
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

#: What the columns are called in English; Moodle writes and reads them in the user's language.
COLUMNS = {
    "identifier": "Identifier", "name": "Full name", "email": "Email address", "grade": "Grade",
    "maximum": "Maximum Grade", "modified": "Last modified (grade)",
    "feedback": "Feedback comments",
}  # fmt: skip


class ExportMoodle(LmsExport):
    """Fills in the worksheet that Moodle exported; without it, makes one of what is known."""

    worksheet = Unicode(help="The CSV of Moodle's Download grading worksheet").tag(config=True)
    columns = Dict(help="Names of columns in Moodle's language: identifier, grade, ...").tag(
        config=True
    )

    def export(self, gradebook: Gradebook) -> None:
        """Write the file that `--to` names, moodle.csv unless said, for one assignment."""
        given = list(marks(gradebook, self.assignment, self.student))
        labs = sorted({mark.assignment.name for mark in given})
        if len(labs) != 1:
            self.parent.fail(
                "Moodle takes one assignment a file: say which, as in --assignment="
                f"'[\"week01_catalog\"]'. The gradebook has: {', '.join(labs) or 'none'}."
            )
        try:
            table = self._filled(given) if self.worksheet else self._made(given)
        except TableError as error:
            self.parent.fail(str(error))
        with saved(self, "moodle.csv") as stream:
            table.write(stream)
        say_what_is_empty(self, given)

    def _made(self, given: list[Mark]) -> Table:
        rows = []
        for mark in given:
            if mark.state == "missing":
                continue
            number = number_of(mark.student)
            rows.append([
                f"Participant {number}" if number else harmless(mark.student.id),
                harmless(name_of(mark.student)), mark.student.email or "",
                mark.score, points(mark.assignment.max_score), "", mark.comment,
            ])  # fmt: skip
        submitted = (mark.student for mark in given if mark.state != "missing")
        if nameless := [one.id for one in submitted if not number_of(one)]:
            self.log.warning(
                "Moodle finds rows by its participants' numbers, which are not known of %s: give "
                "it the worksheet with --ExportMoodle.worksheet.", ", ".join(nameless),
            )  # fmt: skip
        return Table(list((COLUMNS | self.columns).values()), rows)

    def _filled(self, given: list[Mark]) -> Table:
        table = Table.read(Path(self.worksheet))
        at = self._places(table.header)
        submitted = {mark.student.id: mark for mark in given if mark.state != "missing"}
        students = [mark.student for mark in submitted.values()]
        found = rows_of(
            students,
            lambda student: _row(student, table, at),
            self,
            "Moodle's worksheet",
            "Name the address there with `nbgrader db student add LEARNER --email=ADDRESS`.",
        )
        for learner, row in found.items():
            row[at["grade"]] = submitted[learner].score
            if "feedback" in at:
                row[at["feedback"]] = row[at["feedback"]] or submitted[learner].comment
        if len(found) < len(students) and "name" not in at:
            self.log.warning(
                "The worksheet has no column %r, so nobody is told by name: name it with "
                '--ExportMoodle.columns="name=..."; there are: %s.',
                (COLUMNS | self.columns)["name"],
                ", ".join(table.header),
            )
        self._compare_points(table, at, given[0].assignment.max_score)
        return table

    def _compare_points(self, table: Table, at: dict[str, int], most: float) -> None:
        theirs = {row[at["maximum"]].replace(",", ".") for row in table.rows if "maximum" in at}
        for one in theirs - {points(most), f"{most:.2f}"}:
            self.log.warning(
                "Moodle's maximum is %s, the lab's %s: set it in the assignment's settings, for "
                "Moodle skips grades above its maximum.",
                one,
                points(most),
            )

    def _places(self, header: list[str]) -> dict[str, int]:
        """Where the columns are. Raises TableError when one that Moodle needs is not there."""
        names = COLUMNS | self.columns
        needed = [names[key] for key in ("identifier", "grade", "modified")]
        if missing := [name for name in needed if name not in header]:
            raise TableError(
                f"{self.worksheet} has no column {', '.join(map(repr, missing))}. Export it in "
                "Moodle (Submissions, Download grading worksheet; it needs the feedback type "
                "Offline grading worksheet); in another language than English, name the columns "
                f'with --ExportMoodle.columns="grade=Bewertung". There are: {", ".join(header)}.'
            )
        return {key: header.index(name) for key, name in names.items() if name in header}


def _row(student: Student, table: Table, at: dict[str, int]) -> Row | None:
    """The learner's row: by the participant's number and name, by e-mail, by an only name.

    Where names are not shown, the id is the identifier itself (`Participant_12`).
    """
    number = number_of(student)

    def is_identifier(row: Row) -> bool:
        return same_letters(student.id, row[at["identifier"]])

    def has_number(row: Row) -> bool:
        numbered = re.fullmatch(rf"\D*{number}", row[at["identifier"]]) is not None
        return bool(number) and numbered and "name" in at and confirms(student, row[at["name"]])

    def has_email(row: Row) -> bool:
        return "email" in at and row[at["email"]] in (student.id, student.email or student.id)

    def has_name(row: Row) -> bool:
        return "name" in at and is_known_by(student, row[at["name"]])

    return first_found(table, is_identifier, has_number, has_email, has_name)
