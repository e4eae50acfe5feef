"""A migration is run statement by statement, beside others, and what it locks is seen."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from workbench.checking import CheckFailed, Social
from workbench.checking.migration import Migration
from workbench.running.runner import Runner

PART = "backend/social/migrations/versions/0002_published_at.py"
HEAD = 'from alembic import op\nrevision, down_revision = "0002", "0001"\n'
WAIT = 30.0  # more than a busy machine needs

#: Outside transactions, one after another.
PLAIN = """
def upgrade():
    with op.get_context().autocommit_block():
        for statement in STATEMENTS:
            op.execute(statement)
def downgrade():
    op.execute("DROP TABLE mine")
"""
COUNT = "SELECT count(*) AS n FROM mine"

#: Into every pipe, so into the one on which the process is heard.
SAYS_IT_IS_OVER = r"""
import contextlib, os, stat
for number in range(3, 64):
    with contextlib.suppress(OSError):
        if stat.S_ISFIFO(os.fstat(number).st_mode):
            os.write(number, b'{"ready": true}\n')
"""


@contextlib.contextmanager
def started(runner: Runner, text: str) -> Iterator[Social]:
    with runner.stage({PART: HEAD + text}) as stage:
        app = Social.start(stage)
        try:
            yield app
        finally:
            app.close()
            app.system.close()


@contextlib.contextmanager
def stated(runner: Runner, *statements: str) -> Iterator[Social]:
    """A migration that runs these on a table `mine` of three rows."""
    with started(runner, f"STATEMENTS = {statements!r}\n{PLAIN}") as app:
        app.sql("CREATE TABLE mine (id int)")
        app.sql("INSERT INTO mine SELECT generate_series(1, 3)")
        yield app


def test_nothing_runs_before_it_is_passed_on(runner: Runner) -> None:
    with stated(runner, "INSERT INTO mine VALUES (4)", "DELETE FROM mine") as app:
        seen = []
        with app.migration() as migration:
            for step in migration:
                if "mine" in step.text:
                    seen.append((step.text, step.was_open, app.sql(COUNT)[0]["n"]))
            assert migration.wait_end() == ""
        assert seen == [("INSERT INTO mine VALUES (4)", False, 3), ("DELETE FROM mine", False, 4)]
        assert app.sql(COUNT)[0]["n"] == 0
        assert app.sql("SELECT version_num FROM alembic_version") == [{"version_num": "0002"}]


def test_a_transaction_is_seen_from_begin_to_commit(runner: Runner) -> None:
    statements = "BEGIN", "LOCK TABLE mine", "COMMIT"
    with stated(runner, *statements) as app, app.migration() as migration:
        for step in migration:
            if step.text == "LOCK TABLE mine":
                assert step.was_open
                migration.finish(step)
                assert step.is_open
                assert any(lock.stops_writers for lock in migration.locks(step, "public.mine"))
                others = migration.locks(step, "public.posts")
                assert not any(lock.stops_writers for lock in others)
                break
        assert migration.wait_end() == ""


def test_a_statement_that_waits_says_for_which_lock(runner: Runner) -> None:
    with stated(
        runner, "ALTER TABLE mine ADD more int", "CREATE INDEX CONCURRENTLY ON mine (id)"
    ) as app:
        other, waited = app.session(), []
        with app.migration() as migration:
            for step in migration:
                other("BEGIN")
                other("UPDATE mine SET id = id WHERE false")
                migration.go(step)
                waited += [
                    (lock.kind, lock.stops_writers)
                    for lock in migration.locks(step, "public.mine")
                    if not lock.granted
                ]
                if waited and not step.done.is_set():
                    assert not migration.finish(step, 0.1)
                other("COMMIT")
            assert migration.wait_end() == ""
        assert waited == [("relation", True), ("virtualxid", False)]


@pytest.mark.parametrize(
    ("statement", "said"),
    {
        "rewrite": ("ALTER TABLE mine ALTER id TYPE bigint", 'rewriting table "mine"'),
        "read": ("ALTER TABLE mine ALTER id SET NOT NULL", 'verifying table "mine"'),
        "index": ("CREATE INDEX of_mine ON mine (id)", 'building index "of_mine" on table "mine"'),
        "nothing": ("ALTER TABLE mine ADD more int DEFAULT 1", ""),
    }.values(),
)  # fmt: skip
def test_the_server_says_when_it_goes_through_a_table(
    runner: Runner, statement: str, said: str
) -> None:
    with stated(runner, statement) as app, app.migration() as migration:
        notices = []
        for step in migration:
            migration.finish(step)
            if step.text == statement:
                notices = [one for one in step.notices if '"mine"' in one]
        assert migration.wait_end() == ""
        assert any(one.startswith(said) for one in notices) if said else notices == []


def test_a_run_that_says_it_is_over_is_followed_to_its_end(runner: Runner) -> None:
    text = f"""
{SAYS_IT_IS_OVER}
def upgrade():
    op.execute("SELECT pg_sleep(0.2)")
    op.execute("CREATE TABLE unseen ()")
"""
    with started(runner, text) as app, app.migration() as migration:
        assert "CREATE TABLE unseen ()" in [step.text for step in migration]
        assert migration.wait_end() == ""


def test_a_run_that_only_says_it_is_over_has_failed(runner: Runner) -> None:
    with started(runner, f"{SAYS_IT_IS_OVER}\nos._exit(3)") as app:
        assert "did not end well" in run(app.migration())


def test_a_statement_must_not_be_left_before_its_answer(runner: Runner) -> None:
    text = """
import os, threading
def upgrade():
    threading.Timer(0.5, os._exit, [0]).start()
    op.execute("SELECT pg_sleep(60)")
"""
    with (
        started(runner, text) as app,
        app.migration() as migration,
        pytest.raises(CheckFailed, match="still at work on this one"),
    ):
        list(migration)


def test_a_statement_with_more_messages_than_are_kept_fails(runner: Runner) -> None:
    flood = "DO $$ BEGIN FOR n IN 1 .. 10001 LOOP DROP TABLE IF EXISTS gone; END LOOP; END $$"
    with (
        stated(runner, flood) as app,
        app.migration() as migration,
        pytest.raises(CheckFailed, match="messages of PostgreSQL's to one statement"),
    ):
        list(migration)


def test_a_run_that_is_broken_off_can_be_run_again(runner: Runner) -> None:
    statements = "INSERT INTO mine VALUES (4)", "INSERT INTO mine VALUES (5)"
    with stated(runner, *statements) as app:
        with app.migration() as migration:
            for step in migration:
                if step.text == statements[1]:
                    migration.break_off(step)
            assert (
                "invalid transaction" in migration.wait_end()
            )  # SQLAlchemy: the connection is lost
        assert app.sql(COUNT)[0]["n"] == 4
        assert run(app.migration()) == ""
        assert app.sql(COUNT)[0]["n"] == 6
        assert run(app.migration("downgrade", "0001")) == ""
        assert app.sql("SELECT to_regclass('mine') AS it") == [{"it": None}]


def run(migration: Migration) -> str:
    with migration:
        return migration.wait_end()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def upgrade(:", "SyntaxError"),
        ("def upgrade():\n    1 / 0", "0002_published_at.py, line 4, in upgrade"),
        ("import os\nos._exit(3)", "ended before it was ready"),
        ("def upgrade():\n    op.execute('SELECT nothing')", 'column "nothing" does not exist'),
    ],
)
def test_a_run_that_fails_says_why(runner: Runner, text: str, said: str) -> None:
    with started(runner, text) as app:
        trouble = run(app.migration())
        assert said in trouble
        assert "/stage-" not in trouble


def test_a_run_that_hangs_can_be_killed(runner: Runner) -> None:
    text = "def upgrade():\n    while True: pass"
    with started(runner, text) as app, app.migration() as migration:
        for step in migration:
            if "version_num" in step.text:
                break
        app.kill()
        assert migration.wait_end()
