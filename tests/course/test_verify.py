"""The verify matrix, one test an answer; and verify itself, which must notice what is broken."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.alternatives import load_wrong
from workbench.course import Course, CourseError, Exercise, load_course
from workbench.grading.cache import ResultCache
from workbench.grading.engine import Engine
from workbench.grading.result import ExerciseResult
from workbench.paths import build_dir
from workbench.verify import verify

Grade = Callable[..., ExerciseResult]

COURSE = load_course()
IDS = [exercise.id for exercise in COURSE.exercises]
RIGHT = [(one.id, name) for one in COURSE.exercises for name in ("reference", *one.right)]
WRONG = [(one.id, wrong.name) for one in COURSE.exercises for wrong in load_wrong(one)]


@pytest.fixture(scope="session")
def grade(engine: Engine) -> Grade:
    """Grade an answer, unless this checkout has judged it before by the same checks, reference and
    tool: a clean clone proves everything, the next run only what has changed since."""
    whole, partly = (ResultCache(build_dir() / name) for name in ("proof", "proof-of-wrong"))

    def grade(
        exercise: Exercise, answer: str, only: Collection[str] | None = None
    ) -> ExerciseResult:
        cache = whole if only is None else partly
        kept = cache.get(exercise, answer)
        if kept is not None and {one.id for one in kept.checks} >= set(only or ()):
            return kept
        result = engine.grade(exercise, answer, only)
        result = replace(result, basis=cache.basis(exercise, answer))
        cache.put(exercise, answer, result)
        return result

    return grade


@pytest.mark.parametrize(("exercise_id", "name"), RIGHT)
def test_a_right_answer_passes_every_check(
    grade: Grade, course: Course, exercise_id: str, name: str
) -> None:
    exercise = course.exercise(exercise_id)
    text = exercise.part if name == "reference" else exercise.right[name]
    result = grade(exercise, text)
    assert [one for one in result.checks if one.status != "passed"] == []


@pytest.mark.parametrize(("exercise_id", "name"), WRONG)
def test_a_wrong_answer_fails_the_checks_it_names(
    grade: Grade, course: Course, exercise_id: str, name: str
) -> None:
    """That it fails no other check is what `workbench verify` proves, in twice the time."""
    exercise = course.exercise(exercise_id)
    wrong = next(one for one in load_wrong(exercise) if one.name == name)
    result = grade(exercise, wrong.text(exercise.part), wrong.fails)
    assert "error" not in {one.status for one in result.checks}, result.reason
    assert {one.id for one in result.checks if one.status == "failed"} == set(wrong.fails)


@pytest.mark.parametrize("exercise_id", IDS)
def test_an_untouched_starter_loses_points_and_gives_no_error(
    grade: Grade, course: Course, exercise_id: str
) -> None:
    exercise = course.exercise(exercise_id)
    result = grade(exercise, exercise.starter)
    assert result.status == "graded"
    assert result.score < result.max_score


CHECKS = """
from workbench.checking import App, check, expect

def shop(app: App) -> None:
    \"\"\"Empty.\"\"\"

@check(points=1, on=shop)
def answers(app: App) -> None:
    \"\"\"It answers.\"\"\"
    expect.status(app.get("/api/v1/products"), 200)

@check(points=1, after=answers, on=shop)
def counts(app: App) -> None:
    \"\"\"It counts nothing.\"\"\"
    expect.equal(app.get("/api/v1/products")["pagination", "total"], 0, "total")
"""

WRONG_FILE = """
from workbench.alternatives import Wrong

COUNTS = 'return ProductPage(items, query["page"], query["per_page"], total)'
WRONG = [
    Wrong("crash", "It crashes.", fails=["answers"], edits=[(COUNTS, "return 1 / 0")]),
    *[
        Wrong(f"off_by_{n}", "It miscounts.", fails=["counts"],
              edits=[(COUNTS, COUNTS.replace("total)", f"total + {n})"))])
        for n in (1, 2, 3, 4)
    ],
]
"""

TOML = """
title = "Small"
replaces = "backend/catalog/listing.py"
minutes = 1
objectives = []
hints = ["Look."]
"""

LAB = """
title = "Small"
order = 1
services = []
minutes = 1
exercises = ["catalog.listing"]
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The folder of an exercise that is proven, in a course of its own."""
    folder = tmp_path / "graders" / "small" / "catalog.listing"
    (folder / "right").mkdir(parents=True)
    exercise = COURSE.exercise("catalog.listing")
    (folder.parent / "lab.toml").write_text(LAB)
    (folder / "exercise.toml").write_text(TOML)
    (folder / "checks.py").write_text(CHECKS)
    (folder / "wrong.py").write_text(WRONG_FILE)
    (folder / "starter.py").write_text(exercise.starter.replace("len(items)", "len(items) + 7"))
    for name, text in exercise.right.items():
        (folder / "right" / f"{name}.py").write_text(text)
    return folder


def problems(folder: Path, engine: Engine) -> list[str]:
    course = load_course(folder.parent.parent)
    (proof,) = verify(course, engine, [], lambda _: None)
    return proof.problems


def test_a_proven_exercise_has_no_problems(small: Path, engine: Engine) -> None:
    assert problems(small, engine) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        # A check that asks for what the reference does not do, and one that proves nothing.
        ("checks.py", '"total"], 0,', '"total"], 1,', "the reference is not accepted: counts"),
        ("checks.py", "    expect.equal(app", "    app = (app", "counts is failed by no starter"),
        ("checks.py", "), 200)", "), 200 / 0)", "gives an error"),
        # Wrong answers: one that is none, one that fails elsewhere, one that does not fit any more.
        ("wrong.py", "(1, 2, 3, 4)", "(0, 2, 3, 4)", "it is accepted"),
        ("wrong.py", 'fails=["answers"]', 'fails=["counts"]', "it fails ['answers']"),
        ("wrong.py", "COUNTS = 'return Pro", "COUNTS = 'return Pre", "must stand once"),
        ("wrong.py", "(1, 2, 3, 4)", "(1, 2)", "at least 5 wrong answers"),
        # Starters: another signature, one that leaves nothing to do.
        ("starter.py", "(session: Session, query:", "(session: Session, q:", "the starter has"),
        ("starter.py", "len(items) + 7", "len(items)", "there is nothing to do"),
    ],
)  # fmt: skip
def test_what_is_broken_is_noticed(
    small: Path, engine: Engine, file: str, old: str, new: str, said: str
) -> None:
    text = (small / file).read_text()
    assert text.count(old) == 1
    (small / file).write_text(text.replace(old, new))
    found = problems(small, engine)
    assert any(said in problem for problem in found), found


def test_a_right_answer_that_is_none_is_noticed(small: Path, engine: Engine) -> None:
    (small / "right" / "core.py").write_text("raise RuntimeError\n")
    assert any("the right answer core is not accepted" in one for one in problems(small, engine))


def test_a_stray_file_is_named(small: Path, engine: Engine) -> None:
    (small / "notes.txt").write_text("remember")
    assert any("notes.txt is a stray file" in one for one in problems(small, engine))


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("exercise.toml", TOML.replace("hints", "hint"), "missing ['hints'], unknown ['hint']"),
        ("exercise.toml", TOML.replace("minutes = 1", 'minutes = "1"'), "minutes must be a int"),
        ("exercise.toml", "title =", "exercise.toml"),
        ("../lab.toml", LAB.replace("catalog.listing", "catalog.nothing"), "is missing"),
        ("../lab.toml", LAB.replace('["catalog.', '["catalog.listing", "catalog.'), "same id"),
    ],
)
def test_a_course_that_cannot_be_read_says_which_file(
    small: Path, file: str, text: str, said: str
) -> None:
    (small / file).write_text(text)
    with pytest.raises(CourseError) as caught:
        load_course(small.parent.parent)
    assert said in str(caught.value)
