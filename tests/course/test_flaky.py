"""`make flaky` must itself notice a verdict that changes."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import flaky
import pytest

from workbench.bench.provider import Services
from workbench.course import Course
from workbench.grading.engine import Engine
from workbench.grading.result import CheckResult

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


def test_a_verdict_that_changes_is_named(engine: Engine, course: Course, tmp_path: Path) -> None:
    exercise = dataclasses.replace(course.exercise("catalog.listing"), folder=tmp_path)
    exercise.checks_file.write_text(CHECKS.format(calls=tmp_path / "calls"))
    known = [(exercise.id, "reference")]
    verdicts = flaky.repeat(
        lambda todo: (engine.grade(exercise, exercise.part).checks for _ in todo), known, 3, seed=1
    )
    assert verdicts["catalog.listing", "reference", "steady"] == {"passed": 3}
    assert flaky.changing(verdicts) == [
        "catalog.listing: reference: moody: 2 times passed, 1 times failed"
    ]


def test_workers_judge_what_is_known_and_what_a_key_interrupts_is_told(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_WORK", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", services.postgres_url)
    monkeypatch.setenv("REDIS_URL", services.redis_url)
    todo = [("catalog.schemas", "reference"), ("catalog.schemas", "starter")]
    assert set(todo) < set(flaky.all_known(["catalog.schemas"]))

    def judge(wanted: Sequence[flaky.Known]) -> Iterator[Sequence[CheckResult]]:
        yield from judges(wanted)
        raise KeyboardInterrupt

    with flaky.workers(2) as judges:
        verdicts = flaky.repeat(judge, todo, 2, seed=1)
    assert {counts.total() for counts in verdicts.values()} == {1}, "one round"
    seen = {(answer, status) for (_, answer, _), counts in verdicts.items() for status in counts}
    assert ("starter", "failed") in seen
    assert ("reference", "passed") in seen
    assert ("reference", "failed") not in seen


def test_an_error_is_never_stable() -> None:
    assert flaky.changing({("e", "a", "c"): Counter(error=2)}) == ["e: a: c: 2 times error"]
    assert flaky.changing({("e", "a", "c"): Counter(failed=2)}) == []
