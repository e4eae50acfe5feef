"""One worker's work, with a scripted engine over a real PostgreSQL: one mark for each answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
from waiting import wait_until

from workbench.bench.provider import BenchError
from workbench.course import Course, Exercise
from workbench.grading.cache import ResultCache
from workbench.grading.distributed import worker as workers
from workbench.grading.distributed.job import Job, read_result
from workbench.grading.distributed.settings import ServiceError, Settings
from workbench.grading.distributed.store import TRIES, Store
from workbench.grading.distributed.worker import Worker
from workbench.grading.result import CheckResult, ExerciseResult
from workbench.grading.withholding import withheld

FIRST, SECOND = "1" * 32, "2" * 32


class Engine:
    """Gives every check the next status of its list, the last one for ever."""

    def __init__(self, *statuses: str) -> None:
        self.statuses = list(statuses)
        self.graded = 0

    def grade(self, exercise: Exercise, answer: str) -> ExerciseResult:
        self.graded += 1
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if status == "error":
            return withheld(exercise, f"the database died {self.graded} times")
        checks = tuple(
            CheckResult(check.id, check.title, check.points, check.hidden, status, answer)  # type: ignore[arg-type]
            for check in withheld(exercise, "").checks
        )
        return ExerciseResult(exercise.id, "graded", checks)


class Bench:
    """A worker with its engine, and what it sends back to the queue."""

    def __init__(self, name: str, settings: Settings, folder: Path, engine: Engine) -> None:
        self.engine, self.opened, self.sent = engine, 0, list[Job]()
        self.required: list[str] = []
        cache = ResultCache(folder)
        self.worker = Worker(
            name, cache, lambda: Store(settings.results_url), self.open, self.sent.append
        )

    @contextmanager
    def open(self, *, require_sandbox: str) -> Iterator[Engine]:
        self.opened += 1
        self.required.append(require_sandbox)
        yield self.engine


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PAUSES", (0.0, 0.0))


@pytest.fixture
def exercise(course: Course) -> Exercise:
    return course.exercise("catalog.listing")


@pytest.fixture
def job(exercise: Exercise, tmp_path: Path) -> Job:
    answer = "print('\0')"
    return Job(FIRST, ResultCache(tmp_path).key(exercise, answer), exercise.id, answer)


@pytest.fixture
def make(settings: Settings, tmp_path: Path) -> Iterator[object]:
    made: list[Bench] = []

    def one(name: str, *statuses: str) -> Bench:
        made.append(Bench(name, settings, tmp_path, Engine(*statuses)))
        return made[-1]

    yield one
    for bench in made:
        bench.worker.close()


def test_a_job_that_is_delivered_again_is_not_graded_again(
    make, store: Store, job: Job, exercise: Exercise
) -> None:
    one, two = make("one", "passed"), make("two", "failed")
    for bench in (one, two, one):
        bench.worker.work(job)
    assert (one.engine.graded, two.engine.graded) == (1, 0)
    (text,) = store.results([job.key]).values()
    result = read_result(text, exercise)
    assert result.score == result.max_score
    assert result.checks[0].message == job.answer
    assert store.given_up(FIRST) == {}


def test_a_job_that_another_is_at_is_left_to_them(make, store: Store, job: Job) -> None:
    bench = make("one", "passed")
    with store.claim(job.key) as mine:
        assert mine
        bench.worker.work(job)
    assert bench.engine.graded == 0
    assert store.results([job.key]) == {}


def test_two_results_of_one_key_leave_the_first(make, store: Store, job: Job) -> None:
    numbers = [store.begin(job, "one"), store.begin(job, "two")]
    store.keep(job, numbers[0], "one", "first")
    store.keep(job, numbers[1], "two", "second")
    assert store.results([job.key]) == {job.key: "first"}


def test_a_withheld_grade_is_tried_elsewhere(make, store: Store, job: Job) -> None:
    sick, well = make("sick", "error"), make("well", "passed")
    sick.worker.work(job)
    assert sick.sent == [job]
    assert store.results([job.key]) == {}
    well.worker.work(sick.sent[0])
    assert well.sent == []
    assert list(store.results([job.key])) == [job.key]


def test_a_withheld_grade_opens_the_engine_anew(make, job: Job) -> None:
    bench = make("one", "error", "passed")
    bench.worker.work(job)
    bench.worker.work(job)
    assert (bench.opened, bench.engine.graded) == (2, 2)


def test_a_job_is_judged_by_an_engine_with_its_requirement(make, job: Job) -> None:
    bench = make("one", "passed")
    for number, required in enumerate(("", "linux", "linux", "")):
        asked = dataclasses.replace(
            job, request=str(number) * 32, fresh=True, require_sandbox=required
        )
        bench.worker.work(asked)
    assert bench.engine.graded == 4
    assert bench.required == ["", "linux", ""]


def test_a_grade_is_withheld_with_its_reason_after_all_tries(
    make, store: Store, job: Job, exercise: Exercise
) -> None:
    bench = make("one", "error")
    bench.worker.work(job)
    sent = 0
    while len(bench.sent) > sent:
        sent = len(bench.sent)
        bench.worker.work(job)
    assert bench.engine.graded == TRIES
    bench.worker.work(job)  # a late delivery
    assert bench.engine.graded == TRIES
    ((key, (worker, text)),) = store.given_up(FIRST).items()
    assert (key, worker) == (job.key, "one")
    assert text is not None
    assert read_result(text, exercise).reason == f"the database died {TRIES} times"
    # Another request starts anew.
    bench.worker.work(dataclasses.replace(job, request=SECOND))
    assert bench.engine.graded == TRIES + 1


def test_a_fresh_request_replaces_the_result_once(
    make, store: Store, job: Job, exercise: Exercise
) -> None:
    one = make("one", "passed", "failed", "passed")
    one.worker.work(job)
    again = dataclasses.replace(job, request=SECOND, fresh=True)
    for _ in range(3):
        one.worker.work(again)
    assert one.engine.graded == 2
    assert store.results([job.key], FIRST) == {}
    assert read_result(store.results([job.key], SECOND)[job.key], exercise).score == 0


def test_a_worker_without_a_bench_says_so_and_gives_the_job_back(
    make, settings: Settings, store: Store, job: Job, tmp_path: Path, exercise: Exercise
) -> None:
    sent: list[Job] = []

    @contextmanager
    def nothing(*, require_sandbox: str) -> Iterator[Engine]:
        raise BenchError("PostgreSQL is not there.")
        yield

    with Worker(
        "poor", ResultCache(tmp_path), lambda: Store(settings.results_url), nothing, sent.append
    ) as worker:
        for _ in range(TRIES):
            worker.work(job)
    assert len(sent) == TRIES - 1
    (_, text) = store.given_up(FIRST)[job.key]
    assert text is not None
    assert read_result(text, exercise).reason == "poor has no bench: PostgreSQL is not there."


def test_a_course_that_changed_under_a_worker_gives_no_mark(make, store: Store, job: Job) -> None:
    bench = make("old", "passed")
    bench.worker.work(dataclasses.replace(job, key="f" * 64))
    assert bench.engine.graded == 0
    assert store.results(["f" * 64]) == {}


def test_a_worker_that_is_gone_is_known_by_its_free_claim(
    settings: Settings, store: Store, job: Job
) -> None:
    with Store(settings.results_url) as gone:
        claim = gone.claim(job.key)
        assert claim.__enter__()
        gone.begin(job, "gone")
        assert store.lost([job.key]) == set()  # still at it
    # The server frees a closed connection's lock in its own time.
    wait_until(lambda: store.lost([job.key]) == {job.key})
    assert store.lost([job.key]) == set()  # told once


def test_lost_tries_count_too(make, store: Store, job: Job) -> None:
    bench = make("one", "passed")
    for _ in range(TRIES):
        store.begin(job, "killer")
        assert store.lost([job.key]) == {job.key}
    bench.worker.work(job)
    assert bench.engine.graded == 0
    assert store.given_up(FIRST) == {job.key: ("killer", None)}
    store.forget(FIRST)
    assert store.given_up(FIRST) == {}


def test_a_worker_connects_anew_after_the_results_were_away(
    make, settings: Settings, store: Store, job: Job
) -> None:
    bench = make("one", "passed")
    bench.worker.work(job)
    with psycopg2.connect(settings.results_url) as admin, admin.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
            " current_database() AND pid NOT IN (pg_backend_pid(), %s)",
            (store._opened.info.backend_pid,),
        )
    admin.close()
    other = dataclasses.replace(job, request=SECOND, fresh=True)
    with pytest.raises((psycopg2.Error, ServiceError)):
        bench.worker.work(other)
    bench.worker.work(other)
    assert list(store.results([job.key], SECOND)) == [job.key]


def test_nobody_else_enters_the_database_of_the_results(settings: Settings, store: Store) -> None:
    with psycopg2.connect(settings.results_url) as admin, admin.cursor() as cursor:
        cursor.execute("CREATE ROLE nosy")
        cursor.execute("SELECT has_database_privilege('nosy', current_database(), 'CONNECT')")
        assert cursor.fetchone() == (False,)
        cursor.execute("DROP ROLE nosy")
    admin.close()
