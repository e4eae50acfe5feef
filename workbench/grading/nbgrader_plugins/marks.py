"""What the gradebook says of each learner's submissions, for every export alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student, SubmittedAssignment

State = Literal["graded", "withheld", "missing"]


@dataclass(frozen=True)
class Mark:
    """One learner's mark for one assignment.

    withheld: there is a submission, but it must be graded (again); missing: there is none.
    """

    student: Student
    assignment: Assignment
    submission: SubmittedAssignment | None
    state: State

    @property
    def score(self) -> str:
        """Points after a penalty for being late, to be read by an LMS; "" unless graded."""
        if self.submission is None or self.state != "graded":
            return ""
        return points(max(0.0, self.submission.score - self.submission.late_submission_penalty))

    @property
    def comment(self) -> str:
        """In a sentence, which exercise gave how many points; "" unless graded."""
        if self.submission is None or self.state != "graded":
            return ""
        parts = [
            f"{grade.name} {points(grade.score)} of {points(grade.max_score)}"
            for notebook in self.submission.notebooks
            for grade in notebook.grades
        ]
        whole = f"{self.score} of {points(self.assignment.max_score)} points"
        late = self.submission.late_submission_penalty
        return f"{whole}: {', '.join(parts)}" + (f"; {points(late)} off for late" if late else "")


def marks(
    gradebook: Gradebook, assignments: Sequence[str], students: Sequence[str]
) -> Iterator[Mark]:
    """Every mark, by assignment and learner; only those named, where any are."""
    for assignment in gradebook.assignments:
        for student in gradebook.students:
            if assignments and assignment.name not in assignments:
                continue
            if students and student.id not in students:
                continue
            try:
                submission = gradebook.find_submission(assignment.name, student.id)
            except MissingEntry:
                yield Mark(student, assignment, None, "missing")
            else:
                state: State = "graded" if _is_graded(submission) else "withheld"
                yield Mark(student, assignment, submission, state)


def points(number: float) -> str:
    return f"{round(number, 2):.10g}"


def _is_graded(submission: SubmittedAssignment) -> bool:
    return all(
        grade.auto_score is not None or grade.manual_score is not None
        for notebook in submission.notebooks
        for grade in notebook.grades
    )
