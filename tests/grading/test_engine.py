"""Grading one answer, with checks written for the occasion against the real system."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from workbench.bench.tenancy import Tenancy
from workbench.course import Course, Exercise
from workbench.grading.engine import Engine
from workbench.running.runner import Runner
from workbench.running.sandbox.level import Level

QUICK = '''
@check(points=1)
def answers(app):
    """It answers."""
    expect.status(app.get("/api/v1/products"), 200)
'''

HEAD = "from workbench.checking import App, CheckFailed, check, expect\n"


@pytest.fixture
def exercise(course: Course, tmp_path: Path) -> Exercise:
    """An exercise on the listing part, whose checks the test writes."""
    return dataclasses.replace(course.exercise("catalog.listing"), folder=tmp_path)


def write(exercise: Exercise, text: str) -> None:
    exercise.checks_file.write_text(HEAD + text)


def statuses(engine: Engine, exercise: Exercise, answer: str | None = None) -> dict[str, str]:
    result = engine.grade(exercise, exercise.part if answer is None else answer)
    return {check.id: check.status for check in result.checks}


def test_the_four_statuses(engine: Engine, exercise: Exercise) -> None:
    write(exercise, '''
@check(points=1)
def works(app):
    """It answers."""
    expect.status(app.get("/api/v1/products"), 200)

@check(points=2)
def fails(app):
    """It does not."""
    expect.status(app.get("/api/v1/nothing"), 200)

@check(points=4, after=fails)
def waits(app):
    """It waits."""

@check(points=8)
def breaks(app):
    """It breaks."""
    raise ZeroDivisionError
''')  # fmt: skip
    result = engine.grade(exercise, exercise.part)
    assert [check.status for check in result.checks] == ["passed", "failed", "skipped", "error"]
    assert result.status == "withheld"
    assert "ZeroDivisionError" in result.reason
    assert (result.score, result.max_score) == (1, 15)


def test_only_the_checks_that_are_asked_for_are_run(engine: Engine, exercise: Exercise) -> None:
    breaks = (
        '@check(points=8)\ndef breaks(app):\n    """It breaks."""\n    raise ZeroDivisionError\n'
    )
    write(exercise, QUICK + breaks)
    result = engine.grade(exercise, exercise.part, only=["answers"])
    assert [(check.id, check.status) for check in result.checks] == [("answers", "passed")]


def test_a_failure_shows_the_exchange(engine: Engine, exercise: Exercise) -> None:
    write(exercise, '''
@check(points=1)
def fails(app):
    """It lists nothing."""
    expect.equal(app.get("/api/v1/products")["products"], [1], "products", look="here")
''')  # fmt: skip
    (check,) = engine.grade(exercise, exercise.part).checks
    assert check.details["expected"] == "products: [1]"
    assert check.details["got"] == "[]"
    assert "FROM products" in check.details["sql"]


def test_an_endless_loop_ends_at_the_limit_of_its_check(engine: Engine, exercise: Exercise) -> None:
    write(exercise, '''
@check(points=1, seconds=1.0)
def answers(app):
    """It answers in time."""
    app.get("/api/v1/products")

@check(points=1)
def goes_on(app):
    """The other checks still run."""
    expect.status(app.get("/api/v1/openapi.json"), 200)
''')  # fmt: skip
    loop = exercise.part.replace("    matches:", "    while True:\n        pass\n    matches:")
    result = engine.grade(exercise, loop)
    assert [check.status for check in result.checks] == ["failed", "passed"]
    assert "answers this check within 1 s" in result.checks[0].message
    assert "GET /api/v1/products" in result.checks[0].message


def test_a_process_that_ends_itself_is_said_to(engine: Engine, exercise: Exercise) -> None:
    write(exercise, '''
@check(points=1)
def answers(app):
    """It answers."""
    app.get("/api/v1/products")
''')  # fmt: skip
    exits = exercise.part.replace(
        "    matches:", "    import os\n    print('goodbye')\n    os._exit(0)\n    matches:"
    )
    (check,) = engine.grade(exercise, exits).checks
    assert check.status == "failed"
    assert "the connection ended without one" in check.message
    assert "goodbye" in check.message


def test_checks_of_a_scene_share_a_system_and_others_do_not(
    engine: Engine, exercise: Exercise
) -> None:
    write(exercise, '''
def shop(app):
    app.sql("INSERT INTO categories (name) VALUES ('Books')")

def count(app):
    return app.sql("SELECT count(*) FROM categories")[0]["count"]

@check(points=1, on=shop)
def first(app):
    """One."""
    expect.equal(count(app), 1, "categories")
    app.sql("INSERT INTO categories (name) VALUES ('Tools')")

@check(points=1, on=shop)
def second(app):
    """Two."""
    expect.equal(count(app), 2, "categories")

@check(points=1)
def alone(app):
    """None."""
    expect.equal(count(app), 0, "categories")
''')  # fmt: skip
    assert set(statuses(engine, exercise).values()) == {"passed"}


def test_a_scene_whose_system_died_is_made_anew(engine: Engine, exercise: Exercise) -> None:
    write(exercise, '''
def shop(app):
    """Empty."""

@check(points=1, on=shop)
def dies(app):
    """It dies."""
    app.system.kill()
    app.get("/healthz")

@check(points=1, on=shop)
def lives(app):
    """It lives."""
    expect.status(app.get("/healthz"), 200)
''')  # fmt: skip
    assert statuses(engine, exercise) == {"dies": "failed", "lives": "passed"}


def test_a_failure_while_the_bench_is_down_is_ours(
    engine: Engine, exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(exercise, '''
@check(points=1)
def fails(app):
    """It fails."""
    expect.status(app.get("/api/v1/nothing"), 200)
''')  # fmt: skip
    monkeypatch.setattr(Tenancy, "healthy", lambda self: "PostgreSQL does not answer.")
    result = engine.grade(exercise, exercise.part)
    assert result.status == "withheld"
    assert result.reason == "PostgreSQL does not answer. The answer is graded again."


def test_the_result_names_the_sandbox(engine: Engine, exercise: Exercise) -> None:
    write(exercise, QUICK)
    result = engine.grade(exercise, exercise.part)
    assert result.sandbox == engine._runner.sandbox.name
    assert result.as_json()["sandbox"] == result.sandbox


def test_nothing_runs_in_a_sandbox_that_is_too_weak(
    runner: Runner, exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(exercise, QUICK)
    weak = Level("limits", "Landlock is missing: grade on Linux.")
    monkeypatch.setattr(Runner, "sandbox", property(lambda self: weak))
    monkeypatch.setattr(Runner, "stage", None)  # whoever ran it would need a stage
    result = Engine(runner, require_sandbox="linux").grade(exercise, exercise.part)
    assert (result.status, result.score, result.max_score) == ("withheld", 0, 1)
    for said in ("`limits`", "`linux` is required", "Landlock is missing: grade on Linux."):
        assert said in result.reason
    assert result.sandbox == "limits"


def test_an_answer_that_does_not_start_fails_every_check_once(
    engine: Engine, course: Course
) -> None:
    exercise = course.exercise("catalog.listing")
    result = engine.grade(exercise, "raise RuntimeError('not today')\n")
    assert result.status == "graded"
    assert result.score == 0
    assert {check.status for check in result.checks} == {"failed", "skipped"}
    assert "RuntimeError: not today" in result.checks[0].message


@pytest.mark.parametrize("answer", ["", "\0", "\ud800", "x" * 1_000_000, "def broken(:"])
def test_odd_texts_are_graded_like_any_other(engine: Engine, course: Course, answer: str) -> None:
    result = engine.grade(course.exercise("catalog.listing"), answer)
    assert (result.status, result.score) == ("graded", 0)
