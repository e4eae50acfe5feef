"""Real workers over real services: the local pool's marks, whatever happens to the workers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest
from waiting import wait_until

from workbench.bench.admin_connections import connect, execute
from workbench.bench.provider import Services
from workbench.course import Course
from workbench.grading.cache import ResultCache
from workbench.grading.distributed.broker import TASK, VISIBILITY_SECONDS, Broker
from workbench.grading.distributed.job import Job, edition
from workbench.grading.distributed.settings import Settings
from workbench.grading.distributed.worker import PAUSES
from workbench.grading.engine import TOTAL_SECONDS
from workbench.grading.pool import grade_all
from workbench.paths import root

SOLUTION = root() / "solutions/week01_catalog/1_resource_design.ipynb"
LAB = root() / "labs/week01_catalog/1_resource_design.ipynb"

#: Seconds that a busy machine may take for what is waited for.
PATIENCE = 200.0
pytestmark = pytest.mark.timeout(900)

#: An advisory lock that the test holds. pg_locks shows it to every database of the server.
LOCK = (0x7E57, 1)

#: Right, once the test lets go of its lock.
WAITS = f"""
import os as _os

import psycopg2 as _psycopg2

with _psycopg2.connect(_os.environ["DATABASE_URL"]) as _opened, _opened.cursor() as _cursor:
    _held = True
    while _held:
        _cursor.execute(
            "SELECT pg_sleep(0.05) FROM pg_locks WHERE locktype = 'advisory'"
            " AND classid = {LOCK[0]} AND objid = {LOCK[1]}"
        )
        _held = _cursor.fetchone()
_opened.close()
"""

Verdicts = dict[str, list[tuple[str, str, str, int]]]


class Workers:
    """Worker processes, and the command that asks them."""

    def __init__(self, environ: dict[str, str], folder: Path) -> None:
        self._environ, self._folder = environ, folder
        self._started: list[subprocess.Popen[Any]] = []

    def start(self, jobs: int = 1) -> subprocess.Popen[Any]:
        """A worker that takes answers. Its log is worker.log, for when a test fails."""
        with (self._folder / "worker.log").open("ab") as log:
            return self._popen("worker", "--jobs", str(jobs), stdout=log, stderr=log)

    def ask(self, *arguments: str | Path, **changes: str) -> subprocess.Popen[str]:
        """`workbench grade --engine celery --json`, at work."""
        command = ("grade", "--engine", "celery", "--json", *map(str, arguments))
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return self._popen(*command, **pipes, text=True, env=self._environ | changes)

    def grade(self, *arguments: str | Path, **changes: str) -> Verdicts:
        """The verdicts of the same, by learner."""
        return finished(self.ask(*arguments, **changes))

    def close(self) -> None:
        for process in self._started:
            kill_tree(process.pid)
            process.wait()

    def _popen(self, *arguments: str, **options: Any) -> subprocess.Popen[Any]:
        given: dict[str, Any] = {"env": self._environ, "cwd": self._folder} | options
        command = [sys.executable, "-m", "workbench.cli", *arguments]
        self._started.append(subprocess.Popen(command, **given))
        return self._started[-1]


def finished(asked: subprocess.Popen[str]) -> Verdicts:
    stdout, stderr = asked.communicate(timeout=PATIENCE)
    assert asked.returncode == 0, stderr
    return verdicts(json.loads(stdout))


def verdicts(results: list[dict[str, Any]]) -> Verdicts:
    """What a result says, without times and the names that a run makes up."""
    return {
        result["learner"]: [
            (exercise["id"], check["id"], check["status"], check["points"])
            for exercise in result["exercises"]
            for check in exercise["checks"]
        ]
        for result in results
    }


def kill_tree(pid: int) -> None:
    """SIGKILL to a process and all below it, as when their machine is switched off."""
    try:
        process = psutil.Process(pid)
        tree = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for one in tree:
        one.suspend()
    for one in tree:
        one.kill()


def kill_grading_process(pid: int) -> None:
    """SIGKILL to the process in which a worker grades: the worker itself goes on."""
    for child in psutil.Process(pid).children():
        if "worker" in child.cmdline():
            child.kill()


@pytest.fixture
def workers(environ: dict[str, str], tmp_path: Path) -> Iterator[Workers]:
    made = Workers(environ, tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four learners: the right answers, the starters, and one whose listing can be made to wait."""
    folder = tmp_path_factory.mktemp("class") / "submitted"
    for learner, source, more in (
        ("anna", SOLUTION, ""),
        ("ben", LAB, ""),
        ("cleo", SOLUTION, "\n# mine\n"),
        ("waits", SOLUTION, WAITS),
    ):
        notebook = json.loads(source.read_text())
        for cell in notebook["cells"]:
            mark = cell["metadata"].get("workbench", {})
            if (mark.get("role"), mark.get("exercise")) == ("answer", "catalog.listing"):
                cell["source"] = "".join(cell["source"]) + more
        file = folder / f"{learner}/week01_catalog/1_resource_design.ipynb"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(notebook))
    return folder


@pytest.fixture(scope="module")
def pool(submitted: Path, services: Services, tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    """What the local pool says of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_BUILD", str(tmp_path_factory.mktemp("build")))
        patch.setenv("DATABASE_URL", services.postgres_url)
        patch.setenv("REDIS_URL", services.redis_url)
        graded = grade_all(sorted(submitted.rglob("*.ipynb")), jobs=1, fresh=True)
        return verdicts([result.as_json() for _, result in graded])


def rows(settings: Settings) -> list[tuple[str, str]]:
    """Every kept result: its key, and the worker."""
    with closing(connect(settings.results_url)) as opened:
        found = execute(opened, "SELECT key, worker FROM workbench.results ORDER BY key")
    return [(key, worker) for key, worker in found]


@pytest.mark.parametrize("kill", [kill_tree, kill_grading_process])
def test_a_worker_that_is_killed_in_the_middle_costs_nothing(
    workers: Workers,
    submitted: Path,
    pool: Verdicts,
    settings: Settings,
    services: Services,
    kill: Callable[[int], None],
) -> None:
    both = [workers.start(), workers.start()]
    with closing(connect(services.postgres_url)) as admin:
        execute(admin, "SELECT pg_advisory_lock(%s, %s)", LOCK)
        asked = workers.ask(submitted)
        wait_until(lambda: answer_waits(admin), PATIENCE)
        pid = busy_with(settings, waiting_key(submitted))
        assert pid in [one.pid for one in both]
        kill(pid)
    # Closed, so the lock is free.
    assert finished(asked) == pool
    keys = [key for key, _ in rows(settings)]
    # Two versions of models and schemas, and four of the listing.
    assert len(keys) == len(set(keys)) == 2 + 2 + 4
    with closing(connect(settings.results_url)) as opened:
        assert execute(opened, "SELECT * FROM workbench.tries") == []


def answer_waits(admin: Any) -> bool:
    """Whether an answer's own session is looking at the test's lock."""
    looking = "SELECT 1 FROM pg_stat_activity WHERE usename LIKE %s AND query LIKE %s"
    return bool(execute(admin, looking, ("wb\\_%", f"%objid = {LOCK[1]}%")))


def waiting_key(submitted: Path) -> str:
    """The key of the answer that can be made to wait."""
    from workbench.course import load_course
    from workbench.grading.answers import read_answer
    from workbench.grading.submission import read_submission

    (file,) = (submitted / "waits").rglob("*.ipynb")
    exercise = load_course().exercise("catalog.listing")
    answer = read_answer(read_submission(file), exercise.id)
    return ResultCache(submitted).key(exercise, answer.text)


def busy_with(settings: Settings, key: str) -> int:
    """The process id of the worker that grades this answer: workbench-<pid>@<host>."""
    with closing(connect(settings.results_url)) as opened:
        ((worker,),) = execute(
            opened,
            "SELECT worker FROM workbench.tries WHERE key = %s AND outcome IS NULL",
            (key,),
        )
    return int(worker.partition("@")[0].rpartition("-")[2])


def test_an_interrupted_command_is_taken_up_and_costs_nothing_twice(
    workers: Workers,
    submitted: Path,
    pool: Verdicts,
    settings: Settings,
    course: Course,
    tmp_path: Path,
) -> None:
    asked = workers.ask(submitted)
    queue = edition(course, ResultCache(tmp_path))
    with Broker(settings.broker_url, queue) as broker:
        wait_until(lambda: broker.pending() == 8, PATIENCE)
        asked.send_signal(signal.SIGINT)
        _, stderr = asked.communicate(timeout=PATIENCE)
        assert asked.returncode == 130
        assert "what was finished is kept" in stderr
        worker = workers.start(jobs=2)
        assert workers.grade(submitted) == pool
        # The messages of both commands are used up, and gave one result each.
        wait_until(lambda: broker.pending() == 0, PATIENCE)
    assert len(rows(settings)) == 8
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=PATIENCE) == 0
    # Nobody grades any more: here, and in a checkout that has no kept results yet.
    assert workers.grade(submitted) == pool
    assert workers.grade(submitted, WORKBENCH_BUILD=str(tmp_path / "new")) == pool


def test_duplicate_and_foreign_messages_give_one_mark_each(
    workers: Workers, settings: Settings, course: Course, tmp_path: Path
) -> None:
    cache = ResultCache(tmp_path)
    exercise = course.exercise("catalog.models")
    texts = [exercise.part, exercise.starter, "print('\0')", "def broken(:"]
    jobs = [Job("1" * 32, cache.key(exercise, text), exercise.id, text) for text in texts]
    with Broker(settings.broker_url, edition(course, cache)) as broker:
        for job in jobs * 3:
            broker.send(job)
            broker.app.send_task(TASK, ({"version": 99},), queue=broker.queue)
        workers.start()
        workers.start()
        wait_until(lambda: broker.pending() == 0, PATIENCE)
    assert [key for key, _ in rows(settings)] == sorted(job.key for job in jobs)


def test_what_was_judged_in_a_weaker_sandbox_is_judged_again(
    workers: Workers, settings: Settings, tmp_path: Path
) -> None:
    workers.start(jobs=2)
    first = workers.grade(LAB)
    with closing(connect(settings.results_url)) as opened:
        weaker = "UPDATE workbench.results SET result = (result::jsonb || %s)::text"
        execute(opened, weaker, ('{"sandbox": "limits"}',))
        before = execute(opened, "SELECT key, request FROM workbench.results ORDER BY key")
        elsewhere = {"WORKBENCH_BUILD": str(tmp_path / "new")}
        assert workers.grade("--require-sandbox", "linux", LAB, **elsewhere) == first
        after = execute(
            opened, "SELECT key, request, result::jsonb ->> 'sandbox' FROM workbench.results"
            " ORDER BY key"
        )  # fmt: skip
    assert [key for key, *_ in after] == [key for key, _ in before]
    assert {sandbox for _, _, sandbox in after} == {"linux"}
    assert not {request for _, request in before} & {request for _, request, _ in after}


def test_lost_messages_are_sent_again(
    workers: Workers, submitted: Path, pool: Verdicts, settings: Settings, tmp_path: Path
) -> None:
    from redis import Redis

    asked = workers.ask(submitted)
    queue = f"workbench.{edition_here(tmp_path)}"
    with Redis.from_url(settings.broker_url) as redis:
        wait_until(lambda: redis.llen(queue) == 8, PATIENCE)
        redis.flushdb()  # as when the server starts anew
    workers.start(jobs=2)
    assert finished(asked) == pool


def edition_here(folder: Path) -> str:
    from workbench.course import load_course

    return edition(load_course(), ResultCache(folder))


def test_a_lost_worker_is_not_taken_for_a_slow_one() -> None:
    assert 2 * (TOTAL_SECONDS + sum(PAUSES)) < VISIBILITY_SECONDS


@pytest.mark.parametrize(
    ("command", "changes", "said"),
    [
        (["worker"], {"WORKBENCH_BROKER_URL": ""}, "Set WORKBENCH_BROKER_URL, as redis://"),
        (["worker"], {"WORKBENCH_BROKER_URL": "redis://:pw@127.0.0.1:1/0"}, "redis://:***@127.0"),
        (["worker"], {"WORKBENCH_RESULTS_URL": "postgresql://me:pw@127.0.0.1:1/x"}, "Start the se"),
        (["worker"], {"DATABASE_URL": "postgresql://127.0.0.1:1/x"}, "correct DATABASE_URL"),
        (["worker", "--jobs", "0"], {}, "--jobs takes a number from 1"),
        (["grade", "--engine", "celery", "."], {"WORKBENCH_RESULTS_URL": ""}, "docs/classroom.md"),
        (["grade", "--engine", "celery", "--jobs", "2", "."], {}, "--jobs goes with the pool"),
    ],
)
def test_what_is_missing_is_said_with_the_next_step(
    environ: dict[str, str], tmp_path: Path, command: list[str], changes: dict[str, str], said: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "workbench.cli", *command],
        env=environ | changes, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode in (1, 2)
    assert done.stderr.startswith("workbench: ")
    assert said in done.stderr
    assert "pw" not in done.stderr
    assert os.linesep in done.stderr
