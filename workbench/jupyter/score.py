"""The value of `check(...)`: a number that shows the report of how it came about."""

from __future__ import annotations

import sys
from typing import Any

from IPython.core.getipython import get_ipython

from workbench.checking.check import load_checks
from workbench.course import Exercise
from workbench.grading.render import as_html, as_text
from workbench.grading.result import CheckResult, ExerciseResult


class Score(float):
    """Points of an answer. In a notebook it shows the HTML report, elsewhere the plain one.

    Its text is the bare number, which is what nbgrader reads.
    """

    def __new__(cls, exercise: Exercise, result: ExerciseResult, *, hint: str = "") -> Score:
        del exercise, hint
        return super().__new__(cls, result.score)

    def __init__(self, exercise: Exercise, result: ExerciseResult, *, hint: str = "") -> None:
        self.exercise, self.result, self._hint = exercise, result, hint

    def __repr__(self) -> str:
        return f"{self.result.score}"

    def _repr_html_(self) -> str:
        return as_html(self.exercise, self.result, for_learner=True, hint=self._hint)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """In a terminal the report comes before the number."""
        del cycle
        if not _in_notebook():
            report = as_text(self.exercise, self.result, for_learner=True, hint=self._hint)
            print(report, file=sys.stdout)
        printer.text(repr(self))


def not_run(exercise: Exercise) -> Score:
    """The score of an answer cell that was never run."""
    reason = f"Run the answer cell of {exercise.id} first: it saves your answer."
    checks = tuple(
        CheckResult(one.id, one.title, one.points, one.hidden, "skipped")
        for one in load_checks(exercise.checks_file)
    )
    return Score(exercise, ExerciseResult(exercise.id, "rejected", checks, reason))


def _in_notebook() -> bool:
    return hasattr(get_ipython(), "kernel")
