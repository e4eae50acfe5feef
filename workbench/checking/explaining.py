"""EXPLAIN of one statement, run and undone, under PostgreSQL's own settings of the planner.

A statement can tell that it is being explained, if only by current_query(). So a check's plan is
believed only when the statement, asked for its rows, reads no more than it did while it was
explained: PostgreSQL counts, for each table, in the session itself.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import replace
from typing import Any

from workbench.checking.failure import CheckFailed
from workbench.checking.plan import NoPlan, Plan, read_plan
from workbench.checking.reads import reads
from workbench.checking.rows import Rows
from workbench.checking.sql import Refused, Sql

#: An answer may have set the planner of its role or database: a plan is to depend on tables,
#: indexes and statistics alone, and to be the same on every server. JIT only adds time, and how
#: many workers a parallel plan gets depends on who else is at work. A cursor is planned for all of
#: its rows, as any other statement is.
_SETTINGS = """
    SELECT pg_catalog.set_config(name, boot_val, true) FROM pg_catalog.pg_settings
    WHERE category ~ '^Query Tuning' OR name IN ('work_mem', 'hash_mem_multiplier');
    SET LOCAL jit = off;
    SET LOCAL max_parallel_workers_per_gather = 0;
    SET LOCAL cursor_tuple_fraction = 1;
    SELECT pg_catalog.set_config('workbench.statement', %s, true);
"""
_READ_ONLY = "SET LOCAL transaction_read_only = on;"

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
    DO $workbench$
    DECLARE
        answer refcursor := 'workbench_answer';
    BEGIN
        OPEN answer FOR EXECUTE pg_catalog.current_setting('workbench.statement');
    END $workbench$;
    FETCH ALL FROM workbench_answer
"""

#: How many times as many pages, or rows, of one table may be read when a statement is asked as when
#: it is explained, and how many more. The plan is the same, and asking comes second, when metapages
#: of indexes are known and dead entries are marked: honestly it reads as much, or a little less.
#: What is allowed is for statistics that autovacuum makes between the two, and for functions
#: inside, whose own plans may change with the number of calls.
_TIMES, _MORE = 2, 20

#: Pages that may be read for planning, which no node of the plan has counted: a few of each index,
#: and its last ones with their rows where a condition goes beyond what statistics know.
_FOR_PLANNING = 300


def explain(sql: Sql, statement: str) -> Plan:
    """Run one statement that is complete and changes nothing, look at how, and ask it for its rows.

    Raises CheckFailed, also when it reads more to give its rows than it did to be explained.
    """
    shown, told = _run(sql, _READ_ONLY + _EXPLAIN.format(timing="OFF"), statement)
    try:
        plan = read_plan(shown[0]["plan"])
    except NoPlan as error:
        raise CheckFailed("a plan", str(error), statement) from None
    given, asked = _run(sql, _READ_ONLY + _ASK, statement)
    more = _more(plan, told, asked)
    if more:
        raise CheckFailed(
            sent=statement,
            expected="asked for its rows, it reads what its plan says and not more",
            got="\n".join(more),
            look="what asks how it is run (a setting, the text of the current query), and which"
            " function is called IMMUTABLE and reads tables: it is run when the plan is made",
        )
    return replace(plan, given=given)


def _more(plan: Plan, told: Counter[str], asked: Counter[str]) -> list[str]:
    """What is clearly read more when the statement is asked than for its plan, `told`."""
    found = [
        f"{asked[what]:,} {what} when it is asked, {told[what]:,} when it is explained"
        for what in sorted(asked)
        if asked[what] > _TIMES * told[what] + _MORE
    ]
    pages = sum(number for what, number in asked.items() if what.startswith("pages"))
    if pages > _TIMES * plan.buffers + _FOR_PLANNING:
        found.append(f"{pages:,} pages when it is asked, {plan.buffers:,} in its plan")
    return found


def explained(sql: Sql, statement: str, *, timing: bool = False) -> Any:
    """The plan as PostgreSQL tells it, in JSON; timing: with the time of each node. What the
    statement changes is undone. Raises CheckFailed."""
    asked = _EXPLAIN.format(timing="ON" if timing else "OFF")
    return _run(sql, asked, statement)[0][0]["plan"]


def ask(sql: Sql, statement: str) -> Rows:
    """The rows of one statement that is complete and changes nothing. Raises CheckFailed.

    It is run as `explain` asks it, so that it cannot tell the one from the other.
    """
    return _run(sql, _READ_ONLY + _ASK, statement)[0]


def _run(sql: Sql, asked: str, statement: str) -> tuple[Rows, Counter[str]]:
    """What comes back in a transaction that is undone, and what it reads: pages and rows of each
    table. Raises CheckFailed."""
    try:
        before = reads(sql, begin=True)
        found = sql.attempt(_SETTINGS + asked, [statement])
        return found, reads(sql) - before
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
