"""A result is kept under the content that it depends on, and only when it is final."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from workbench.course import Course, Exercise
from workbench.grading import opening
from workbench.grading.cache import ResultCache
from workbench.grading.opening import CachedEngine
from workbench.grading.result import CheckResult, ExerciseResult


def result(status: str = "graded") -> ExerciseResult:
    check = CheckResult("a", "A.", 2, False, "passed", "", {"sent": "x"})
    return ExerciseResult("catalog.listing", status, (check,))  # type: ignore[arg-type]


def test_what_was_kept_comes_back(course: Course, tmp_path: Path) -> None:
    cache, exercise = ResultCache(tmp_path), course.exercise("catalog.listing")
    cache.put(exercise, "text", result())
    assert cache.get(exercise, "text") == result()
    assert cache.get(exercise, "text ") is None


def test_other_checks_or_another_exercise_are_another_matter(
    course: Course, tmp_path: Path
) -> None:
    cache, exercise = ResultCache(tmp_path / "cache"), course.exercise("catalog.listing")
    cache.put(exercise, "text", result())
    (tmp_path / "checks.py").write_text("changed")
    assert cache.get(dataclasses.replace(exercise, folder=tmp_path), "text") is None
    assert cache.get(course.exercise("catalog.models"), "text") is None


def test_a_withheld_result_is_not_kept(course: Course, tmp_path: Path) -> None:
    cache, exercise = ResultCache(tmp_path), course.exercise("catalog.listing")
    cache.put(exercise, "text", result("withheld"))
    assert cache.get(exercise, "text") is None


def test_a_damaged_file_is_no_result(course: Course, tmp_path: Path) -> None:
    cache, exercise = ResultCache(tmp_path), course.exercise("catalog.listing")
    cache.put(exercise, "text", result())
    (file,) = tmp_path.rglob("*.json")
    for damage in ("", "{", "[]", '{"id": 1}'):
        file.write_text(damage)
        assert cache.get(exercise, "text") is None


def test_a_result_of_before_there_were_levels_is_still_read(course: Course, tmp_path: Path) -> None:
    cache, exercise = ResultCache(tmp_path), course.exercise("catalog.listing")
    cache.put(exercise, "text", dataclasses.replace(result(), sandbox="linux"))
    (file,) = tmp_path.rglob("*.json")
    data = json.loads(file.read_text())
    assert data.pop("sandbox") == "linux"
    file.write_text(json.dumps(data))
    assert cache.get(exercise, "text") == result()


def test_what_was_judged_in_a_weaker_sandbox_is_judged_again(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Judge:
        def grade(self, exercise: Exercise, answer: str) -> ExerciseResult:
            return dataclasses.replace(result(), reason="again", sandbox="linux")

    asked: list[str] = []

    @contextmanager
    def opened(*, require_sandbox: str, zygote: None) -> Iterator[Judge]:
        asked.append(require_sandbox)
        yield Judge()

    monkeypatch.setattr(opening, "opened_engine", opened)
    cache, exercise = ResultCache(tmp_path), course.exercise("catalog.listing")
    for sandbox in ("", "limits"):
        cache.put(exercise, sandbox, dataclasses.replace(result(), sandbox=sandbox))
        with CachedEngine(cache, require_sandbox="linux") as engine:
            assert engine.grade(exercise, sandbox).reason == "again"
        with CachedEngine(cache, require_sandbox="linux") as engine:
            assert cache.get(exercise, sandbox) == engine.grade(exercise, sandbox)
    assert asked == ["linux", "linux"]


def test_what_is_kept_needs_no_bench(course: Course, tmp_path: Path) -> None:
    cache, exercise = ResultCache(tmp_path), course.exercise("catalog.listing")
    cache.put(exercise, "text", result())
    with CachedEngine(cache) as engine:
        assert engine.grade(exercise, "text") == result()
