"""The commands as people and outside checks call them."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from workbench.bench.provider import Services
from workbench.cli import COMMANDS
from workbench.commands.learners import copy_labs
from workbench.course import load_course
from workbench.paths import root
from workbench.running.sandbox.level import NAMES

Run = Callable[..., "subprocess.CompletedProcess[str]"]

LAB = root() / "labs/week01_catalog/1_resource_design.ipynb"
SOLUTION = root() / "solutions/week01_catalog/1_resource_design.ipynb"


@pytest.mark.parametrize("module", COMMANDS)
def test_the_list_of_commands_is_that_of_their_modules(module: str) -> None:
    parsers = argparse.ArgumentParser().add_subparsers()
    import_module(module).add_parsers(parsers)
    assert tuple(parsers.choices) == COMMANDS[module]


@pytest.fixture
def run(services: Services, tmp_path: Path) -> Run:
    """Run `workbench` with a work and a build folder of its own, on the test run's bench."""
    environ = os.environ | {
        "WORKBENCH_WORK": str(tmp_path / "work"),
        "WORKBENCH_BUILD": str(tmp_path / "build"),
        "DATABASE_URL": services.postgres_url,
        "REDIS_URL": services.redis_url,
    }

    def command(*arguments: str | Path, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "workbench.cli", *map(str, arguments)],
            env=environ | changes, cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return command


def edited(source: Path, target: Path, exercise: str, change: Callable[[str], str]) -> Path:
    """A copy of a notebook in which one answer cell's source is changed."""
    notebook = json.loads(source.read_text())
    for cell in notebook["cells"]:
        mark = cell["metadata"].get("workbench", {})
        if mark.get("role") == "answer" and mark["exercise"] == exercise:
            cell["source"] = change("".join(cell["source"]))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(notebook))
    return target


def test_grade_prints_the_contract(run: Run, tmp_path: Path) -> None:
    half = edited(
        SOLUTION,
        tmp_path / "submitted/anna/week01_catalog/1_resource_design.ipynb",
        "catalog.listing",
        lambda text: text.replace('query["max_price"] is not None', 'query["max_price"]'),
    )
    done = run("grade", half, LAB, "--json")
    half_result, lab_result = json.loads(done.stdout)
    assert done.returncode == 0
    wanted = {"version", "notebook", "lab", "learner", "status", "score", "max_score",
              "exercises", "reason"}  # fmt: skip
    assert wanted <= set(half_result)
    assert half_result["version"] == 1
    assert half_result["learner"] == "anna"
    assert half_result["lab"] == "week01_catalog"
    failed = {
        check["id"]: check["message"]
        for exercise in half_result["exercises"]
        for check in exercise["checks"]
        if check["status"] != "passed"
    }
    assert set(failed) == {"takes_zero_for_a_bound"}
    assert "max_price=0" in failed["takes_zero_for_a_bound"]
    assert half_result["score"] == half_result["max_score"] - 2
    assert lab_result["status"] == "graded"
    assert 0 <= lab_result["score"] < lab_result["max_score"]


def test_grading_again_takes_the_kept_result(run: Run) -> None:
    first = json.loads(run("grade", SOLUTION, "--json").stdout)
    # Without a bench only what is kept can be told.
    again = run("grade", SOLUTION, "--json", DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert json.loads(again.stdout) == first
    assert first[0]["score"] == first[0]["max_score"]


def test_a_regrade_tells_what_changed_and_why(run: Run, tmp_path: Path) -> None:
    first = run("grade", LAB)
    assert "Changed since" not in first.stdout
    (kept,) = (tmp_path / "build" / "last").glob("*.json")
    data = json.loads(kept.read_text())
    check = next(one for one in data["exercises"][0]["checks"] if one["status"] == "failed")
    check["status"] = "passed"
    data["exercises"][0]["basis"]["checks"] = "others"
    kept.write_text(json.dumps(data))
    (result,) = json.loads(run("grade", LAB, "--json").stdout)
    (change,) = result["changes"]
    assert change["before"] == change["after"] + check["points"]
    assert change["checks"] == [{"id": check["id"], "before": "passed", "after": "failed"}]
    assert change["cause"] == "the checks changed"
    kept.write_text(json.dumps(data))
    again = run("grade", LAB)
    line = f"{data['exercises'][0]['id']}/{check['id']} passed -> failed (the checks changed)"
    assert line in again.stdout
    assert f"{result['score'] + check['points']} -> {result['score']}: " in again.stdout
    assert "Changed since" not in run("grade", LAB).stdout


def test_grade_says_and_demands_the_sandbox(run: Run, tmp_path: Path) -> None:
    (result,) = json.loads(run("grade", SOLUTION, "--json").stdout)
    levels = {one["sandbox"] for one in result["exercises"]}
    assert levels <= set(NAMES)
    assert len(levels) == 1
    for file in (tmp_path / "build/results").rglob("*.json"):
        file.write_text(json.dumps(json.loads(file.read_text()) | {"sandbox": "limits"}))
    nowhere = {"DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    weak = run("grade", SOLUTION, "--json", **nowhere)
    assert weak.returncode == 0
    assert "judged at the sandbox level `limits`" in weak.stderr
    for demanded in (
        run("grade", SOLUTION, "--require-sandbox", "linux", **nowhere),
        run("grade", SOLUTION, **nowhere, WORKBENCH_REQUIRE_SANDBOX="linux"),
    ):  # what was kept is not enough, so it needs the bench
        assert demanded.returncode == 1
    odd = run("grade", SOLUTION, WORKBENCH_REQUIRE_SANDBOX="strong")
    assert (odd.returncode, odd.stdout) == (2, "")
    assert "set it to limits, container or linux" in odd.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not valid JSON"),
        ("[]", "no Jupyter notebook"),
        ('{"cells": []}', "no Jupyter notebook"),
    ],
)
def test_a_file_that_is_no_notebook_is_rejected_in_a_sentence(
    run: Run, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "odd.ipynb"
    file.write_text(text)
    (result,) = json.loads(run("grade", file, "--json").stdout)
    assert result["status"] == "rejected"
    assert said in result["reason"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda text: text.replace("%%answer catalog.listing", "%%answer catalog.models"),
            "catalog",
        ),
        (lambda text: text.replace("def list_products(", "def list_products(:"), "SyntaxError"),
    ],
)
def test_an_odd_answer_costs_its_own_points_only(
    run: Run, tmp_path: Path, change: Callable[[str], str], said: str
) -> None:
    file = edited(SOLUTION, tmp_path / "odd.ipynb", "catalog.listing", change)
    (result,) = json.loads(run("grade", file, "--json").stdout)
    by_id = {one["id"]: one for one in result["exercises"]}
    odd = by_id.pop("catalog.listing")
    assert odd["score"] == 0
    assert said in odd["reason"] + "".join(check["message"] for check in odd["checks"])
    assert all(one["score"] == one["max_score"] > 0 for one in by_id.values())


def test_verify_judges_a_stray_answer(run: Run, tmp_path: Path) -> None:
    exercise = load_course().exercise("catalog.listing")
    answer = tmp_path / "answer.py"
    answer.write_text(exercise.part)
    done = run("verify", "catalog.listing", "--answer", answer, "--json")
    result: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, result["score"]) == (0, result["max_score"])
    answer.write_text(exercise.starter)
    done = run("verify", "catalog.listing", "--answer", answer, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["status"] == "graded"


def test_check_reports_like_the_notebook(run: Run) -> None:
    done = run("check", SOLUTION)
    assert done.returncode == 0
    full = re.search(r"A listing that never lies: (\d+) of (\d+) points", done.stdout)
    assert full is not None
    assert full[1] == full[2]


def test_build_is_up_to_date(run: Run) -> None:
    done = run("build", "--check", WORKBENCH_GRADERS="")
    assert (done.returncode, done.stderr) == (0, "")


def test_restore_and_reset_move_between_answers_and_keep_all(run: Run, tmp_path: Path) -> None:
    mine, *_ = copy_labs(root() / "labs", tmp_path / "work/labs")
    edited(mine, mine, "catalog.listing", lambda text: text + "\n# my own idea")
    done = run("reset", "catalog.listing")
    assert done.returncode == 0, done.stderr
    assert "# my own idea" not in mine.read_text()
    kept = mine.parent / "catalog.listing.before.py"
    assert "# my own idea" in kept.read_text()
    listed = run("restore", "catalog.listing").stdout.splitlines()
    assert len(listed) == 2
    moment = listed[0].split()[0]
    assert run("restore", "catalog.listing", moment).returncode == 0
    assert run("restore", "catalog.listing", "1999").returncode == 1
    assert "no answer" in run("restore", "catalog.models").stderr


def test_a_learners_notebook_is_never_overwritten(tmp_path: Path) -> None:
    mine, *_ = copy_labs(root() / "labs", tmp_path)
    mine.write_text("mine")
    copy_labs(root() / "labs", tmp_path)
    assert mine.read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["verify", "catalog.lisitng"], 1, "Did you mean catalog.listing"),
        (["verify", "--answer", "x.py"], 2, "exactly one exercise"),
        (["verify", "catalog.listing", "--answer", "nowhere.py"], 2, "cannot be read"),
        (["reset", "nothing"], 1, "There is no exercise"),
        (["grade", "--frobnicate", "x"], 2, "--frobnicate"),
        (["grade", "--watch", "--engine", "celery", "."], 2, "--watch grades on this machine"),
        ([], 2, "COMMAND"),
    ],
)
def test_bad_calls_name_the_next_step(run: Run, arguments: list[str], code: int, said: str) -> None:
    done = run(*arguments)
    assert done.returncode == code
    assert said in done.stderr


def test_a_bench_that_cannot_be_had_is_said(run: Run) -> None:
    done = run("verify", "catalog.listing", DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert done.returncode == 1
    assert done.stderr.startswith("workbench: ")
    assert "Traceback" not in done.stderr


def test_a_course_that_is_not_there_rejects_nobody(run: Run) -> None:
    done = run("grade", SOLUTION, WORKBENCH_GRADERS="/nowhere")
    assert (done.returncode, done.stdout) == (1, "")
    assert "/nowhere holds no lab" in done.stderr


def test_a_folder_without_notebooks_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run("grade", "--jobs", "2", tmp_path / "empty")
    assert (done.returncode, done.stdout, done.stderr) == (1, "No notebooks there.\n", "")


def test_a_learners_name_moves_no_cursor(run: Run, tmp_path: Path) -> None:
    learner = "e\x1b[2Jve\nada  x: graded\u202e\udcff"
    file = tmp_path / "submitted" / learner / "week01_catalog/1_resource_design.ipynb"
    file.parent.mkdir(parents=True)
    file.write_text("{")
    done = run("grade", tmp_path / "submitted", PYTHONIOENCODING="utf-8:strict")
    assert "Traceback" not in done.stderr
    assert done.stdout.startswith(
        r"e\x1b[2Jve\nada  x: graded\u202e\udcff  week01_catalog/1_resource_design: "
    )


@pytest.mark.parametrize("command", ["grade", "report"])
def test_a_reader_that_has_enough_is_no_error(run: Run, tmp_path: Path, command: str) -> None:
    file = tmp_path / "submitted/ada/week01_catalog/1_resource_design.ipynb"
    file.parent.mkdir(parents=True)
    file.write_text("{")
    ours, theirs = os.pipe()
    os.close(ours)
    with os.fdopen(theirs, "wb") as broken:
        done = subprocess.run(
            [sys.executable, "-m", "workbench.cli", command, "--json", str(tmp_path / "submitted")],
            env=os.environ | {"WORKBENCH_BUILD": str(tmp_path / "build")},
            stdout=broken, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
