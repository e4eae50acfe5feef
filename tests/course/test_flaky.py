"""`make flaky` must itself notice a verdict that changes."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import flaky
import pytest

from workbench.course import Course
from workbench.grading.engine import Engine

CHECKS = '''
from workbench.checking import App, CheckFailed, check

calls = r"{calls}"

@check(points=1)
def steady(app: App) -> None:
    """Always the same."""

@check(points=1)
def moody(app: App) -> None:
    """Another one every third time."""
    with open(calls, "a+") as stream:
        stream.write("x")
        stream.seek(0)
        if len(stream.read()) % 3 == 0:
            raise CheckFailed("luck")
'''


def test_a_verdict_that_changes_is_named(
    engine: Engine, course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exercise = dataclasses.replace(course.exercise("catalog.listing"), folder=tmp_path)
    exercise.checks_file.write_text(CHECKS.format(calls=tmp_path / "calls"))
    lab = dataclasses.replace(course.labs[0], exercises=(exercise,))
    monkeypatch.setattr(flaky, "load_course", lambda: dataclasses.replace(course, labs=(lab,)))
    monkeypatch.setattr(flaky, "answers", lambda exercise: {"reference": exercise.part})
    verdicts = flaky.repeat(engine, [], 3, seed=1)
    assert verdicts["catalog.listing", "reference", "steady"] == {"passed": 3}
    assert flaky.changing(verdicts) == [
        "catalog.listing: reference: moody: 2 times passed, 1 times failed"
    ]


def test_an_error_is_never_stable() -> None:
    assert flaky.changing({("e", "a", "c"): Counter(error=2)}) == ["e: a: c: 2 times error"]
    assert flaky.changing({("e", "a", "c"): Counter(failed=2)}) == []
