"""Checks of week 1 on the reference, served by a thread of this process: run by full_checks.py.

What it costs to judge at all, without anything that keeps an answer apart from its judge.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import waitress
from sqlalchemy import Engine, event

from backend.app import create_app
from backend.auth.roles import Role
from backend.schema import create_schema
from backend.settings import Settings
from benchmarks.full_checks import EXERCISES
from workbench.bench.choose import provider_from
from workbench.bench.tenancy import Tenancy
from workbench.checking import App
from workbench.checking.check import Check, Scene, load_checks
from workbench.course import load_course
from workbench.paths import work_dir
from workbench.running.log import Log
from workbench.running.postgres_wire import Statement
from workbench.running.redis_wire import Command
from workbench.running.tokens import TOKENS
from workbench.running.ways import command_log, statement_log

TOKEN_DIGESTS = [hashlib.sha256(token.encode()).hexdigest() for token in TOKENS.values()]

CHECKS = [
    (submission, exercise, check)
    for submission in range(int(os.environ["SUBMISSIONS"]))
    for exercise in EXERCISES
    for check in load_checks(load_course().exercise(exercise).checks_file)
]

Opener = Callable[[tuple[int, str], Scene | None], App]


@dataclass
class Served:
    """A running system as a check sees it."""

    base_url: str
    database_url: str
    redis_url: str
    output: str = ""
    statements: Log[Statement] = field(default_factory=statement_log)
    commands: Log[Command] = field(default_factory=command_log)


@contextmanager
def served(tenancy: Tenancy, redis_url: str) -> Iterator[Served]:
    """The reference backend on a fresh database, in a thread."""
    tenant = tenancy.create_tenant()
    url = tenancy.postgres_url(tenant, tenancy.create_database(tenant, "bare"))
    server = waitress.create_server(
        create_app(Settings(url, redis_url, dict.fromkeys(TOKEN_DIGESTS, Role.ADMIN))),
        host="127.0.0.1",
        port=0,
        threads=16,
    )
    system = Served(f"http://127.0.0.1:{server.effective_port}", url, redis_url)

    def note(_: Any, cursor: Any, *__: Any) -> None:
        system.statements.append(Statement(cursor.query.decode(), cursor.statusmessage))

    event.listen(Engine, "after_cursor_execute", note)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield system
    finally:
        event.remove(Engine, "after_cursor_execute", note)
        server.close()
        tenancy.drop_tenant(tenant)


@pytest.fixture(scope="session")
def opener() -> Iterator[Opener]:
    """Opens a system for a check: the one of its scene, or a fresh one."""
    with (
        provider_from(os.environ, work_dir() / "bench").acquire() as lease,
        Tenancy(lease.services) as tenancy,
    ):
        if not tenancy.has_template("bare"):
            tenant = tenancy.create_tenant()
            database = tenancy.create_database(tenant)
            create_schema(tenancy.postgres_url(tenant, database))
            tenancy.freeze_as_template(database, "bare")
        current: tuple[object, App, Any] | None = None

        def close() -> None:
            nonlocal current
            if current is not None:
                current[1].close()
                current[2].__exit__(None, None, None)
                current = None

        def open_for(answer: tuple[int, str], scene: Scene | None) -> App:
            nonlocal current
            if current is None or scene is None or current[0] != (answer, scene):
                close()
                system = served(tenancy, lease.services.redis_url)
                app = App(system.__enter__(), None, {})  # type: ignore[arg-type]
                current = ((answer, scene), app, system)
                if scene is not None:
                    scene(app)
            return current[1]

        yield open_for
        close()


@pytest.mark.parametrize(("submission", "exercise", "check"), CHECKS)
def test_check(opener: Opener, submission: int, exercise: str, check: Check) -> None:
    check.function(opener((submission, exercise), check.on))
