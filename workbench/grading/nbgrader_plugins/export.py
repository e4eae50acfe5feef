"""`nbgrader export`: the gradebook as CSV, in which what is not graded yet is no zero."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.plugins import ExportPlugin

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip


class ExportMarks(ExportPlugin):
    """The stock columns. Two things differ from the stock plug-in (plugins/export.py).

    A submission that was not autograded yet, because its grade is withheld, has no score, where
    the stock plug-in writes 0.0; and names with a comma in them are quoted.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the file that `--to` names, grades.csv unless said."""
        file = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", file)
        with file.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            for assignment in gradebook.assignments:
                if self.assignment and assignment.name not in self.assignment:
                    continue
                for student in gradebook.students:
                    if self.student and student.id not in self.student:
                        continue
                    row = {
                        "assignment": assignment.name,
                        "duedate": assignment.duedate,
                        "student_id": student.id,
                        "last_name": student.last_name,
                        "first_name": student.first_name,
                        "email": student.email,
                        "max_score": assignment.max_score,
                    }
                    writer.writerow(row | _scores(gradebook, assignment.name, student.id))


def _scores(gradebook: Gradebook, assignment: str, student: str) -> dict[str, Any]:
    try:
        submission = gradebook.find_submission(assignment, student)
    except MissingEntry:
        return {"raw_score": 0.0, "late_submission_penalty": 0.0, "score": 0.0}
    if not _is_graded(submission):
        return {"timestamp": submission.timestamp}
    penalty = submission.late_submission_penalty
    return {
        "timestamp": submission.timestamp,
        "raw_score": submission.score,
        "late_submission_penalty": penalty,
        "score": max(0.0, submission.score - penalty),
    }


def _is_graded(submission: SubmittedAssignment) -> bool:
    return all(
        grade.auto_score is not None or grade.manual_score is not None
        for notebook in submission.notebooks
        for grade in notebook.grades
    )
