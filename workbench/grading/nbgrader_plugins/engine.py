"""The engine that `nbgrader autograde` and the formgrader grade with."""

from __future__ import annotations

import os
from contextlib import ExitStack

from workbench.bench.choose import provider_from
from workbench.course import Exercise
from workbench.grading.engine import Engine
from workbench.grading.result import ExerciseResult
from workbench.paths import work_dir
from workbench.running.runner import Runner


class BenchEngine:
    """An engine together with the bench that it holds."""

    def __init__(self) -> None:
        """Raises BenchError, which says what to do, when the bench cannot be had."""
        with ExitStack() as stack:
            lease = stack.enter_context(provider_from(os.environ, work_dir() / "bench").acquire())
            runner = stack.enter_context(Runner(lease.services))
            self._engine = stack.enter_context(Engine(runner))
            self._held = stack.pop_all()

    def grade(self, exercise: Exercise, answer: str) -> ExerciseResult:
        return self._engine.grade(exercise, answer)

    def close(self) -> None:
        self._held.close()


def open_engine() -> BenchEngine:
    """The engine on the bench that the environment names."""
    return BenchEngine()
