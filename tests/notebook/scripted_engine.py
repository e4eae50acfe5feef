"""An engine that needs no bench: an answer passes the checks whose ids stand in it."""

from __future__ import annotations

from workbench.checking.check import load_checks
from workbench.course import Exercise
from workbench.grading.result import CheckResult, CheckStatus, ExerciseResult
from workbench.running.sandbox.level import holds


class ScriptedEngine:
    """Grades by the words in the answer; `BREAK` in it stands for an error of ours,
    `WEAK` for a machine without a sandbox."""

    def __init__(self, *, require_sandbox: str = "") -> None:
        self._required = require_sandbox

    def grade(self, exercise: Exercise, answer: str) -> ExerciseResult:
        sandbox = "limits" if "WEAK" in answer else "linux"
        broken = "the database died" if "BREAK" in answer else ""
        if not holds(sandbox, self._required):
            broken = f"`{self._required}` is required"
        results = []
        for check in load_checks(exercise.checks_file):
            status: CheckStatus = "passed"
            message = ""
            if broken:
                status, message = "error", broken
            elif check.id not in answer:
                status, message = "failed", f"Expected {check.id}. Got: <script>alert('{answer}')"
            results.append(
                CheckResult(check.id, check.title, check.points, check.hidden, status, message)
            )
        return ExerciseResult(
            exercise.id,
            "withheld" if broken else "graded",
            tuple(results),
            broken,
            sandbox="" if broken else sandbox,
        )

    def close(self) -> None:
        """Nothing is held."""
