"""Every attack in a part of SQL: no point gained, nothing left, the next one graded."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from attack import Attack
from part_attacks import PART
from small_social import NOTES, NOTES_PART, make_reference

from workbench.bench.provider import Services
from workbench.checking import sql
from workbench.course import Exercise
from workbench.grading.engine import Engine
from workbench.grading.render import as_html
from workbench.running import social
from workbench.running.runner import Runner

#: MiB that an attack may make the judge's own process grow by, and the longest that it may take.
MOST_GROWTH, MOST_SECONDS = 300, 60.0

CHECKS = '''
from workbench.checking import Social, check, expect

def people(app: Social) -> None:
    """Three people."""
    app.sql("INSERT INTO people (name) VALUES ('a'), ('b'), ('c')")

@check(points=1, runs="social", on=people, seconds=3)
def knows_people(app: Social) -> None:
    """The people are there."""
    expect.equal(len(app.sql("SELECT id FROM people")), 3, "people")

@check(points=1, runs="social", on=people, seconds=3)
def takes_notes(app: Social) -> None:
    """A note is kept."""
    app.sql("INSERT INTO notes (author_id, text) SELECT id, 'x' FROM people")
    expect.equal(len(app.sql("SELECT id FROM notes")), 3, "notes")

@check(points=4, runs="social", on=people, seconds=3)
def has_an_index(app: Social) -> None:
    """Notes are found by an index."""
    app.sql("ANALYZE")
    found = app.explain("SELECT id FROM notes WHERE text = 'y'").indexes
    expect.equal(found, {"notes_text"}, "the indexes")

def many(app: Social) -> None:
    """A person with 3,000 notes."""
    app.sql("INSERT INTO people (name) VALUES ('a')")
    app.sql("INSERT INTO notes (author_id, text) SELECT 1, n FROM generate_series(1, 3000) AS n")
    app.vacuum("notes")

@check(points=4, runs="social", on=many, seconds=5)
def reads_little(app: Social) -> None:
    """One of many notes is found with 10 pages."""
    plan = app.explain("SELECT id FROM notes WHERE text = '7'")
    expect.equal(len(plan.given), 1, "the rows")
    expect.that(plan.buffers <= 10, "at most 10 pages", plan.text)

@check(points=4, runs="social", on=people, seconds=3)
def refuses_no_text(app: Social) -> None:
    """A note has words."""
    refused = app.session().try_out("INSERT INTO notes (author_id, text) VALUES (1, '')")
    expect.equal(refused.result(), "23514", "the SQLSTATE")

@check(points=1, runs="social")
def is_complete(app: Social) -> None:
    """The rest can be built on it."""
    app.complete()
'''


@pytest.fixture(scope="module")
def runner(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    with Runner(services, make_reference(tmp_path_factory.mktemp("reference"))) as opened:
        yield opened


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    made = Exercise("small.notes", tmp_path, "Notes", NOTES_PART, 10, (), ())
    made.checks_file.write_text(CHECKS)
    return made


@pytest.mark.parametrize("attack", PART, ids=lambda attack: attack.id)
def test_the_attack_fails(
    runner: Runner,
    services: Services,
    exercise: Exercise,
    attack: Attack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(social, "SECONDS", 4.0)
    monkeypatch.setattr(sql, "_OPTIONS", sql._OPTIONS.replace(f"{sql.STATEMENT_SECONDS}s", "2s"))
    engine = Engine(runner)
    plain = engine.grade(exercise, NOTES)
    assert (plain.status, plain.score) == ("graded", 3), plain.checks
    before, held = _left(services), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()

    result = engine.grade(exercise, f"{NOTES}\n{attack.code}")
    messages = "\n".join(check.message for check in result.checks)
    assert result.status == "graded", result.reason
    assert result.score <= plain.score, messages
    assert "REACHED" not in messages
    assert len(messages) < 20_000
    assert time.monotonic() - started < MOST_SECONDS
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) // 1024
    assert grown < MOST_GROWTH, f"the judge took {grown} MiB more"
    assert "<script>" not in as_html(exercise, result, for_learner=False)
    assert _left(services) == before
    assert not Path("/tmp/owned").exists()  # noqa: S108
    assert engine.grade(exercise, NOTES).score == 3


def _left(services: Services) -> list[str]:
    """The tenants' databases, all roles, who is superuser, and templates."""
    with closing(psycopg2.connect(services.postgres_url)) as opened, opened.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database UNION ALL SELECT rolname FROM pg_roles"
            " UNION ALL SELECT 'superuser ' || rolname FROM pg_roles WHERE rolsuper"
            " UNION ALL SELECT 'template ' || datname FROM pg_database WHERE datistemplate"
        )
        return sorted(name for (name,) in cursor.fetchall())
