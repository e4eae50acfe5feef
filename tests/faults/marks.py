"""What a grading came to, check by check, to be compared with another grading."""

from __future__ import annotations

from collections.abc import Callable

from workbench.grading.result import NotebookResult

#: Grades all submissions: learner -> result.
Grade = Callable[[], dict[str, NotebookResult]]

#: learner -> exercise/check -> status
Marks = dict[str, dict[str, str]]


def marks(results: dict[str, NotebookResult]) -> Marks:
    return {
        learner: {
            f"{exercise.id}/{check.id}": check.status
            for exercise in result.exercises
            for check in exercise.checks
        }
        for learner, result in results.items()
    }
