"""A grade that is withheld: for an error of ours, never for what an answer did."""

from __future__ import annotations

from workbench.checking.check import load_checks
from workbench.course import Exercise
from workbench.grading.result import CheckResult, ExerciseResult


def withheld(exercise: Exercise, reason: str, sandbox: str = "") -> ExerciseResult:
    """The result of an answer that could not be judged, and why; sandbox: the level, if known."""
    checks = tuple(
        CheckResult(check.id, check.title, check.points, check.hidden, "error", reason)
        for check in load_checks(exercise.checks_file)
    )
    return ExerciseResult(exercise.id, "withheld", checks, reason, sandbox=sandbox)
