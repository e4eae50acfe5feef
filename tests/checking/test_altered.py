"""An altered system is the answer among other files, on the database of the system."""

from __future__ import annotations

import pytest

from workbench.checking import App, CheckFailed, expect
from workbench.running.runner import Runner
from workbench.running.system import NO_SETTINGS

ROLES, HEALTH = "backend/auth/roles.py", "backend/health.py"
READS = 'SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})'
PROBE = '"/healthz"'


def test_the_answer_is_in_it_and_the_edits_too(runner: Runner) -> None:
    # In this answer nothing is public: the reference would let everybody read.
    answer = runner.reference(ROLES).replace(READS, "SAFE_METHODS = frozenset[str]()")
    with runner.stage({ROLES: answer}) as stage, stage.start() as system:
        app = App(system, stage, NO_SETTINGS)
        app.sql("INSERT INTO categories (name) VALUES ('Lamps')")
        with app.altered(HEALTH, [(PROBE, '"/probe"')]) as altered:
            expect.status(altered.get("/api/v1/categories", role=None), 401)
            expect.status(altered.get("/probe"), 200)
            assert len(altered.get("/api/v1/categories")["categories"]) == 1
        with app.faulty(HEALTH, [(PROBE, '"/probe"')]) as faulty:
            reply = faulty.get("/api/v1/categories", role=None)
            expect.equal(reply["categories"], [], "categories of a fresh database")
        missing = [("no such text", "")]
        with pytest.raises(ValueError, match="must stand once"), app.altered(HEALTH, missing):
            pass
        app.close()


def test_it_ends_with_the_system(runner: Runner) -> None:
    with runner.stage({}) as stage, stage.start() as system:
        app = App(system, stage, NO_SETTINGS)
        with app.altered(HEALTH, [(PROBE, '"/probe"')]) as altered:
            app.kill()
            with pytest.raises(CheckFailed):
                altered.get("/probe")
        app.close()
