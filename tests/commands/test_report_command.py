"""`workbench report` as an instructor calls it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.bench.provider import Services
from workbench.paths import root

Run = Callable[..., "subprocess.CompletedProcess[str]"]

NAME = "week01_catalog/1_resource_design.ipynb"


@pytest.fixture
def run(services: Services, tmp_path: Path) -> Run:
    environ = os.environ | {
        "WORKBENCH_WORK": str(tmp_path / "work"),
        "WORKBENCH_BUILD": str(tmp_path / "build"),
        "DATABASE_URL": services.postgres_url,
        "REDIS_URL": services.redis_url,
    }

    def command(*arguments: str | Path, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "workbench.cli", "report", *map(str, arguments)],
            env=environ | changes, cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return command


def test_a_class_from_nbgraders_folder(run: Run, tmp_path: Path) -> None:
    submitted = tmp_path / "build/nbgrader/submitted"
    for learner, source in (("Zoë", "solutions"), ("Ben", "solutions"), ("Ida", "labs")):
        (submitted / learner / NAME).parent.mkdir(parents=True)
        shutil.copyfile(root() / source / NAME, submitted / learner / NAME)
    (submitted / "Ole" / NAME).parent.mkdir(parents=True)
    (submitted / "Ole" / NAME).write_text("{")

    done = run("week01_catalog")
    assert done.returncode == 0, done.stderr
    file = Path(done.stdout.strip())
    assert file == tmp_path / "build/report-week01_catalog.html"
    assert "Zoë" in file.read_text(encoding="utf-8")

    # What was judged is kept: without a bench the numbers are there.
    done = run("week01_catalog", "--json", DATABASE_URL="postgresql://127.0.0.1:1/none")
    report = json.loads(done.stdout)
    by_name = {one["learner"]: one for one in report["learners"]}
    assert by_name["Zoë"]["score"] == by_name["Ben"]["score"] == report["max_score"] > 0
    assert by_name["Ida"]["score"] < report["max_score"]
    assert by_name["Ole"]["status"] == "rejected"
    assert {check["failed"][0] for check in report["checks"] if check["failed"]} == {"Ida"}
    pairs = {(one["learner"], one["other"]) for one in report["alike"]}
    assert pairs == {("Ben", ""), ("Zoë", ""), ("Zoë", "Ben")}


def test_a_report_says_and_demands_the_sandbox(run: Run, tmp_path: Path) -> None:
    notebook = root() / "labs" / NAME
    assert run(notebook).returncode == 0
    for file in (tmp_path / "build/results").rglob("*.json"):
        file.write_text(json.dumps(json.loads(file.read_text()) | {"sandbox": "limits"}))
    nowhere = {"DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    weak = run(notebook, "--json", **nowhere)
    assert "judged at the sandbox level `limits`" in weak.stderr
    demanded = run(notebook, "--json", "--require-sandbox", "linux", **nowhere)
    # What was kept is not enough, so it needs the bench.
    assert {one["status"] for one in json.loads(demanded.stdout)["learners"]} == {"withheld"}
    assert run(notebook, WORKBENCH_REQUIRE_SANDBOX="strong").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["week01_catalog"], 1, "There are no submissions to week01_catalog: collect them first"),
        (["week99_nothing"], 1, "There is no lab 'week99_nothing'. The labs are:"),
        (["week99/nothing"], 1, "There is no file or folder week99/nothing."),
        (["week01_catalog", "--to", "."], 2, "--to takes a file"),
        (["week01_catalog", "--alike", "7"], 2, "--alike one above 0"),
    ],
)
def test_bad_calls_name_the_next_step(run: Run, arguments: list[str], code: int, said: str) -> None:
    done = run(*arguments)
    assert done.returncode == code
    assert said in done.stderr


def test_notebooks_of_no_lab_are_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.ipynb").write_text("{}")
    done = run(tmp_path / "x.ipynb")
    assert done.returncode == 1
    assert "None of these notebooks belongs to a lab" in done.stderr


@pytest.fixture
def unread(tmp_path: Path) -> Path:
    """Two learners' notebooks in folders of their own, which need no judging."""
    for learner in ("ada", "bob"):
        (tmp_path / "plain" / learner).mkdir(parents=True)
        notebook = json.loads((root() / "labs" / NAME).read_text()) | {"cells": []}
        (tmp_path / "plain" / learner / Path(NAME).name).write_text(json.dumps(notebook))
    return tmp_path / "plain"


def test_learners_are_told_by_their_folders(run: Run, unread: Path) -> None:
    (unread / "Eve's own.ipynb").write_text((unread / "ada" / Path(NAME).name).read_text())
    report = json.loads(run("--json", unread).stdout)
    assert [one["learner"] for one in report["learners"]] == ["ada", "bob", "Eve's own"]
    assert len(json.loads(run("--json", unread / "ada").stdout)["learners"]) == 1


@pytest.mark.parametrize("to", ["/dev/full", "/proc/x/y.html", None])
def test_a_page_that_cannot_be_written_is_said(run: Run, unread: Path, to: str | None) -> None:
    done = run(unread, "--to", to) if to else run(unread, WORKBENCH_BUILD="/dev/null")
    assert done.returncode == 1
    assert "workbench: The page cannot be written: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_lab_without_submissions_among_others_is_said(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "build/nbgrader/submitted/ada" / NAME
    file.parent.mkdir(parents=True)
    file.write_text("{")
    done = run("week01_catalog", "week02_graphql", WORKBENCH_GRADERS="")
    assert done.returncode == 1
    assert "There are no submissions to week02_graphql" in done.stderr


def test_notebooks_of_two_labs_are_said_before_any_is_graded(run: Run, tmp_path: Path) -> None:
    done = run(root() / "labs", WORKBENCH_GRADERS="")
    assert done.returncode == 1
    assert "A report is about one lab, and these notebooks belong to week01_catalog" in done.stderr
    assert not list((tmp_path / "build").rglob("*.json"))
