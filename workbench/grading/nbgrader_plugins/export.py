"""`nbgrader export`: the gradebook as CSV, in which what is not graded yet is no zero."""

from __future__ import annotations

from typing import Any

from defusedcsv import csv
from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin

from workbench.grading.nbgrader_plugins.marks import Mark, marks
from workbench.grading.nbgrader_plugins.saving import saved

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip


class ExportMarks(ExportPlugin):
    """The stock columns. Three things differ from the stock plug-in (plugins/export.py).

    A submission that was not autograded yet, because its grade is withheld, has no score, where
    the stock plug-in writes 0.0; names with a comma in them are quoted; and none is a formula.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the file that `--to` names, grades.csv unless said."""
        with saved(self, "grades.csv") as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            for mark in marks(gradebook, self.assignment, self.student):
                row = {
                    "assignment": mark.assignment.name,
                    "duedate": mark.assignment.duedate,
                    "student_id": mark.student.id,
                    "last_name": mark.student.last_name,
                    "first_name": mark.student.first_name,
                    "email": mark.student.email,
                    "max_score": mark.assignment.max_score,
                }
                writer.writerow(row | _scores(mark))


def _scores(mark: Mark) -> dict[str, Any]:
    submission = mark.submission
    if submission is None:
        return {"raw_score": 0.0, "late_submission_penalty": 0.0, "score": 0.0}
    if mark.state == "withheld":
        return {"timestamp": submission.timestamp}
    penalty = submission.late_submission_penalty
    return {
        "timestamp": submission.timestamp,
        "raw_score": submission.score,
        "late_submission_penalty": penalty,
        "score": max(0.0, submission.score - penalty),
    }
