"""Opening an engine: the composition root of the grading side."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from workbench.bench.choose import provider_from
from workbench.bench.own_redis import own_redis
from workbench.closing import Closing
from workbench.course import Exercise
from workbench.grading.cache import ResultCache
from workbench.grading.engine import NEXT_STEP, OUR_FAULTS, Engine
from workbench.grading.result import ExerciseResult
from workbench.grading.withholding import withheld
from workbench.paths import build_dir, work_dir
from workbench.running.launcher import Launcher
from workbench.running.runner import Runner
from workbench.running.sandbox.level import holds
from workbench.running.zygote_process import ZygoteProcess


@contextmanager
def opened_engine(
    *, require_sandbox: str = "", zygote: ZygoteProcess | None = None
) -> Iterator[Engine]:
    """An engine on the bench that the environment chooses; it is closed at the end.

    require_sandbox: the weakest level at which it grades; zygote: see Launcher.
    Raises BenchError when the bench cannot be had.
    """
    with (
        Launcher(zygote) as launcher,  # first, since it loads while the bench starts
        provider_from(os.environ, work_dir() / "bench").acquire() as lease,
        own_redis(lease.services) as services,
        Runner(services, launcher=launcher) as runner,
    ):
        yield Engine(runner, require_sandbox=require_sandbox)


class CachedEngine(Closing):
    """Grades like an engine, but nothing twice; the bench is only started for what is new."""

    def __init__(
        self,
        cache: ResultCache | None = None,
        *,
        fresh: bool = False,
        require_sandbox: str = "",
        zygote: ZygoteProcess | None = None,
    ) -> None:
        """fresh: judge again what has a kept result, and keep the new one; require_sandbox: the
        weakest level at which an answer is judged, or a kept result was; zygote: see Launcher."""
        self._fresh, self._required, self._zygote = fresh, require_sandbox, zygote
        self._cache = cache or ResultCache(build_dir() / "results")
        self._opened = ExitStack()
        self._engine: Engine | None = None
        self._ended = False

    def grade(self, exercise: Exercise, answer: str) -> ExerciseResult:
        """The kept result of this very text, or a new one, which is kept.

        A fault of ours gets a second try with all services opened anew; then the result is
        withheld, as it is where the sandbox is too weak. Nothing that a service does is raised;
        KeyboardInterrupt is, after `end`.
        """
        self._go_on()
        kept = None if self._fresh else self._cache.get(exercise, answer)
        if kept is not None and holds(kept.sandbox, self._required):
            return kept
        result = self._judged(exercise, answer)
        too_weak = result.sandbox and not holds(result.sandbox, self._required)
        if result.status == "withheld" and not too_weak:
            self.close()
            result = self._judged(exercise, answer)
        result = replace(result, basis=self._cache.basis(exercise, answer))
        self._go_on()
        try:
            self._cache.put(exercise, answer, result)
        except OSError as error:
            warnings.warn(
                f"The result of {exercise.id} could not be kept ({error}): the grade holds, but "
                "the next run has to judge that answer again. Is the disk full?",
                stacklevel=2,
            )
        return result

    def end(self) -> None:
        """Judge nothing more, and keep no verdict on what is at hand. Thread-safe."""
        self._ended = True

    def _go_on(self) -> None:
        if self._ended:
            raise KeyboardInterrupt

    def close(self) -> None:
        self._engine = None
        with contextlib.suppress(*OUR_FAULTS):  # what is broken cannot be left in good order
            self._opened.close()

    def _judged(self, exercise: Exercise, answer: str) -> ExerciseResult:
        try:
            if self._engine is None:
                # What is opened again has a zygote of its own: the fault may have been this one's.
                zygote, self._zygote = self._zygote, None
                self._engine = self._opened.enter_context(
                    opened_engine(require_sandbox=self._required, zygote=zygote)
                )
        except OUR_FAULTS as error:
            return withheld(exercise, f"The bench cannot be had: {error} {NEXT_STEP}")
        return self._engine.grade(exercise, answer)
