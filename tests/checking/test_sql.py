"""The checks' SQL client on a database whose owner means no good."""

from __future__ import annotations

import resource
import threading
from collections.abc import Iterator

import pytest

from workbench.checking import CheckFailed, Refused
from workbench.checking.sql import MOST_ROWS, Sql
from workbench.running.gate import MOST_BYTES
from workbench.running.runner import Runner
from workbench.running.system import System

MEBIBYTES = 1024  # of ru_maxrss, which is in KiB


@pytest.fixture
def system(runner: Runner) -> Iterator[System]:
    with runner.stage({}) as stage, stage.start() as started:
        yield started


@pytest.fixture
def sql(system: System) -> Iterator[Sql]:
    opened = Sql(system.database_url)
    yield opened
    opened.close()


LARGE = {
    "rows without end": "SELECT generate_series(1, 1000000000)",
    "a value of twenty megabytes": "SELECT repeat('x', 20000000)",
    "an array of many values": "SELECT array_fill(1, ARRAY[5000000])",
    "an error's text": "DO $$ BEGIN RAISE EXCEPTION '%', repeat('x', 20000000); END $$",
    "notices": "DO $$ BEGIN SET client_min_messages = notice; FOR i IN 1 .. 5 LOOP"
    " RAISE NOTICE '%', repeat('x', 10000000); END LOOP; END $$",
}


@pytest.mark.parametrize("statement", LARGE.values(), ids=LARGE.keys())
def test_what_is_too_large_never_reaches_the_grader(sql: Sql, statement: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(CheckFailed, match="too large"):
        sql(statement)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 16 * (MOST_BYTES >> 20) * MEBIBYTES
    assert sql("SELECT 1 AS one") == [{"one": 1}]  # on a new connection


def test_rows_are_bounded(sql: Sql) -> None:
    assert len(sql("SELECT generate_series(1, %s)", [MOST_ROWS])) == MOST_ROWS
    with pytest.raises(CheckFailed, match=f"more than {MOST_ROWS} rows"):
        sql("SELECT generate_series(1, %s)", [MOST_ROWS + 1])


UNREADABLE = {
    "a moment before our era": "SELECT '4713-01-01 BC'::timestamptz",
    "JSON that is nested deeply": "SELECT (repeat('[', 5000) || repeat(']', 5000))::json",
}


@pytest.mark.parametrize("statement", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_value_that_python_cannot_hold_fails_the_check(sql: Sql, statement: str) -> None:
    with pytest.raises(CheckFailed, match="cannot be read"):
        sql(statement)


def test_a_row_or_column_that_is_not_there_fails_the_check(sql: Sql) -> None:
    rows = sql("SELECT 1 AS one")
    assert (rows[0]["one"], rows[-1], rows[0:]) == (1, {"one": 1}, [{"one": 1}])
    for wrong in (lambda: rows[1], lambda: rows[-2], lambda: rows[0]["two"]):
        with pytest.raises(CheckFailed):
            wrong()


TRAPS = {
    "a search path": "SET search_path = trap, pg_catalog, public",
    "no limit in time": "SET statement_timeout = 0",
    "a temporary view": "CREATE TEMP VIEW categories AS SELECT 'trap' AS name",
    "another time zone": "SET TimeZone = 'Asia/Tokyo'",
    "no more writing": "SET default_transaction_read_only = on",
}


@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS.keys())
def test_what_a_trigger_does_to_the_session_is_undone(sql: Sql, trap: str) -> None:
    settings = (
        "SELECT name, setting FROM pg_settings WHERE source IN ('client', 'session') ORDER BY 1"
    )
    before = sql(settings)
    assert len(before) >= 10
    sql(f"CREATE FUNCTION public.trap() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {trap}; RETURN NEW; END $$")  # fmt: skip
    sql("CREATE TRIGGER trap BEFORE INSERT ON categories"
        " FOR EACH ROW EXECUTE FUNCTION public.trap()")  # fmt: skip
    sql("INSERT INTO categories (name) VALUES ('Books')")
    assert sql(settings) == before
    assert sql("SELECT name FROM categories") == [{"name": "Books"}]


@pytest.mark.parametrize(
    "setting", ["transform_null_equals = on", "DateStyle = 'German'", "statement_timeout = 1"]
)
def test_settings_of_the_role_do_not_reach_the_checks(
    system: System, sql: Sql, setting: str
) -> None:
    name = setting.partition(" ")[0]
    wanted = sql(f"SHOW {name}")
    sql(f"ALTER ROLE CURRENT_USER SET {setting}")
    later = Sql(system.database_url)
    try:
        assert later(f"SHOW {name}") == wanted
    finally:
        later.close()


def test_who_cannot_be_cancelled_is_cut_off(system: System, sql: Sql) -> None:
    """At COMMIT no statement_timeout counts, and plpgsql can catch a cancelled query."""
    sql("""
        CREATE FUNCTION public.doze() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            LOOP
                BEGIN PERFORM pg_sleep(1000); EXCEPTION WHEN query_canceled THEN NULL; END;
            END LOOP;
        END $$
    """)
    sql("""
        CREATE CONSTRAINT TRIGGER doze AFTER INSERT ON categories DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION public.doze()
    """)
    cut = threading.Timer(0.5, system.kill)
    cut.start()
    with pytest.raises(Refused, match="the connection ended"):
        sql.attempt("INSERT INTO categories (name) VALUES ('Books')")
    cut.join()


def test_a_transaction_is_the_same_one_until_its_end(system: System, sql: Sql) -> None:
    sql("BEGIN")
    sql("INSERT INTO categories (name) VALUES ('Books')")
    other = Sql(system.database_url)
    try:
        assert other("SELECT name FROM categories") == []
        sql("COMMIT")
        assert other("SELECT name FROM categories") == [{"name": "Books"}]
    finally:
        other.close()


@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS.keys())
def test_what_a_trigger_does_within_a_transaction_is_undone(sql: Sql, trap: str) -> None:
    wanted = sql("SHOW search_path"), sql("SHOW TimeZone"), sql("SHOW statement_timeout")
    sql(f"CREATE FUNCTION public.trap() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {trap}; RETURN NEW; END $$")  # fmt: skip
    sql("CREATE TRIGGER trap BEFORE INSERT ON categories"
        " FOR EACH ROW EXECUTE FUNCTION public.trap()")  # fmt: skip
    sql("BEGIN")
    sql("INSERT INTO categories (name) VALUES ('Books')")
    assert sql("SELECT name FROM categories") == [{"name": "Books"}]
    assert (sql("SHOW search_path"), sql("SHOW TimeZone"), sql("SHOW statement_timeout")) == wanted
    sql("COMMIT")


def test_a_transaction_whose_connection_is_lost_is_not_gone_on_with(sql: Sql) -> None:
    sql("BEGIN")
    with pytest.raises(CheckFailed, match="too large"):
        sql(LARGE["a value of twenty megabytes"])
    for statement in ("INSERT INTO categories (name) VALUES ('Books')", "COMMIT"):
        with pytest.raises(CheckFailed, match="the connection ended"):
            sql(statement)
