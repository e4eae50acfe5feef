"""A submitted notebook graded from its file, without a kernel: ordinary and bad input."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from scripted_engine import ScriptedEngine
from small_course import FIRST, LAB, SECOND, answered, cell_of

from workbench.build import build
from workbench.course import Course
from workbench.grading.finding import notebooks
from workbench.grading.notebook import grade_notebook
from workbench.grading.result import NotebookResult
from workbench.grading.submission import MAX_BYTES, SubmissionError, read_submission

BOTH = {"small_one": "alpha beta gamma", "small_two": "alpha beta gamma"}


class Desk:
    """Submissions to the small course."""

    def __init__(self, course: Course, folder: Path) -> None:
        self._course, self._folder = course, folder
        build(course, folder)

    def notebook(self, **answers: str) -> dict[str, Any]:
        return answered(self._folder / "labs" / LAB / f"{FIRST}.ipynb", **answers)

    def grade(
        self, notebook: dict[str, Any] | bytes, name: str = "x.ipynb", learner: str | None = None
    ) -> NotebookResult:
        file = self._folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        data = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
        file.write_bytes(data)
        return grade_notebook(file, self._course, ScriptedEngine(), learner)


@pytest.fixture
def desk(course: Course, tmp_path: Path) -> Desk:
    return Desk(course, tmp_path)


def statuses(result: NotebookResult) -> dict[str, str]:
    return {one.id: one.status for one in result.exercises}


def reason(result: NotebookResult, id: str) -> str:  # noqa: A002
    one = next(one for one in result.exercises if one.id == id)
    assert one.status == "rejected"
    assert (one.score, one.max_score) == (0, 10)
    assert {(check.status, check.message) for check in one.checks} == {("skipped", one.reason)}
    return one.reason


def test_each_answer_is_graded(desk: Desk) -> None:
    result = desk.grade(desk.notebook(small_one="beta", small_two="alpha gamma"))
    assert (result.lab, result.notebook, result.status) == (LAB, FIRST, "graded")
    assert [one.score for one in result.exercises] == [3, 7]
    assert (result.score, result.max_score) == (10, 20)


def test_an_error_of_ours_withholds_the_notebook(desk: Desk) -> None:
    result = desk.grade(desk.notebook(small_one="BREAK", small_two="beta"))
    assert result.status == "withheld"
    assert statuses(result) == {"small.one": "withheld", "small.two": "graded"}
    assert "small.one must be graded again" in result.reason


def test_outputs_and_kernel_state_count_for_nothing(desk: Desk) -> None:
    notebook = desk.notebook(small_one="nothing", small_two="nothing")
    for id in ("small.one", "small.two"):  # noqa: A001
        output = {"output_type": "execute_result", "data": {"text/plain": "10"}, "metadata": {}}
        cell_of(notebook, id, "check")["outputs"] = [output | {"execution_count": 1}]
    assert desk.grade(notebook).score == 0


def test_the_same_answer_twice_is_no_ambiguity(desk: Desk) -> None:
    notebook = desk.notebook(**BOTH)
    notebook["cells"].append(cell_of(notebook, "small.one"))
    assert desk.grade(notebook).score == 20


def test_different_answers_to_one_exercise_are_not_chosen_from(desk: Desk) -> None:
    notebook = desk.notebook(**BOTH)
    again = json.loads(json.dumps(cell_of(notebook, "small.one")))
    again["source"] += "\nmore"
    notebook["cells"].append(again)
    result = desk.grade(notebook)
    assert "2 times, with different texts" in reason(result, "small.one")
    assert statuses(result)["small.two"] == "graded"


@pytest.mark.parametrize("other", ["small.two", "no.such", "small.three"])
def test_a_repointed_answer_is_rejected(desk: Desk, other: str) -> None:
    notebook = desk.notebook(**BOTH)
    cell_of(notebook, "small.one")["source"] = f"%%answer {other}\nalpha beta gamma"
    result = desk.grade(notebook)
    assert f"starts with `%%answer {other}`" in reason(result, "small.one")
    assert "Make its first line `%%answer small.one`" in reason(result, "small.one")
    assert result.score == 10


def test_a_missing_answer_says_how_to_add_it(desk: Desk) -> None:
    notebook = desk.notebook(**BOTH)
    notebook["cells"].remove(cell_of(notebook, "small.two"))
    assert "first line is `%%answer small.two`" in reason(desk.grade(notebook), "small.two")


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_an_answer_that_is_no_code_cell_is_rejected(desk: Desk, kind: str) -> None:
    notebook = desk.notebook(**BOTH)
    cell_of(notebook, "small.one")["cell_type"] = kind
    assert f"was turned into a {kind} cell" in reason(desk.grade(notebook), "small.one")


def test_without_metadata_the_first_line_tells(desk: Desk) -> None:
    notebook = desk.notebook(**BOTH)
    notebook["metadata"] = {}
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    result = desk.grade(notebook)
    assert (result.lab, result.notebook, result.score) == (LAB, FIRST, 20)


def test_metadata_goes_before_the_first_line(desk: Desk) -> None:
    """A cell of the learner's own that starts with `%%answer` is an experiment."""
    notebook = desk.notebook(**BOTH)
    notebook["cells"].append(
        {"cell_type": "code", "metadata": {}, "source": "%%answer small.one\nnothing"}
    )
    assert desk.grade(notebook).score == 20


def test_an_answer_without_its_first_line_is_the_whole_cell(desk: Desk) -> None:
    notebook = desk.notebook(**BOTH)
    cell_of(notebook, "small.one")["source"] = ["alpha ", "beta"]
    assert [one.score for one in desk.grade(notebook).exercises] == [5, 10]


def test_text_that_no_file_can_hold_is_rejected(desk: Desk) -> None:
    notebook = desk.notebook(small_one="alpha \ud800", small_two="alpha")
    result = desk.grade(notebook)
    assert "half of a surrogate pair" in reason(result, "small.one")
    assert result.score == 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"hello", "not valid JSON at line 1"),
        (b'{"cells": [', "not valid JSON"),
        (b"\xff\xfe", "not UTF-8 text"),
        (b"[" * 200_000, "nested too deeply"),
        (b"[1]", "no Jupyter notebook"),
        (b'{"nbformat": 3, "worksheets": []}', "format 3, which is too old"),
        (b'{"nbformat": 5, "cells": []}', "format 5, which is too new"),
        (b'{"nbformat": 4, "cells": 7}', "no list of cells"),
        (b" " * (MAX_BYTES + 1), "over the 20 MB that are read"),
    ],
)
def test_what_is_no_notebook_is_rejected_with_the_next_step(
    desk: Desk, data: bytes, said: str
) -> None:
    unknown = desk.grade(data)
    assert (unknown.status, unknown.exercises, unknown.max_score) == ("rejected", (), 0)
    assert said in unknown.reason
    assert "ubmit" in unknown.reason or "Restore it" in unknown.reason
    # Where the folder tells the lab, the maximum is known.
    known = desk.grade(data, f"submitted/anna/{LAB}/{FIRST}.ipynb")
    assert (known.status, known.score, known.max_score) == ("rejected", 0, 20)
    assert known.learner == "anna"


def test_a_notebook_of_no_lab_is_rejected(desk: Desk) -> None:
    result = desk.grade(b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "1"}]}')
    assert result.status == "rejected"
    assert "cannot be told which lab" in result.reason


def test_the_folder_tells_the_lab_whatever_the_notebook_says(desk: Desk) -> None:
    """Easy marks from another notebook do not count here."""
    result = desk.grade(desk.notebook(**BOTH), f"submitted/anna/{LAB}/{SECOND}.ipynb")
    assert (result.notebook, result.score, result.max_score) == (SECOND, 0, 10)


def test_the_maximum_is_the_courses(desk: Desk) -> None:
    notebook = desk.notebook(**BOTH)
    notebook["cells"] = [cell_of(notebook, "small.one")]
    assert desk.grade(notebook).max_score == 20


@pytest.mark.parametrize(
    ("name", "given", "learner"),
    [
        ("x.ipynb", None, ""),
        (f"submitted/anna/{LAB}/{FIRST}.ipynb", None, "anna"),
        (f"submitted/anna/{LAB}/{FIRST}.ipynb", "bob", "bob"),
    ],
)
def test_the_learners_name(desk: Desk, name: str, given: str | None, learner: str) -> None:
    assert desk.grade(desk.notebook(), name, given).learner == learner


def test_the_submitted_file_stays_as_it_is(desk: Desk, tmp_path: Path) -> None:
    notebook = desk.notebook(**BOTH)
    desk.grade(notebook)
    assert json.loads((tmp_path / "x.ipynb").read_text()) == notebook


def test_odd_cells_do_not_hide_the_others() -> None:
    text = json.dumps(
        {
            "nbformat": 4,
            "metadata": 7,
            "cells": [None, 1, {"source": 1}, {"source": [1]}, {"source": "x", "metadata": []}],
        }
    )
    assert [cell.source for cell in read_submission(text).cells] == ["x"]


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="No such file"):
        read_submission(tmp_path / "none.ipynb")


def test_a_pipe_and_an_endless_file_are_no_notebooks(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "zero.ipynb").symlink_to("/dev/zero")
    for name in ("pipe", "zero"):
        with pytest.raises(SubmissionError, match="is no file that holds a notebook"):
            read_submission(tmp_path / f"{name}.ipynb")


def test_another_notebook_under_this_ones_name_is_said(desk: Desk) -> None:
    here = f"submitted/ada/{LAB}"
    result = desk.grade(desk.notebook(**BOTH), f"{here}/{SECOND}.ipynb")
    assert (result.status, result.score, result.notebook) == ("rejected", 0, SECOND)
    assert f"This is {LAB}/{FIRST}, submitted as {LAB}/{SECOND}" in result.reason
    # What answers this notebook's exercises is graded, whatever its metadata says.
    notebook = desk.notebook(**BOTH)
    notebook["metadata"]["workbench"]["notebook"] = SECOND
    assert desk.grade(notebook, f"{here}/{FIRST}.ipynb").score == 20


def test_strays_beside_the_labs_notebooks_are_left_out(course: Course, tmp_path: Path) -> None:
    folder = tmp_path / f"submitted/ada/{LAB}"
    folder.mkdir(parents=True)
    own, old = folder / f"{FIRST}.ipynb", folder / f"{FIRST}_old.ipynb"
    for file in (own, old, folder / "Untitled.ipynb"):
        file.write_text("{}")
    found, strays = notebooks([tmp_path], course)
    assert (found, strays) == ([own], [old, folder / "Untitled.ipynb"])
    assert notebooks([own, old], course) == ([own, old], [])  # who names it means it
    own.unlink()
    assert old in notebooks([tmp_path], course)[0]  # a renamed notebook is all there is


def test_one_file_is_found_once_by_whatever_paths(course: Course, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    file = tmp_path / "in/x.ipynb"
    file.write_text("{}")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    paths = [tmp_path / "in", file, tmp_path / "link/x.ipynb", tmp_path / "in/../in/x.ipynb"]
    assert notebooks(paths, course)[0] == [file]
