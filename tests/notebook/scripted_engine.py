"""An engine that needs no bench: an answer passes the checks whose ids stand in it."""

from __future__ import annotations

from workbench.checking.check import load_checks
from workbench.course import Exercise
from workbench.grading.result import CheckResult, CheckStatus, ExerciseResult


class ScriptedEngine:
    """Grades by the words in the answer; `BREAK` in it stands for an error of ours."""

    def grade(self, exercise: Exercise, answer: str) -> ExerciseResult:
        results = []
        for check in load_checks(exercise.checks_file):
            status: CheckStatus = "passed"
            message = ""
            if "BREAK" in answer:
                status, message = "error", "the database died"
            elif check.id not in answer:
                status, message = "failed", f"Expected {check.id}. Got: <script>alert('{answer}')"
            results.append(
                CheckResult(check.id, check.title, check.points, check.hidden, status, message)
            )
        withheld = "BREAK" in answer
        return ExerciseResult(
            exercise.id,
            "withheld" if withheld else "graded",
            tuple(results),
            "the database died" if withheld else "",
        )

    def close(self) -> None:
        """Nothing is held."""
