"""Stock `nbgrader autograde`, `generate_feedback`, `export` on ordinary and odd submissions."""

from __future__ import annotations

import copy
import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nbgrader_class import Class
from scripted_engine import ScriptedEngine
from small_course import FIRST, LAB, SECRET, answered, cell_of

from workbench.grading.notebook import grade_notebook

Notebook = dict[str, Any]

SCRIPT = "<script>alert(1)</script>"
FULL = {"small_one": "alpha beta gamma", "small_two": "alpha beta gamma"}


def _twice(notebook: Notebook) -> None:
    for role in ("answer", "check"):
        notebook["cells"].append(copy.deepcopy(cell_of(notebook, "small.one", role)))


def _twice_differently(notebook: Notebook) -> None:
    _twice(notebook)
    notebook["cells"][-2]["source"] += "\nmore"


def _no_check_cells(notebook: Notebook) -> None:
    notebook["cells"] = [
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("workbench", {}).get("role") != "check"
    ]


def _no_answer_cell(notebook: Notebook) -> None:
    notebook["cells"].remove(cell_of(notebook, "small.one"))


def _other_marks(notebook: Notebook) -> None:
    check = cell_of(notebook, "small.one", "check")
    check["metadata"]["nbgrader"] |= {"points": 1000, "locked": False, "grade_id": "mine"}
    check["source"] = "10**6"
    answer = cell_of(notebook, "small.two")
    answer["metadata"]["nbgrader"] |= {"grade": True, "points": 77, "schema_version": 1}


def _foreign_cells(notebook: Notebook) -> None:
    mark = {"grade": True, "solution": False, "locked": True, "points": 9, "schema_version": 9}
    for grade_id in ("foreign", "foreign", "with.dots"):
        cell = {"cell_type": "code", "source": "1", "outputs": [], "execution_count": 1}
        notebook["cells"].append(
            cell | {"metadata": {"nbgrader": mark | {"grade_id": grade_id}}, "id": "same"}
        )
    notebook["cells"].append({"cell_type": "code", "metadata": {"nbgrader": 7}, "source": "x"})
    notebook["cells"].append({"cell_type": "nothing", "metadata": [], "source": ["a", "b"]})
    notebook["cells"].append({"source": 7})
    notebook["cells"].append("no cell at all")
    notebook["metadata"] = {"kernelspec": {"name": "ruby"}, "title": SCRIPT}


def _huge_output(notebook: Notebook) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 2_000_000}
    cell_of(notebook, "small.one")["outputs"] = [output]


def _repointed(notebook: Notebook) -> None:
    cell_of(notebook, "small.one")["source"] = "%%answer small.two\nalpha beta gamma"


def _markdown(notebook: Notebook) -> None:
    cell_of(notebook, "small.one")["cell_type"] = "markdown"


def _stripped(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        del cell["id"]
    notebook["metadata"] = {}
    notebook["nbformat_minor"] = 4


def _hostile(notebook: Notebook) -> None:
    picture = {"image/svg+xml": "<svg onload=alert(1)>", "text/html": SCRIPT}
    notebook["cells"] += [
        {"cell_type": "markdown", "metadata": {}, "source": SCRIPT},
        {"cell_type": "markdown", "metadata": {}, "source": f"```\n{SCRIPT}"},
        {"cell_type": "markdown", "metadata": {}, "source": f"$$\n{SCRIPT}\n$$"},
        {"cell_type": "markdown", "metadata": {}, "source": "[x](javascript:alert(1))"},
        {"cell_type": "markdown", "metadata": {}, "source": "![x](attachment:x.svg)",
         "attachments": {"x.svg": picture}},
        {"cell_type": "raw", "metadata": {"raw_mimetype": "text/html"}, "source": SCRIPT},
        {"cell_type": "code", "metadata": {}, "source": f"%%html\n{SCRIPT}", "execution_count": 1,
         "outputs": [{"output_type": "display_data", "metadata": {}, "data": picture}]},
    ]  # fmt: skip
    cell_of(notebook, "small.one")["source"] += f"\n</pre>{SCRIPT}"
    cell_of(notebook, "small.two")["source"] = f"%%answer small.two\nalpha {SCRIPT}"
    notebook["metadata"]["title"] = f"</title>{SCRIPT}"
    notebook["metadata"]["language_info"] = {"name": SCRIPT, "pygments_lexer": SCRIPT}


#: What is done to a full-mark notebook, and what the first notebook then scores: of 20.
ODD: dict[str, tuple[Callable[[Notebook], None], int]] = {
    "cells-twice": (_twice, 20),
    "answers-differ": (_twice_differently, 10),
    "no-check-cells": (_no_check_cells, 20),
    "no-answer-cell": (_no_answer_cell, 10),
    "other-marks": (_other_marks, 20),
    "foreign-cells": (_foreign_cells, 20),
    "huge-output": (_huge_output, 20),
    "re-pointed": (_repointed, 10),
    "markdown": (_markdown, 10),
    "stripped": (_stripped, 20),
    "hostile": (_hostile, 12),
}

#: Files that are no notebook of format 4.
UNREADABLE = {
    "not-json": b"hello",
    "empty": b"",
    "binary": b"\xff\xfe\x00",
    "a-list": b"[]",
    "deep": b"[" * 200_000,
    "too-old": b'{"nbformat": 3, "worksheets": []}',
    "too-new": b'{"nbformat": 5, "cells": []}',
    "no-cells": b'{"nbformat": 4, "metadata": {}}',
}


@pytest.fixture(scope="module")
def batch(small_class: Class) -> tuple[Class, str]:
    """The class after one autograde of every kind of submission, and what nbgrader said."""
    full = answered(small_class.released(), **FULL)
    small_class.submit("full", full)
    small_class.submit("untouched", answered(small_class.released()), second=True)
    small_class.submit("partial", answered(small_class.released(), small_one="beta"))
    small_class.submit("withheld", answered(small_class.released(), small_one="BREAK"))
    for learner, (change, _) in ODD.items():
        notebook = copy.deepcopy(full)
        change(notebook)
        small_class.submit(learner, notebook)
    for learner, data in UNREADABLE.items():
        small_class.submit(learner, data)
    # Between them all, one whose grade is withheld: nbgrader says so by its exit status.
    said = small_class.run("autograde", LAB, ok=False)
    small_class.run_forked("generate_feedback", LAB)
    small_class.run_forked("export", "--to", str(small_class.work / "grades.csv"))
    return small_class, said


@pytest.fixture(scope="module")
def marks(batch: tuple[Class, str]) -> dict[str, dict[str, str]]:
    """The rows of the exported CSV by learner."""
    with (batch[0].work / "grades.csv").open(newline="") as stream:
        return {row["student_id"]: row for row in csv.DictReader(stream)}


@pytest.mark.parametrize(
    ("learner", "score"),
    [("full", 20), ("untouched", 2 + 2 + 2), ("partial", 5)]
    + [(learner, score) for learner, (_, score) in ODD.items()]
    + [(learner, 0) for learner in UNREADABLE],
)
def test_marks(marks: dict[str, dict[str, str]], learner: str, score: int) -> None:
    assert float(marks[learner]["score"]) == score
    assert float(marks[learner]["max_score"]) == 30


def test_a_withheld_grade_is_no_mark_and_stays_to_be_autograded(
    batch: tuple[Class, str], marks: dict[str, dict[str, str]]
) -> None:
    small_class, said = batch
    assert "small.one of withheld was not graded, by an error of ours: the database died" in said
    assert marks["withheld"]["score"] == ""
    assert not (small_class.work / "autograded" / "withheld" / LAB).exists()


@pytest.mark.parametrize("learner", ["full", "partial", *ODD, *UNREADABLE])
def test_grading_without_nbgrader_gives_the_same_marks(
    batch: tuple[Class, str], marks: dict[str, dict[str, str]], learner: str
) -> None:
    small_class, _ = batch
    folder = small_class.work / "submitted" / learner / LAB
    result = grade_notebook(folder / f"{FIRST}.ipynb", small_class.course, ScriptedEngine())
    assert (result.learner, result.lab, result.notebook) == (learner, LAB, FIRST)
    assert (result.score, result.max_score) == (float(marks[learner]["score"]), 20)
    assert (result.status == "rejected") is (learner in UNREADABLE)


def test_the_feedback_says_what_failed(batch: tuple[Class, str]) -> None:
    page = batch[0].feedback("partial")
    assert "Expected alpha. Got: &lt;script&gt;" in page
    assert "The answer says gamma, a secret wish." in page
    assert "(Score: 5.0 / 20.0)" in page


@pytest.mark.parametrize(
    ("learner", "sentence"),
    [
        ("answers-differ", "small.one is there 2 times, with different texts"),
        ("no-answer-cell", "The notebook has no answer cell for small.one. Add a code cell"),
        ("re-pointed", "starts with `%%answer small.two`"),
        ("markdown", "was turned into a markdown cell"),
        ("not-json", "The file is not valid JSON at line 1"),
        ("too-old", "format 3, which is too old"),
    ],
)
def test_the_feedback_says_why_an_answer_was_not_read(
    batch: tuple[Class, str], learner: str, sentence: str
) -> None:
    assert sentence in batch[0].feedback(learner)


def test_no_script_of_the_learner_reaches_feedback_or_formgrader(batch: tuple[Class, str]) -> None:
    page = batch[0].feedback("hostile")
    # Their text is there to be read,
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    # and nothing of it is markup.
    for markup in (SCRIPT, "onload=alert", 'href="javascript', 'attachment:x.svg"'):
        assert markup not in page
    graded = json.dumps(batch[0].graded("hostile"))
    assert "image/svg+xml" not in graded
    assert "raw_mimetype" not in graded


def test_a_deleted_answer_brings_no_solution(batch: tuple[Class, str]) -> None:
    small_class, _ = batch
    answer = cell_of(small_class.graded("no-answer-cell"), "small.one")
    assert "".join(answer["source"]) == "%%answer small.one"
    for file in (*(small_class.work / "autograded").rglob("*.ipynb"),
                 *(small_class.work / "feedback").rglob("*.html")):  # fmt: skip
        assert SECRET not in file.read_text()


def test_the_submitted_files_stay_as_they_are(batch: tuple[Class, str]) -> None:
    small_class, _ = batch
    for learner, data in UNREADABLE.items():
        file = small_class.work / "submitted" / learner / LAB / f"{FIRST}.ipynb"
        assert file.read_bytes() == data


def test_a_withheld_submission_is_taken_up_again(batch: tuple[Class, str]) -> None:
    small_class, _ = batch
    small_class.submit("withheld", answered(small_class.released(), **FULL))
    said = small_class.run_forked("autograde", LAB)
    assert said.count("Autograding ") == 1  # that submission, and no other
    assert _score(small_class, "withheld") == "20.0"


def test_a_withheld_grade_leaves_no_mark_of_an_earlier_submission(
    batch: tuple[Class, str],
) -> None:
    small_class, _ = batch
    assert _score(small_class, "full") == "20.0"
    small_class.submit("full", answered(small_class.released(), small_one="BREAK"))
    small_class.run_forked("autograde", LAB, "--student", "full", "--force", ok=False)
    assert _score(small_class, "full") == ""


def _score(small_class: Class, learner: str) -> str:
    file = small_class.work / "one.csv"
    small_class.run_forked("export", "--to", str(file), "--student", f'["{learner}"]')
    with file.open(newline="") as stream:
        (row,) = csv.DictReader(stream)
    return row["score"]


def test_a_weak_sandbox_is_said_and_can_be_refused(small_class: Class) -> None:
    small_class.submit("weak", answered(small_class.released(), small_one="WEAK alpha"))
    arguments = ("autograde", LAB, "--student", "weak", "--force")
    said = small_class.run(*arguments)
    assert "small.one was judged at the sandbox level `limits`" in said
    assert "small.two was judged" not in said
    environ = {"WORKBENCH_REQUIRE_SANDBOX": "linux"}
    said = small_class.run(*arguments, ok=False, **environ)
    assert "`linux` is required" in said
    assert "takes up the submissions that it left out" in said


def test_a_course_that_changed_says_what_to_run(small_class: Class, tmp_path: Path) -> None:
    checks = small_class.folder / "graders" / LAB / "small.one" / "checks.py"
    text = checks.read_text()
    checks.write_text(text.replace("points=5", "points=6"))
    try:
        small_class.submit("late", answered(small_class.released(), **FULL))
        said = small_class.run_forked("autograde", LAB, "--student", "late", ok=False)
    finally:
        checks.write_text(text)
    assert f"run `nbgrader generate_assignment {LAB} --force`" in said
