"""One run of `workbench grade --engine celery`: asks workers for what nobody has graded yet."""

from __future__ import annotations

import os
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import psycopg2

from workbench.course import Course, Exercise, load_course
from workbench.grading.cache import ResultCache
from workbench.grading.distributed.broker import Broker
from workbench.grading.distributed.job import Job, MessageError, edition, read_result
from workbench.grading.distributed.settings import ServiceError, settings_from
from workbench.grading.distributed.store import TRIES, Store
from workbench.grading.notebook import grade_notebook
from workbench.grading.result import ExerciseResult, NotebookResult
from workbench.grading.withholding import withheld
from workbench.paths import build_dir
from workbench.running.sandbox.level import holds

#: Answers that are asked for at once, so that 10,000 submissions do not fill the broker's memory.
WINDOW = 500
#: Seconds without news before lost workers and lost messages are looked for.
POLL_SECONDS = 2.0
#: Seconds without news before it is asked whether there are workers at all.
SILENCE_SECONDS = 10.0


def grade_all(
    paths: Sequence[Path],
    *,
    fresh: bool,
    tell: Callable[[str], None],
    require_sandbox: str = "",
) -> Iterator[tuple[Path, NotebookResult]]:
    """Grade notebooks on the workers; each result as soon as it is there.

    What has a kept result, here or in the results, is not asked for again, unless it was judged in
    a weaker sandbox than `require_sandbox`. `tell` is given sentences for the person who waits.
    Raises ServiceError.
    """
    settings = settings_from(os.environ)
    course, cache = load_course(), ResultCache(build_dir() / "results")
    with (
        Store(settings.results_url) as store,
        Broker(settings.broker_url, edition(course, cache)) as broker,
    ):
        try:
            store.listen()
            request = Request(
                course, cache, store, broker, tell, fresh=fresh, require_sandbox=require_sandbox
            )
            yield from request.run(paths)
        except psycopg2.Error as error:
            raise ServiceError(
                f"The results were lost: {str(error).strip()}\nStart PostgreSQL again, and run the "
                "same command: what was graded is kept."
            ) from None


class Request:
    """What is asked of the workers, and what has come back."""

    def __init__(
        self,
        course: Course,
        cache: ResultCache,
        store: Store,
        broker: Broker,
        tell: Callable[[str], None],
        *,
        fresh: bool,
        require_sandbox: str = "",
    ) -> None:
        self._required = require_sandbox
        self._course, self._cache, self._store, self._broker = course, cache, store, broker
        self._tell, self._fresh = tell, fresh
        self._id = uuid.uuid4().hex
        self._open: dict[str, Job] = {}
        self._judged: set[str] = set()  # by this request
        self._withheld: dict[str, ExerciseResult] = {}
        self._news = self._mended = time.monotonic()

    def run(self, paths: Sequence[Path]) -> Iterator[tuple[Path, NotebookResult]]:
        """Each notebook's result, as soon as all of its answers have theirs."""
        unread, waiting = deque(paths), dict[Path, set[str]]()
        while unread or waiting:
            while unread and len(self._open) < WINDOW:
                path = unread.popleft()
                waiting[path] = self._ask(path)
            for path in [one for one, keys in waiting.items() if not keys & self._open.keys()]:
                del waiting[path]
                yield path, grade_notebook(path, self._course, self)
            if self._open:
                self._collect()
        self._store.forget(self._id)

    def grade(self, exercise: Exercise, answer: str) -> ExerciseResult:
        """What there is of an answer that was asked for: grade_notebook takes it for a grader."""
        key = self._cache.key(exercise, answer)
        found = self._withheld.get(key) or self._cache.get(exercise, answer)
        return found or withheld(
            exercise, "The notebook or its kept result changed while it was graded: grade it again."
        )

    def _ask(self, path: Path) -> set[str]:
        """Send what nobody has graded of a notebook; the keys of all of its answers."""
        wanted = _Wanted(self._cache, Job(self._id, "", "", "", self._fresh, self._required))
        grade_notebook(path, self._course, wanted)
        new = {key: job for key, job in wanted.jobs.items() if not self._is_known(job)}
        self._open |= new
        found = {} if self._fresh else self._store.results(new)
        self._take(found)
        for key in new.keys() - found.keys():
            self._broker.send(new[key])
        return set(wanted.jobs)

    def _is_known(self, job: Job) -> bool:
        if job.key in self._judged or job.key in self._open:
            return True
        exercise = self._course.exercise(job.exercise)
        kept = None if self._fresh else self._cache.get(exercise, job.answer)
        return kept is not None and holds(kept.sandbox, self._required)

    def _collect(self) -> None:
        """Wait for news, and take in what there is."""
        came = self._store.wait(POLL_SECONDS)
        now = time.monotonic()
        # Before the results are read: what is open after that, with nothing on its way, is lost.
        mend = now - self._mended >= POLL_SECONDS
        idle = mend and self._broker.pending() == 0
        before = len(self._open)
        self._take(self._store.results(self._open, self._id if self._fresh else None))
        for key, (worker, text) in self._store.given_up(self._id).items():
            if key in self._open:
                self._give_up(self._open.pop(key), worker, text)
        if mend:
            lost = self._store.lost(self._open)
            for key in self._open if idle else lost:
                self._broker.send(self._open[key])
            self._mended = now
        if came or len(self._open) < before:
            self._news = now
        elif now - self._news >= SILENCE_SECONDS:
            self._ask_for_workers()
            self._news = time.monotonic()

    def _take(self, found: dict[str, str]) -> None:
        """Keep results where every command of this checkout finds them.

        What was judged in too weak a sandbox for this request is asked for again, fresh.
        """
        for key, text in found.items():
            job = self._open[key]
            exercise = self._course.exercise(job.exercise)
            try:
                result = read_result(text, exercise)
            except MessageError as error:
                self._withheld[key] = withheld(exercise, f"The kept result is none: {error}.")
            else:
                if not holds(result.sandbox, self._required):
                    self._ask_fresh(job)
                    continue
                self._cache.put(exercise, job.answer, result)
            del self._open[key]
            self._judged.add(key)

    def _ask_fresh(self, job: Job) -> None:
        if not job.fresh:
            self._open[job.key] = replace(job, fresh=True)
            self._broker.send(self._open[job.key])

    def _give_up(self, job: Job, worker: str, text: str | None) -> None:
        exercise = self._course.exercise(job.exercise)
        gone = f"{worker} ended in the middle of it, after {TRIES} tries. Grade it again."
        try:
            result = read_result(text, exercise) if text else withheld(exercise, gone)
        except MessageError as error:
            result = withheld(exercise, f"What {worker} says is no result: {error}.")
        self._withheld[job.key] = result
        self._judged.add(job.key)

    def _ask_for_workers(self) -> None:
        if not self._broker.workers():
            self._tell(
                f"No worker answers; {len(self._open)} answers wait. Start one, from the same "
                "version of the course: workbench worker"
            )


class _Wanted:
    """Takes down which answers a notebook holds; grade_notebook takes it for a grader."""

    def __init__(self, cache: ResultCache, job: Job) -> None:
        """job: what all of them have in common."""
        self._cache, self._job = cache, job
        self.jobs: dict[str, Job] = {}

    def grade(self, exercise: Exercise, answer: str) -> ExerciseResult:
        key = self._cache.key(exercise, answer)
        self.jobs[key] = replace(self._job, key=key, exercise=exercise.id, answer=answer)
        return withheld(exercise, "It is being graded.")
