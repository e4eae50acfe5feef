"""A lab of one exercise in SQL: proven, built into a notebook, answered, graded, and put back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from small_social import NOTES_PART, make_reference

from workbench.bench.provider import Services
from workbench.build import build
from workbench.checking.check import load_checks
from workbench.course import Course, load_course
from workbench.grading.engine import Engine
from workbench.grading.notebook import grade_notebook
from workbench.notebook.replace import replace_answer
from workbench.running.runner import Runner
from workbench.scaffold import new_exercise
from workbench.verify import Proof, verify

LAB, ID = "week99_social", "social.notes"

FILES = {
    "lab.toml": f'title = "Notes"\norder = 1\nservices = ["postgresql"]\nminutes = 5\n'
    f'exercises = ["{ID}"]\n',
    "1_notes.md": f"# Notes\n\n```python\n%sql SELECT 1\n```\n\n{{{{exercise {ID}}}}}\n",
    f"{ID}/exercise.toml": f'title = "Notes"\nreplaces = "{NOTES_PART}"\nminutes = 5\n'
    'objectives = []\nhints = ["Look."]\n',
    f"{ID}/starter.sql": "CREATE TABLE notes (\n    id bigint\n    -- TODO\n);\n",
    f"{ID}/checks.py": '''
from workbench.checking import Social, check, expect

NOTE = "INSERT INTO notes (author_id, text) VALUES (%s, %s)"

def ada(app: Social) -> None:
    """Ada, who has written one note."""
    app.sql("INSERT INTO people (name) VALUES ('Ada')")

@check(points=1, runs="social", on=ada)
def keeps_a_note(app: Social) -> None:
    """A note has an author and a text, and no likes yet."""
    app.sql(NOTE, [1, "first"])
    expect.equal(app.sql("SELECT likes FROM notes WHERE text = 'first'")[0]["likes"], 0, "likes")

@check(points=1, runs="social", on=ada)
def knows_its_author(app: Social) -> None:
    """A note's author is somebody."""
    expect.equal(app.session().try_out(NOTE, [99, "x"]).result(), "23503", "the SQLSTATE")

@check(points=1, runs="social", on=ada, hidden=True)
def has_a_text(app: Social) -> None:
    """A note has a text."""
    expect.equal(app.session().try_out(NOTE, [1, None]).result(), "23502", "the SQLSTATE")

@check(points=1, runs="social", on=ada)
def counts(app: Social) -> None:
    """`count_notes` counts an author's notes."""
    app.sql(NOTE, [1, "counted"])
    (mine,) = app.sql("SELECT count_notes(1) AS n, count_notes(98) AS none")
    expect.that(mine["n"] >= 1 and mine["none"] == 0, "Ada's notes and nobody's", str(mine))

@check(points=1, runs="social")
def is_built_on(app: Social) -> None:
    """The rest of the schema can be built on it."""
    app.complete()
''',
    f"{ID}/wrong.py": """
from workbench.alternatives import Wrong

WRONG = [
    Wrong("nobody", "No author is asked for.", ["knows_its_author"], [(" REFERENCES people", "")]),
    Wrong("no_text", "The text may be missing.", ["has_a_text"],
          [("text text NOT NULL", "text text")]),
    Wrong("null_likes", "Nobody has counted.", ["keeps_a_note"],
          [("likes int NOT NULL DEFAULT 0", "likes int")]),
    Wrong("all_notes", "All notes are counted.", ["counts"], [(" WHERE author_id = author", "")]),
    Wrong("renamed", "The column has another name.",
          ["keeps_a_note", "knows_its_author", "has_a_text", "counts", "is_built_on"],
          [("    author_id bigint", "    written_by bigint"),
           ("WHERE author_id = author", "WHERE written_by = author")]),
]
""",
    f"{ID}/right/plpgsql.sql": """
CREATE TABLE notes (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    author_id bigint NOT NULL,
    text varchar(1000) NOT NULL,
    likes bigint NOT NULL DEFAULT 0,
    CONSTRAINT has_author FOREIGN KEY (author_id) REFERENCES people (id)
);
CREATE FUNCTION count_notes(who bigint) RETURNS int LANGUAGE plpgsql AS $count$
BEGIN
    RETURN (SELECT count(*) FROM notes WHERE author_id = who);
END;
$count$;
""",
    f"{ID}/right/atomic.sql": """
BEGIN;
CREATE TABLE IF NOT EXISTS public.notes AS
    SELECT 0::bigint AS author_id, ''::text AS text, 0 AS likes
    WITH NO DATA;
ALTER TABLE notes
    ADD FOREIGN KEY (author_id) REFERENCES people,
    ALTER text SET NOT NULL,
    ALTER likes SET DEFAULT 0;
CREATE FUNCTION count_notes(bigint) RETURNS bigint
BEGIN ATOMIC
    SELECT count(*) FROM notes WHERE author_id = $1;
END;
COMMIT;
""",
}


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose course is this one lab."""
    make_reference(tmp_path)
    for name, text in FILES.items():
        file = tmp_path / "graders" / LAB / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for module in ("course", "verify"):
        monkeypatch.setattr(f"workbench.{module}.root", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def course(checkout: Path) -> Course:
    return load_course(checkout / "graders")


@pytest.fixture
def engine(services: Services, checkout: Path) -> Iterator[Engine]:
    with Runner(services, checkout) as runner:
        yield Engine(runner)


def proven(course: Course, engine: Engine) -> Proof:
    (proof,) = verify(course, engine, [], lambda _: None)
    return proof


def test_it_can_be_proven(course: Course, engine: Engine) -> None:
    proof = proven(course, engine)
    assert proof.problems == []
    assert proof.starter == "failed"
    assert set(proof.right.values()) == {"passed"}


def test_a_part_that_is_built_on_must_be_claimed_to_fit(
    course: Course, engine: Engine, checkout: Path
) -> None:
    checks = checkout / "graders" / LAB / ID / "checks.py"
    checks.write_text(checks.read_text().replace("app.complete()", "pass"))
    assert any("no check claims app.complete()" in one for one in proven(course, engine).problems)


def test_its_notebook_is_built_graded_and_put_back(
    course: Course, engine: Engine, checkout: Path
) -> None:
    build(course, checkout)
    exercise = course.exercise(ID)
    solution = checkout / "solutions" / LAB / "1_notes.ipynb"
    released = checkout / "labs" / LAB / "1_notes.ipynb"
    notebook = nbformat.read(released, as_version=4)
    nbformat.validate(notebook)
    (answer,) = [one for one in notebook.cells if one.source.startswith("%%answer")]
    assert answer.source == f"%%answer {ID}\n{exercise.starter}".rstrip()
    assert answer.metadata.workbench == {"role": "answer", "exercise": ID, "language": "sql"}

    assert grade_notebook(solution, course, engine).score == 5
    untouched = grade_notebook(released, course, engine)
    assert (untouched.status, untouched.score, untouched.max_score) == ("graded", 0, 5)
    assert replace_answer(released, exercise, exercise.right["plpgsql"])
    result = grade_notebook(released, course, engine)
    assert (result.status, result.score) == ("graded", 5)
    assert json.loads(json.dumps(result.as_json()))["score"] == 5
    assert replace_answer(released, exercise, exercise.starter)
    assert grade_notebook(released, course, engine).score == 0


def test_a_new_exercise_has_a_check_of_its_kind(course: Course, checkout: Path) -> None:
    made = new_exercise(course.lab(LAB), "social.people", "sql/social/people.sql", checkout)
    assert {file.name for file in made} >= {"starter.sql", "checks.py"}
    (check,) = load_checks(made[0].parent / "checks.py")
    assert check.runs == "social"
