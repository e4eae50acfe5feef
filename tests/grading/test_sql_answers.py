"""Grading an answer in SQL: a database for each check, and verdicts that blame the right one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from small_social import NOTES, NOTES_PART, make_reference

from workbench.bench.provider import Services
from workbench.checking.check import CheckDefinitionError, load_checks
from workbench.course import Exercise
from workbench.grading.engine import Engine
from workbench.grading.result import ExerciseResult
from workbench.running import social
from workbench.running.runner import Runner

CHECKS = '''
from workbench.checking import CheckFailed, Social, check, expect


def with_ada(app: Social) -> None:
    app.sql("INSERT INTO people (name) VALUES ('Ada')")


@check(points=1, runs="social")
def is_alone(app: Social) -> None:
    """Each check has a database of its own."""
    with_ada(app)
    expect.equal(len(app.sql("SELECT id FROM people")), 1, "people")


@check(points=2, runs="social", on=with_ada)
def takes_notes(app: Social) -> None:
    """A note has an author and a text."""
    app.sql("INSERT INTO notes (author_id, text) VALUES (1, 'first')")


@check(points=4, runs="social", on=with_ada)
def refuses_no_text(app: Social) -> None:
    """A note has a text. The scene is shared."""
    expect.equal(len(app.sql("SELECT id FROM notes")), 1, "notes")
    later = app.session().try_out("INSERT INTO notes (author_id, text) VALUES (1, NULL)")
    expect.equal(later.result(), "23502", "the SQLSTATE")


@check(points=8, runs="social", hidden=True)
def is_built_on(app: Social) -> None:
    """The rest can be built on it."""
    app.complete()
'''


@pytest.fixture(scope="module")
def engine(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Runner(services, make_reference(tmp_path_factory.mktemp("reference"))) as runner:
        yield Engine(runner)


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    made = Exercise("small.notes", tmp_path, "Notes", NOTES_PART, 10, (), ())
    made.checks_file.write_text(CHECKS)
    return made


def statuses(result: ExerciseResult) -> list[str]:
    return [one.status for one in result.checks]


def test_the_part_passes(engine: Engine, exercise: Exercise) -> None:
    result = engine.grade(exercise, NOTES)
    assert (result.status, result.score, result.max_score) == ("graded", 15, 15), result.checks


def test_a_mistake_fails_its_check(engine: Engine, exercise: Exercise) -> None:
    result = engine.grade(exercise, NOTES.replace("text text NOT NULL", "text text"))
    assert statuses(result) == ["passed", "passed", "failed", "passed"]
    assert 'got:      ""' in result.checks[2].message


def test_what_the_rest_lacks_fails_one_check(engine: Engine, exercise: Exercise) -> None:
    table = NOTES.partition("CREATE FUNCTION")[0]
    without = table.replace("author_id bigint NOT NULL REFERENCES people,", "")
    result = engine.grade(exercise, without)
    assert statuses(result) == ["passed", "failed", "failed", "failed"]
    assert "indexes.sql, line 1" in result.checks[3].message
    assert "The rest of the schema does not fit" in result.checks[1].message


def test_sql_that_does_not_run_fails_every_check_with_its_line(
    engine: Engine, exercise: Exercise
) -> None:
    result = engine.grade(exercise, f"{NOTES}\nCREATE INDEX ON notes (nothing);")
    assert statuses(result) == ["failed"] * 4
    message = result.checks[0].message
    assert "sql/social/notes.sql, line 12" in message
    assert "12 | CREATE INDEX ON notes (nothing);" in message
    assert 'column "nothing" does not exist' in message
    assert "the line that is named" in message


def test_a_check_that_is_kept_waiting_is_ended(
    engine: Engine, exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleeps = """CREATE FUNCTION doze() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN SET statement_timeout = 0; PERFORM pg_sleep(1000); RETURN NEW; END';
        CREATE TRIGGER doze BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION doze();"""
    checks = CHECKS.replace("points=2,", "points=2, seconds=2,")
    exercise.checks_file.write_text(checks)
    result = engine.grade(exercise, NOTES + sleeps)
    assert statuses(result) == ["passed", "failed", "failed", "passed"]
    assert "within 2 s" in result.checks[1].message


def test_a_part_without_an_end_is_waited_for_once(
    engine: Engine, exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(social, "SECONDS", 1.0)
    result = engine.grade(exercise, "SET statement_timeout = 0; SELECT pg_sleep(1000)")
    assert statuses(result) == ["failed"] * 4
    assert result.seconds < 10
    assert "took too long" in result.checks[3].message


def test_a_broken_reference_withholds_the_grade(
    services: Services, exercise: Exercise, tmp_path: Path
) -> None:
    reference = make_reference(tmp_path / "reference")
    (reference / "sql/social/people.sql").write_text("nonsense")
    with Runner(services, reference) as runner:
        result = Engine(runner).grade(exercise, NOTES)
    assert result.status == "withheld"
    assert "people.sql, line 1" in result.reason


def test_nothing_is_left(engine: Engine, exercise: Exercise, services: Services) -> None:
    def left() -> list[str]:
        opened = psycopg2.connect(services.postgres_url)
        with opened.cursor() as cursor:
            cursor.execute(
                "SELECT datname FROM pg_database WHERE datname ~ '^wb_[0-9a-f]{8}_'"
                " UNION ALL SELECT rolname FROM pg_roles"
            )
            found = sorted(name for (name,) in cursor.fetchall())
        opened.close()
        return found

    engine.grade(exercise, NOTES)
    before = left()
    engine.grade(exercise, NOTES + "SELECT 1/0")
    assert left() == before


def test_a_database_has_no_settings(exercise: Exercise) -> None:
    text = CHECKS.replace('points=1, runs="social"', 'points=1, runs="social", settings={"A": "1"}')
    exercise.checks_file.write_text(text)
    with pytest.raises(CheckDefinitionError, match="no settings"):
        load_checks(exercise.checks_file)
