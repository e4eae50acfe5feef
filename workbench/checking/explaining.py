"""EXPLAIN of one statement, run and undone, under PostgreSQL's own settings of the planner."""

from __future__ import annotations

import contextlib
from typing import Any

from workbench.checking.failure import CheckFailed
from workbench.checking.plan import NoPlan, Plan, read_plan
from workbench.checking.rows import Rows
from workbench.checking.sql import Refused, Sql

#: An answer may have set the planner of its role or database: a plan is to depend on tables,
#: indexes and statistics alone, and to be the same on every server. JIT only adds time, and how
#: many workers a parallel plan gets depends on who else is at work.
_PLANNER = """
    BEGIN;
    SELECT pg_catalog.set_config(name, boot_val, true) FROM pg_catalog.pg_settings
    WHERE category ~ '^Query Tuning' OR name IN ('work_mem', 'hash_mem_multiplier');
    SET LOCAL jit = off;
    SET LOCAL max_parallel_workers_per_gather = 0;
    SELECT pg_catalog.set_config('workbench.statement', %s, true);
"""

#: plpgsql opens a cursor for the text, which PostgreSQL refuses for more than one statement: what
#: stands behind a semicolon can neither run nor answer in the place of the plan.
_EXPLAIN = """
    DO $workbench$
    DECLARE
        plan text := '';
        line text;
    BEGIN
        FOR line IN EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, TIMING {timing}, FORMAT JSON) '
            OPERATOR(pg_catalog.||) pg_catalog.current_setting('workbench.statement')
        LOOP
            plan := plan OPERATOR(pg_catalog.||) line;
        END LOOP;
        PERFORM pg_catalog.set_config('workbench.plan', plan, true);
    END $workbench$;
    SELECT pg_catalog.current_setting('workbench.plan')::pg_catalog.json AS plan
"""

_ASK = """
    SET LOCAL cursor_tuple_fraction = 1;
    SET LOCAL transaction_read_only = on;
    DO $workbench$
    DECLARE
        answer refcursor := 'workbench_answer';
    BEGIN
        OPEN answer FOR EXECUTE pg_catalog.current_setting('workbench.statement');
    END $workbench$;
    FETCH ALL FROM workbench_answer
"""


def explain(sql: Sql, statement: str) -> Plan:
    """Run one statement that is complete, look at how, and undo it. Raises CheckFailed."""
    try:
        return read_plan(explained(sql, statement))
    except NoPlan as error:
        raise CheckFailed("a plan", str(error), statement) from None


def explained(sql: Sql, statement: str, *, timing: bool = False) -> Any:
    """The plan as PostgreSQL tells it, in JSON; timing: with the time of each node."""
    asked = _EXPLAIN.format(timing="ON" if timing else "OFF")
    return _in_transaction(sql, asked, statement)[0]["plan"]


def ask(sql: Sql, statement: str) -> Rows:
    """The rows of one statement that is complete and changes nothing. Raises CheckFailed."""
    return _in_transaction(sql, _ASK, statement)


def _in_transaction(sql: Sql, asked: str, statement: str) -> Rows:
    try:
        return sql.attempt(_PLANNER + asked, [statement])
    except Refused as error:
        raise CheckFailed(
            sent=statement,
            expected="the database takes this, as one statement",
            got=str(error),
            look="the statement, and the tables, columns and types that it names",
        ) from None
    finally:
        with contextlib.suppress(Refused):
            sql.attempt("ROLLBACK")
