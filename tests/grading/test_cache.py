"""A result is kept under the content that it depends on, and only when it is final."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from workbench.course import Course
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


def test_what_is_kept_needs_no_bench(course: Course, tmp_path: Path) -> None:
    cache, exercise = ResultCache(tmp_path), course.exercise("catalog.listing")
    cache.put(exercise, "text", result())
    with CachedEngine(cache) as engine:
        assert engine.grade(exercise, "text") == result()
