"""`nbgrader autograde` is killed in its middle: the gradebook is whole, a second run mends all."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from nbgrader_class import CONFIG, Class
from small_course import LAB, answered, make_course

from workbench.build import build
from workbench.paths import root

#: Added to the class's nbgrader_config.py: STRIKE="FAULT FUNCTION CALL" strikes before that call.
STRIKE = """
import importlib, os, resource, signal

def strike(fault, function, moment):
    module, owner, name = function.rsplit(".", 2)
    owner = getattr(importlib.import_module(module), owner)
    original, calls = getattr(owner, name), []

    def struck(*arguments, **options):
        calls.append(1)
        if len(calls) == int(moment) and fault == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if len(calls) == int(moment) and fault == "full":
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        return original(*arguments, **options)

    setattr(owner, name, struck)

if os.environ.get("STRIKE"):
    strike(*os.environ["STRIKE"].split())
"""

GRADE = "workbench.grading.nbgrader_plugins.grade.Grade.preprocess"
SAVE = "nbgrader.preprocessors.SaveAutoGrades._add_score"
PERMIT = "nbgrader.converters.Autograde.set_permissions"

#: The submission has two notebooks, of two exercises and one.
STRIKES = (
    f"kill {GRADE} 1",  # the sanitized copy lies where nbgrader looks for graded ones
    f"kill {SAVE} 1",
    f"kill {SAVE} 2",  # between two exercises of a notebook
    f"kill {GRADE} 2",  # between two notebooks
    f"kill {SAVE} 3",
    f"kill {PERMIT} 1",  # everything is there
    f"full {GRADE} 1",
    f"full {SAVE} 2",
)

OLD = {"small_one": "alpha beta gamma", "small_two": "alpha beta gamma"}
NEW = {"small_one": "beta", "small_two": "gamma alpha"}


@pytest.fixture(scope="module")
def small_class(tmp_path_factory: pytest.TempPathFactory) -> Class:
    folder = tmp_path_factory.mktemp("class")
    course = make_course(folder)
    build(course, folder)
    config = CONFIG.format(config=str(root() / "nbgrader_config.py"), folder=str(folder))
    (folder / "nbgrader_config.py").write_text(config + STRIKE)
    made = Class(folder, folder / "build" / "nbgrader", course)
    made.run_forked("generate_assignment", LAB, "--force")
    return made


def submit(small_class: Class, learner: str, answers: dict[str, str]) -> None:
    small_class.submit(learner, answered(small_class.released(), **answers), second=True)


def autograde(small_class: Class, *options: str, ok: bool = True) -> str:
    return small_class.run_forked("autograde", LAB, *options, ok=ok)


def mark(small_class: Class, learner: str) -> str:
    """The score that the export says; "" for none."""
    file = small_class.work / "marks.csv"
    small_class.run_forked("export", "--to", str(file), "--student", f'["{learner}"]')
    with file.open(newline="") as stream:
        (row,) = csv.DictReader(stream)
    return row["score"]


def is_whole(small_class: Class) -> bool:
    with closing(sqlite3.connect(small_class.work / "gradebook.db")) as opened:
        return bool(opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)])


@pytest.mark.parametrize("strike", STRIKES)
def test_a_mark_is_the_old_the_new_or_none_and_then_the_new(
    small_class: Class, strike: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = "".join(filter(str.isalnum, strike))
    submit(small_class, learner, OLD)
    autograde(small_class, "--student", learner)
    assert mark(small_class, learner) == "22.0"
    submit(small_class, learner, NEW)
    with monkeypatch.context() as patch:
        patch.setenv("STRIKE", strike)
        autograde(small_class, "--student", learner, "--force", ok=False)
    assert is_whole(small_class)
    assert mark(small_class, learner) in ("", "12.0")
    autograde(small_class, "--student", learner)
    assert mark(small_class, learner) == "12.0"
    assert "beta" in source(small_class.graded(learner))


def test_what_was_finished_is_not_graded_again(
    small_class: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    for learner in ("finished", "unfinished"):
        submit(small_class, learner, NEW)
    with monkeypatch.context() as patch:
        patch.setenv("STRIKE", f"kill {GRADE} 3")
        autograde(small_class, "--student", "*finished", ok=False)
    assert mark(small_class, "finished") == "12.0"
    said = autograde(small_class, "--student", "*finished")
    assert "unfinished" in said
    assert said.count("Sanitizing") == 2  # the two notebooks of one
    assert mark(small_class, "unfinished") == "12.0"


def source(notebook: dict[str, Any]) -> str:
    return "\n".join("".join(cell["source"]) for cell in notebook["cells"])
