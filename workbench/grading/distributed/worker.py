"""A worker: grades what the queue gives it, with the engine that every command uses."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace

from workbench.closing import Closing
from workbench.course import Exercise, load_course
from workbench.grading.cache import ResultCache
from workbench.grading.distributed.job import Job, MessageError, write_result
from workbench.grading.distributed.store import Store
from workbench.grading.engine import OUR_FAULTS
from workbench.grading.notebook import Grader
from workbench.grading.result import ExerciseResult
from workbench.grading.withholding import withheld

#: Seconds between attempts to have a bench that works again, after a grade was withheld. Meanwhile
#: the others take the work: a worker that fails fast would otherwise empty the queue.
PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0)

_log = logging.getLogger("workbench.worker")


class Worker(Closing):
    """One process that grades one answer at a time. Opens what it needs when it is needed."""

    def __init__(
        self,
        name: str,
        cache: ResultCache,
        open_store: Callable[[], Store],
        open_engine: Callable[..., AbstractContextManager[Grader]],
        send: Callable[[Job], None],
    ) -> None:
        """send: puts a job into the queue again; the others are called in the worker's process,
        open_engine with require_sandbox."""
        self._name, self._cache, self._send = name, cache, send
        self._open_store, self._open_engine = open_store, open_engine
        self._store: Store | None = None
        self._opened = ExitStack()
        self._engine: Grader | None = None
        self._required = ""
        self._never = threading.Event()

    def work(self, job: Job) -> None:
        """Grade the job, unless it has its result or another worker is at it.

        A withheld grade is sent to the queue's end, for another worker, until TRIES are used up.
        Raises ServiceError or psycopg2.Error when the results are out of reach: nothing is lost,
        the job must be delivered again.
        """
        try:
            self._store = self._store or self._open_store()
            with self._store.claim(job.key) as mine:
                if not mine or self._store.settled(job):
                    return
                again = self._try(self._store, job)
        except BaseException:
            if self._store:
                self._store.close()
            self._store = None
            raise
        if again is not None:
            if again:
                self._send(job)
            self._recover()

    def close(self) -> None:
        self._opened.close()
        self._engine = None
        if self._store:
            self._store.close()
        self._store = None

    def _try(self, store: Store, job: Job) -> bool | None:
        """One try. None when it gave a mark; else whether it is to be tried again."""
        number = store.begin(job, self._name)
        exercise = load_course().exercise(job.exercise)
        result = self._grade(exercise, job)
        try:
            text = write_result(result)
        except MessageError as error:
            result = withheld(exercise, f"{self._name}: {error}.")
            text = write_result(result)
        _log.info("%s %s: %s, %d of %d points, %.1f s", job.exercise, job.key[:12], result.status,
                  result.score, result.max_score, result.seconds)  # fmt: skip
        if result.status != "withheld":
            store.keep(job, number, self._name, text)
            return None
        _log.warning("%s", result.reason)
        return store.withhold(job, number, text)

    def _grade(self, exercise: Exercise, job: Job) -> ExerciseResult:
        if self._cache.key(exercise, job.answer) != job.key:
            return withheld(exercise, f"The course has changed: restart {self._name}.")
        try:
            if self._engine is None or self._required != job.require_sandbox:
                self._required = job.require_sandbox
                self._open_anew()
        except OUR_FAULTS as error:
            return withheld(exercise, f"{self._name} has no bench: {error}")
        basis = self._cache.basis(exercise, job.answer)
        assert self._engine is not None  # noqa: S101 - it was just opened
        return replace(self._engine.grade(exercise, job.answer), basis=basis)

    def _open_anew(self) -> None:
        self._engine = None
        self._opened.close()
        engine = self._open_engine(require_sandbox=self._required)
        self._engine = self._opened.enter_context(engine)

    def _recover(self) -> None:
        """Open the engine anew, and come back when that works, or after half a minute."""
        for pause in PAUSES:
            self._never.wait(pause)
            with contextlib.suppress(*OUR_FAULTS):
                self._open_anew()
                return
