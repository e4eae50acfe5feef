"""Grading with several processes: the same marks, also when a worker is killed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from waiting import wait_until

from workbench.bench.provider import Services
from workbench.grading import pool
from workbench.grading.pool import grade_all
from workbench.paths import root

SOLUTION = root() / "solutions/week01_catalog/1_resource_design.ipynb"
LAB = root() / "labs/week01_catalog/1_resource_design.ipynb"

#: Until workers have started, and the first answer is judged.
START_SECONDS = 120.0


@pytest.fixture
def folder(tmp_path: Path, services: Services, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Submissions of four learners, on the test run's bench and with an empty result cache."""
    monkeypatch.setenv("WORKBENCH_BUILD", str(tmp_path / "build"))
    monkeypatch.setenv("DATABASE_URL", services.postgres_url)
    monkeypatch.setenv("REDIS_URL", services.redis_url)
    for number in range(4):
        file = tmp_path / f"submitted/learner{number}/week01_catalog/1_resource_design.ipynb"
        file.parent.mkdir(parents=True)
        shutil.copyfile(LAB if number % 2 else SOLUTION, file)
    return tmp_path / "submitted"


def marks(folder: Path, jobs: int, *, fresh: bool = True) -> dict[str, int]:
    paths = sorted(folder.rglob("*.ipynb"))
    results = [result for _, result in grade_all(paths, jobs=jobs, fresh=fresh)]
    assert {result.status for result in results} == {"graded"}
    return {result.learner: result.score for result in results}


def test_two_processes_give_the_marks_of_one(folder: Path) -> None:
    assert marks(folder, 2) == marks(folder, 1)


def test_a_killed_worker_costs_nothing(folder: Path) -> None:
    wanted = marks(folder, 1)
    paths = sorted(folder.rglob("*.ipynb"))
    found = {}
    for path, result in grade_all(paths, jobs=2, fresh=True):
        found[result.learner] = result.score
        if len(found) == 1:
            workers = list(filter(_is_worker, psutil.Process().children()))
            os.kill(workers[0].pid, signal.SIGKILL)
        assert path in paths
    assert found == wanted


def test_workers_end_with_a_killed_grading(folder: Path) -> None:
    command = [sys.executable, "-m", "workbench.cli", "grade", "--jobs", "2", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as grading:
        started: list[psutil.Process] = []
        # A system is a copy of the zygote: then a worker is in the middle of a check.
        while sum(map(_is_zygote, started)) < 2:
            assert grading.poll() is None, "It ended before it could be killed."
            started = psutil.Process(grading.pid).children(recursive=True)
        grading.kill()
    _, alive = psutil.wait_procs(started, timeout=60)
    assert alive == []


def interrupted(grading: subprocess.Popen[str], every: float) -> str:
    """Send Ctrl-C until it ends, as all of a terminal's processes get it from somebody impatient:
    what it has said on stderr. every: seconds."""
    assert grading.poll() is None, "It ended before it could be interrupted."
    while grading.poll() is None:
        os.killpg(grading.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            grading.wait(every)
    return grading.communicate()[1]


def test_ctrl_c_ends_it_and_keeps_no_wrong_mark(folder: Path) -> None:
    right = folder / "right"
    for number in range(10):
        file = right / f"{number}.ipynb"
        file.parent.mkdir(exist_ok=True)
        notebook = json.loads(SOLUTION.read_text())
        for cell in notebook["cells"]:
            if cell["metadata"].get("workbench", {}).get("role") == "answer":
                cell["source"] = "".join(cell["source"]) + f"\n# {number}\n"
        file.write_text(json.dumps(notebook))
    kept = folder.parent / "build/results"
    command = [sys.executable, "-m", "workbench.cli", "grade", "--jobs", "2", str(right)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as grading:
        wait_until(lambda: any(kept.rglob("*.json")) or grading.poll() is not None, START_SECONDS)
        err = interrupted(grading, every=0.5)
    assert (grading.returncode, err) == (
        130, "workbench: interrupted; what was finished is kept.\n"
    )  # fmt: skip
    judged = [json.loads(file.read_text()) for file in kept.rglob("*.json")]
    assert 0 < len(judged) < 20
    assert {check["status"] for one in judged for check in one["checks"]} == {"passed"}


def test_ctrl_c_while_it_starts_is_said_in_a_sentence(folder: Path) -> None:
    command = [sys.executable, "-m", "workbench.cli", "grade", "--jobs", "2", str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as grading:
        wait_until(
            lambda: (
                any(map(_is_worker, psutil.Process(grading.pid).children()))
                or grading.poll() is not None
            ),
            START_SECONDS,
        )
        err = interrupted(grading, every=0.1)
    assert (grading.returncode, err) == (
        130, "workbench: interrupted; what was finished is kept.\n"
    )  # fmt: skip


def test_a_killed_zygote_costs_nothing(folder: Path) -> None:
    wanted = marks(folder, 1)
    others = set(_zygotes())
    found = {}
    for _, result in grade_all(sorted(folder.rglob("*.ipynb")), jobs=2, fresh=True):
        assert result.status == "graded", result.reason
        found[result.learner] = result.score
        if len(found) == 1:
            (shared,) = set(_zygotes()) - others
            os.kill(shared, signal.SIGKILL)
    assert found == wanted


def _zygotes() -> list[int]:
    return [one.pid for one in psutil.Process().children() if _is_zygote(one)]


def _is_zygote(process: psutil.Process) -> bool:
    return _runs(process, "running.zygote")


def _is_worker(process: psutil.Process) -> bool:
    return _runs(process, "spawn_main")


def _runs(process: psutil.Process, name: str) -> bool:
    try:
        return name in " ".join(process.cmdline())
    except psutil.Error:  # it has ended meanwhile
        return False


def test_workers_that_always_end_are_given_up_in_a_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "open_worker", os._exit)
    with pytest.raises(pool.WorkersLost, match="Run the same command again"):
        list(grade_all([LAB], jobs=2, fresh=True))


def test_fresh_ignores_what_was_kept_and_plain_takes_it(folder: Path) -> None:
    first = marks(folder, 1)
    kept = sorted((folder.parent / "build").rglob("*.json"))
    assert kept
    for file in kept:
        data = json.loads(file.read_text())
        file.write_text(json.dumps(data | {"checks": []}))
    assert set(marks(folder, 1, fresh=False).values()) == {0}
    assert marks(folder, 1) == first
