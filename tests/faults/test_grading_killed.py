"""Grading itself is killed: run again, it goes on where it was, and nothing was left running."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import strike
from marks import Grade, Marks, marks

from workbench.bench.admin_connections import connect, execute
from workbench.bench.embedded import Embedded

STRUCK = Path(__file__).with_name("struck.py")


def run(fault: str, moment: int, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """`workbench ARGUMENTS` in a process of its own, with the environment of this one."""
    return subprocess.run(
        [sys.executable, str(STRUCK), fault, str(moment), *map(str, arguments)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("moment", strike.MOMENTS[1:])
def test_a_killed_grading_is_resumed(
    moment: int, submissions: list[Path], build: Path, own_bench: Path,
    grade: Grade, undisturbed: Marks,
) -> None:  # fmt: skip
    killed = run("kill_grading", moment, "grade", *submissions, "--json")
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, "")
    kept = set((build / "results").rglob("*.json"))
    with strike.strike(strike.nothing, 1) as again:
        results = grade()
    assert marks(results) == undisturbed
    assert kept < set((build / "results").rglob("*.json"))
    with strike.strike(strike.nothing, 0) as nothing:
        grade()
    assert (bool(again), bool(nothing)) == (True, False)
    with Embedded(own_bench / "bench").acquire() as lease, \
            closing(connect(lease.services.postgres_url)) as opened:  # fmt: skip
        tenants = execute(opened, r"SELECT rolname FROM pg_roles WHERE rolname ~ '^wb_'")
    assert tenants == []


def test_a_bench_that_stays_away_withholds_with_the_reason_and_exits_with_1(
    submissions: list[Path], own_bench: Path, grade: Grade, undisturbed: Marks
) -> None:
    done = run("destroy_bench", 9, "grade", *submissions, "--json")
    results = json.loads(done.stdout)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert {result["status"] for result in results} == {"withheld"}
    exercises = [one for result in results for one in result["exercises"]]
    withheld = [one for one in exercises if one["status"] == "withheld"]
    assert all("workbench doctor" in one["reason"] for one in withheld)
    assert "failed" not in {check["status"] for one in withheld for check in one["checks"]}
    strike.restore_bench()
    assert marks(grade()) == undisturbed
