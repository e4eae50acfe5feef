"""Opening an engine: the composition root of the grading side."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from workbench.bench.choose import provider_from
from workbench.closing import Closing
from workbench.course import Exercise
from workbench.grading.cache import ResultCache
from workbench.grading.engine import Engine
from workbench.grading.result import ExerciseResult
from workbench.paths import build_dir, work_dir
from workbench.running.runner import Runner


@contextmanager
def opened_engine() -> Iterator[Engine]:
    """An engine on the bench that the environment chooses; it is closed at the end.

    Raises BenchError when the bench cannot be had.
    """
    with (
        provider_from(os.environ, work_dir() / "bench").acquire() as lease,
        Runner(lease.services) as runner,
    ):
        yield Engine(runner)


class CachedEngine(Closing):
    """Grades like an engine, but nothing twice; the bench is only started for what is new."""

    def __init__(self, cache: ResultCache | None = None, *, fresh: bool = False) -> None:
        """fresh: judge again what has a kept result, and keep the new one."""
        self._fresh = fresh
        self._cache = cache or ResultCache(build_dir() / "results")
        self._opened = ExitStack()
        self._engine: Engine | None = None

    def grade(self, exercise: Exercise, answer: str) -> ExerciseResult:
        """The kept result of this very text, or a new one, which is kept.

        Raises BenchError when the bench is needed and cannot be had.
        """
        kept = None if self._fresh else self._cache.get(exercise, answer)
        if kept is not None:
            return kept
        if self._engine is None:
            self._engine = self._opened.enter_context(opened_engine())
        result = self._engine.grade(exercise, answer)
        self._cache.put(exercise, answer, result)
        return result

    def close(self) -> None:
        self._opened.close()
        self._engine = None
