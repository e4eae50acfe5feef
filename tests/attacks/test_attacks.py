"""Every attack of the corpus: no point gained, nothing left or harmed, the next one graded."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import resource
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg2
import pytest
from attack import CLASSES, Attack
from corpus import ATTACKS, HONEST, table

from workbench.bench.provider import Services
from workbench.checking import http, sql
from workbench.course import Course, Exercise
from workbench.grading.engine import Engine
from workbench.grading.render import as_html
from workbench.grading.result import ExerciseResult
from workbench.paths import root
from workbench.running import system as system_module
from workbench.running.runner import Runner

#: MiB that an attack may make the judge's own process grow by.
MOST_GROWTH = 300

INNOCENT = '''
from workbench.checking import App, check, expect

@check(points=3)
def works(app: App) -> None:
    """It lists what is in the database."""
    app.sql("INSERT INTO categories (name) VALUES ('Books')")
    app.sql("INSERT INTO products (name, price, category_id) SELECT 'Atlas', 1, id FROM categories")
    expect.equal(app.get("/api/v1/products")["pagination", "total"], 1, "the total")
'''


@pytest.fixture(scope="module")
def honest(engine: Engine, course: Course) -> dict[str, ExerciseResult]:
    """What each honest text gets without an attack."""
    return {
        name: engine.grade(course.exercise(name), honest_text(course.exercise(name)))
        for name in sorted({attack.on for attack in ATTACKS})
    }


def honest_text(exercise: Exercise) -> str:
    return HONEST.get(exercise.id, exercise.starter)


@pytest.fixture
def innocent(course: Course, tmp_path: Path) -> Exercise:
    """The exercise with one quick check, for the answer that is graded after the attack."""
    exercise = dataclasses.replace(course.exercise("catalog.listing"), folder=tmp_path)
    exercise.checks_file.write_text(INNOCENT)
    return exercise


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """Somebody else's file, which the file system lets anybody write."""
    folder = tmp_path / "others"
    folder.mkdir()
    folder.chmod(0o777)
    file = folder / "gradebook.db"
    file.write_text("marks")
    file.chmod(0o666)
    return file


@pytest.fixture
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits of an ordinary grading, shortened: they are what is waited for here."""
    monkeypatch.setattr(http, "REQUEST_SECONDS", 3.0)
    monkeypatch.setattr(system_module, "READY_SECONDS", 10.0)
    options = sql._OPTIONS.replace(f"{sql.STATEMENT_SECONDS}s", "2s")
    monkeypatch.setattr(sql, "_OPTIONS", options)


@pytest.fixture
def _tidy(runner: Runner, services: Services) -> Iterator[None]:
    """Nothing is left of the attack: no process, no folder, no database, no role."""
    with runner.stage({}) as stage:
        home = stage.folder.parent
    before = _left(home, services)
    yield
    assert _left(home, services) == before


@pytest.mark.usefixtures("_patience", "_tidy")
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id)
def test_the_attack_fails(
    engine: Engine,
    course: Course,
    services: Services,
    canary: Path,
    innocent: Exercise,
    honest: dict[str, ExerciseResult],
    attack: Attack,
) -> None:
    exercise, plain = course.exercise(attack.on), honest[attack.on]
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    text = attack.answer(
        honest_text(exercise),
        root=str(root()),
        canary=str(canary),
        judge=os.getpid(),
        postgres=urlsplit(services.postgres_url).port,
    )
    result = engine.grade(exercise, text)
    messages = "\n".join(check.message for check in result.checks)

    assert result.status == "graded", result.reason
    assert result.score <= plain.score, (result.score, messages)
    assert result.max_score == plain.max_score
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) // 1024
    assert grown < MOST_GROWTH, f"the judge took {grown} MiB more"
    assert "REACHED" not in messages
    for what in attack.denied:
        assert json.dumps({"what": what, "got": "denied"}) in messages, messages
    assert [file.name for file in canary.parent.iterdir()] == [canary.name]
    assert canary.read_text() == "marks"
    assert canary.stat().st_mode & 0o777 == 0o666
    assert "<script>alert" not in as_html(exercise, result, for_learner=False)

    after = engine.grade(innocent, innocent.part)
    assert (after.score, after.status) == (3, "graded"), after.checks


def test_every_class_has_an_attack() -> None:
    assert len(CLASSES) == 25
    assert {attack.of for attack in ATTACKS} == set(CLASSES)
    assert len({attack.id for attack in ATTACKS}) == len(ATTACKS)


def test_the_document_holds_the_table() -> None:
    """To renew it: python tests/attacks/write_table.py"""
    assert table() in (root() / "docs" / "security.md").read_text()


def _left(home: Path, services: Services) -> tuple[list[str], list[str], list[str]]:
    """The stages, their processes, and the tenants' databases and roles that there are."""
    stages = sorted(str(one) for one in home.glob("stage-*"))
    working = sorted(
        one for one in map(_folder, psutil.process_iter()) if one.startswith(str(home))
    )
    with closing(psycopg2.connect(services.postgres_url)) as opened, opened.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE datname ~ '^wb_[0-9a-f]{8}_'"
            " UNION ALL SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_'"
            " UNION ALL SELECT 'superuser ' || rolname FROM pg_roles WHERE rolsuper ORDER BY 1"
        )
        return stages, working, [name for (name,) in cursor.fetchall()]


def _folder(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.Error, OSError):  # it has ended, or its path is too long
        return process.cwd()
    return ""
