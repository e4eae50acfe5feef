"""A regrade says who changed, from what to what, and why; and no crash makes it forget."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from workbench.grading.changes import LastResults, change_line, changes
from workbench.grading.result import CheckResult, CheckStatus, ExerciseResult, NotebookResult

BASIS = {"answer": "a", "checks": "c", "reference": "r", "tool": "t"}


def exercise(status: CheckStatus = "passed", points: int = 2, **basis: str) -> ExerciseResult:
    checks = (
        CheckResult("first", "First.", 1, False, "passed"),
        CheckResult("zero", "Zero.", points, False, status),
    )
    return ExerciseResult("catalog.listing", "graded", checks, basis=BASIS | basis)


def notebook(*exercises: ExerciseResult) -> NotebookResult:
    return NotebookResult("1_resource", "week01", "ada", "graded", exercises)


def line(before: ExerciseResult, after: ExerciseResult) -> str:
    result = notebook(after)
    return change_line(result, changes([before], result))


@pytest.mark.parametrize(
    ("basis", "cause"),
    [
        ({"answer": "b"}, "the answer changed"),
        ({"checks": "b"}, "the checks changed"),
        ({"reference": "b"}, "the reference changed"),
        ({"tool": "b"}, "the tool changed"),
        ({"answer": "b", "tool": "b"}, "the answer and the tool changed"),
        ({}, "judged again with the same input: report this as a bug"),
    ],
)
def test_the_line_says_who_what_and_why(basis: dict[str, str], cause: str) -> None:
    assert line(exercise("failed"), exercise("passed", **basis)) == (
        f"ada week01/1_resource 1 -> 3: catalog.listing/zero failed -> passed ({cause})"
    )


def test_another_sandbox_is_told_as_the_cause() -> None:
    weak, strong = (replace(exercise(), sandbox=level) for level in ("limits", "linux"))
    failed = replace(exercise("failed"), sandbox="limits")
    assert line(failed, strong).endswith("(the sandbox changed)")
    assert line(failed, weak).endswith("report this as a bug)")


def test_another_basis_with_the_same_verdicts_is_no_change() -> None:
    assert changes([exercise()], notebook(exercise(checks="other", answer="other"))) == []


def test_points_that_changed_are_told() -> None:
    assert "zero passed of 2 -> passed of 5 (the checks" in line(
        exercise(), exercise(points=5, checks="b")
    )


def test_a_check_that_is_new_or_gone_is_told() -> None:
    fewer = replace(exercise(checks="b"), checks=exercise().checks[:1])
    assert "week01/1_resource 3 -> 1: catalog.listing/zero passed -> absent (the" in line(
        exercise(), fewer
    )
    assert "zero absent -> passed (the checks changed)" in line(fewer, exercise())


def test_an_exercise_that_is_new_or_gone_is_told() -> None:
    (gone,) = changes([exercise()], notebook())
    assert (gone.before, gone.after, gone.cause) == (3, 0, "the exercise is gone")
    (new,) = changes([], notebook(exercise()))
    assert (new.before, new.after, new.cause) == (0, 3, "the exercise is new")


def test_an_answer_that_can_no_longer_be_read_is_another_answer() -> None:
    skipped = tuple(replace(check, status="skipped") for check in exercise().checks)
    unread = ExerciseResult("catalog.listing", "rejected", skipped, "no cell")
    assert "3 -> 0" in line(exercise(), unread)
    assert "(the answer changed)" in line(exercise(), unread)


def test_a_first_or_a_withheld_result_says_nothing() -> None:
    assert changes(None, notebook(exercise())) == []
    assert changes([exercise()], replace(notebook(exercise("error")), status="withheld")) == []


def test_the_last_mark_outlives_a_withheld_result(tmp_path: Path) -> None:
    last, path = LastResults(tmp_path), tmp_path / "ada.ipynb"
    assert last.get(path) is None
    last.put(path, notebook(exercise()))
    last.put(path, replace(notebook(exercise("error")), status="withheld"))
    assert last.get(path) == (exercise(),)
    assert last.get(tmp_path / "bob.ipynb") is None


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"exercises": [{"id": "x"}]}'])
def test_a_damaged_file_is_no_last_result(tmp_path: Path, damage: str) -> None:
    last, path = LastResults(tmp_path), tmp_path / "ada.ipynb"
    last.put(path, notebook(exercise()))
    (file,) = tmp_path.glob("*.json")
    file.write_text(damage)
    assert last.get(path) is None
