"""The social database: the reference's parts from a template, an answer's, and those after it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from small_social import NOTES, NOTES_PART, PARTS, make_reference

from workbench.bench.provider import BenchError, Services
from workbench.running import social
from workbench.running.runner import Runner
from workbench.running.social import SocialDatabase, part_paths, start_social
from workbench.running.system import NotReady


@pytest.fixture(scope="module")
def small(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    reference = make_reference(tmp_path_factory.mktemp("reference"))
    with Runner(services, reference) as runner:
        runner.launcher.warm_up()
        yield runner


@contextlib.contextmanager
def started(runner: Runner, notes: str | None) -> Iterator[SocialDatabase]:
    answers = {} if notes is None else {NOTES_PART: notes}
    with runner.stage(answers) as stage, start_social(stage) as database:
        yield database


def names(database: SocialDatabase, kind: str = "r") -> set[str]:
    query = f"SELECT relname FROM pg_class WHERE relkind = '{kind}' AND relowner = {OWN}"
    return {name for (name,) in rows(database, query)}


OWN = "(SELECT oid FROM pg_roles WHERE rolname = current_user)"


def rows(database: SocialDatabase, query: str) -> list[tuple[object, ...]]:
    return ask(database.database_url, query)


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    with contextlib.closing(psycopg2.connect(url)) as opened, opened.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def databases(services: Services) -> set[object]:
    return {name for (name,) in ask(services.postgres_url, "SELECT datname FROM pg_database")}


def trouble(runner: Runner, notes: str) -> str:
    with pytest.raises(NotReady) as caught, started(runner, notes):
        pass
    return str(caught.value)


def test_the_reference_is_run_in_its_order(small: Runner) -> None:
    with small.stage({}) as stage:
        assert [Path(path).stem for path in part_paths(stage.folder)] == list(PARTS)
    with started(small, None) as database:
        assert names(database) == {"people", "notes"}
        assert "notes_author_id" in names(database, "i")
        assert database.trouble == ""


def test_an_answer_takes_the_place_of_its_part_and_the_later_ones_follow(small: Runner) -> None:
    with started(small, "CREATE TABLE notes (id int, author_id int)") as database:
        assert names(database) == {"people", "notes"}
        assert names(database, "i") >= {"notes_author_id"}
        assert database.trouble == ""


def test_what_is_before_the_answer_is_made_once(small: Runner, services: Services) -> None:
    with started(small, NOTES):
        pass
    before = databases(services)
    with started(small, NOTES + "-- other") as one, started(small, NOTES) as other:
        assert databases(services) - before == {one.database, other.database}


def test_each_database_is_fresh_and_is_dropped_in_the_end(
    small: Runner, services: Services
) -> None:
    with small.stage({NOTES_PART: NOTES}) as stage:
        with start_social(stage) as one, start_social(stage) as other:
            assert one.database != other.database
        assert not databases(services) & {one.database, other.database}


def test_later_parts_that_do_not_fit_are_told_and_stop_nobody(small: Runner) -> None:
    with started(small, "CREATE TABLE notes (id int)") as database:
        assert names(database) == {"people", "notes"}
        assert database.trouble.startswith("sql/social/indexes.sql, line 1\n    1 | CREATE INDEX")
        assert 'column "author_id" does not exist (42703)' in database.trouble


def test_a_failing_statement_is_shown_where_postgresql_points(small: Runner) -> None:
    said = trouble(small, "CREATE TABLE notes (id int);\n\nCREATE INDEX ON notes (idd);")
    assert said.splitlines()[:3] == [
        "sql/social/notes.sql, line 3",
        "    3 | CREATE INDEX ON notes (idd);",
        'ERROR: column "idd" does not exist (42703)',
    ]
    said = trouble(small, "SELECT 1;\nSELEC 2;")
    assert said.splitlines()[1] == "    2 | SELEC 2;"


def test_a_failing_statement_is_found_where_postgresql_does_not_point(small: Runner) -> None:
    said = trouble(small, "SELECT ';';\n-- a;\nSELECT 1;;\nCREATE TABLE people (id int);\n")
    assert said.splitlines()[:2] == [
        "sql/social/notes.sql, line 4",
        "    4 | CREATE TABLE people (id int);",
    ]
    said = trouble(small, "SELECT 1;\nDO $$ BEGIN\n  RAISE 'mine' USING HINT = 'do'; END $$;")
    assert "line 2" in said
    assert "ERROR: mine (P0001)\nHint: do\nIn: PL/pgSQL function inline_code_block" in said


def test_an_error_at_the_end_of_the_transaction_has_no_line(small: Runner) -> None:
    late = "CREATE TABLE notes (id int REFERENCES people DEFERRABLE INITIALLY DEFERRED);"
    said = trouble(small, f"{late.replace('id int', 'id bigint')}\nINSERT INTO notes VALUES (7);")
    assert said.splitlines()[0] == "sql/social/notes.sql"
    assert "(23503)" in said


@pytest.mark.parametrize(
    "text",
    ["BEGIN;\nCREATE TABLE notes (id int, author_id int);\nCOMMIT;", NOTES.replace("\n", "\r\n")],
    ids=["its own transaction", "lines of Windows"],
)
def test_what_other_programs_take_is_taken(small: Runner, text: str) -> None:
    with started(small, text) as database:
        assert names(database) == {"people", "notes"}


@pytest.mark.parametrize("text", ["", " \n", "-- TODO\n", "/* nothing */"])
def test_a_part_without_statements_is_no_error_of_its_own(small: Runner, text: str) -> None:
    with started(small, text) as database:
        assert names(database) == {"people"}
        assert 'relation "notes" does not exist' in database.trouble


@pytest.mark.parametrize(
    ("text", "said"),
    {
        "psql": ("SELECT 1;\n\\d notes\n", "for psql"),
        "copy in": ("COPY people FROM stdin;", "INSERT"),
        "copy out": ("COPY people TO stdout;\n", "INSERT"),
        "copy program": ("COPY people FROM PROGRAM 'id'", "(42501)"),
        "a file": ("COPY people FROM '/etc/passwd'", "(42501)"),
        "NUL": ("SELECT '\0'", "NUL"),
        "no transaction": ("VACUUM people", "cannot run inside a transaction block"),
        "a flood": ("SELECT repeat('x', 100000000)", "the connection ended"),
        "ends itself": ("SELECT pg_terminate_backend(pg_backend_pid())", "the connection ended"),
        "not even text": ("\x01\x02\ud800?", "syntax error"),
    }.values(),
    ids=lambda value: value[:12],
)  # fmt: skip
def test_what_cannot_be_run_says_why(small: Runner, text: str, said: str) -> None:
    assert said in trouble(small, text)


def test_a_part_that_does_not_end_is_ended_once(
    small: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(social, "SECONDS", 1.0)
    endless = "SET statement_timeout = 0; DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(60);"
    endless += " EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$"
    with small.stage({NOTES_PART: endless}) as stage:
        with pytest.raises(NotReady, match="took too long"):
            start_social(stage)
        monkeypatch.setattr(social, "SECONDS", 1000.0)
        with pytest.raises(NotReady, match="took too long"):
            start_social(stage)


def test_what_a_role_was_made_to_inherit_changes_no_part(small: Runner) -> None:
    text = (
        "ALTER ROLE CURRENT_USER SET search_path = nowhere;"
        "ALTER ROLE CURRENT_USER SET default_transaction_read_only = on;" + NOTES
    )
    with small.stage({NOTES_PART: text}) as stage, start_social(stage), start_social(stage) as two:
        assert two.trouble == ""


def test_a_role_that_shuts_itself_out_is_told(small: Runner) -> None:
    with started(small, f"{NOTES}; ALTER ROLE CURRENT_USER PASSWORD 'mine'") as database:
        assert "cannot be entered any more" in database.trouble


def test_a_reference_that_is_broken_is_our_fault(services: Services, tmp_path: Path) -> None:
    reference = make_reference(tmp_path)
    (reference / "sql/social/people.sql").write_text("SELECT nothing")
    with Runner(services, reference) as runner, runner.stage({NOTES_PART: NOTES}) as stage:
        runner.launcher.warm_up()
        with pytest.raises(BenchError, match=r"people\.sql, line 1"):
            start_social(stage)


@pytest.mark.parametrize("text", ["", "PARTS = names()", "PARTS = (", "PARTS: tuple[str]"])
def test_a_reference_without_an_order_is_our_fault(tmp_path: Path, text: str) -> None:
    make_reference(tmp_path)
    (tmp_path / "backend/social/schema.py").write_text(text)
    with pytest.raises(BenchError, match=r"backend/social/schema\.py"):
        part_paths(tmp_path)
