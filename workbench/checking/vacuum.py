"""VACUUM until an index alone can answer, as autovacuum brings it about in time."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from workbench.checking.failure import CheckFailed
from workbench.checking.sql import Sql

#: PostgreSQL remembers only for 32 transactions together how far the log must be written until
#: their commits cannot be lost (clog.c, CLOG_XACTS_PER_LSN_GROUP), and marks no page before that.
#: So these numbers are used up, and a commit is waited for, which is not so of itself on the bench.
_USE_UP_NUMBERS = """
    DO $$ BEGIN
        FOR i IN 1..64 LOOP PERFORM pg_catalog.pg_current_xact_id(); COMMIT; END LOOP;
    END $$
"""
_WAITED_FOR = """
    BEGIN;
    SET LOCAL synchronous_commit TO on;
    SELECT pg_catalog.pg_logical_emit_message(true, 'workbench', '');
    COMMIT
"""

#: Tables and partitions with pages that an index alone cannot answer for.
_UNMARKED = """
    SELECT member.relid::pg_catalog.regclass::text AS name
    FROM pg_catalog.unnest(%s::pg_catalog.regclass[]) AS given (id)
    CROSS JOIN LATERAL (
        SELECT given.id AS relid
        UNION SELECT tree.relid FROM pg_catalog.pg_partition_tree(given.id) AS tree
    ) AS member
    JOIN pg_catalog.pg_class AS relation ON relation.oid = member.relid
    WHERE relation.relallvisible < relation.relpages
"""

#: Somebody else's look at the database, autovacuum's say, holds VACUUM up for a moment.
_TRIES = 100

#: So often a table that was written later has to be marked, and these still have pages left, until
#: it is the answer's doing: an index calls a function, say, that changes rows during ANALYZE.
_SPOILED = 10


def vacuum(sql: Sql, tables: Sequence[str]) -> None:
    """VACUUM and ANALYZE these tables, until all their pages are marked as visible to everybody.

    Raises CheckFailed when there is no such table, or when only these cannot be marked;
    RuntimeError when no table can.
    """
    left = _left(sql, tables)
    if not left:
        return
    # Its name cannot be known before, or the answer could have made one that is like its own.
    witness = f"public.workbench_{secrets.token_hex(8)}"
    sql(f"CREATE TABLE {witness} AS SELECT 1 AS n")
    spoiled = 0
    for _ in range(_TRIES):
        spoiled += not _left(sql, [witness])
        left = _left(sql, tables)
        if not left:
            sql(f"DROP TABLE {witness}")
            return
        if spoiled == _SPOILED:
            raise CheckFailed(
                sent=f"VACUUM (ANALYZE) {', '.join(tables)}",
                expected="all pages are marked as visible to everybody, as another table's are",
                got=f"pages are left of {', '.join(left)}",
                look="what else your part lets run there: functions in indexes, for example",
            )
    raise RuntimeError(f"VACUUM has left pages of {', '.join(left)}")


def _left(sql: Sql, tables: Sequence[str]) -> list[str]:
    """The tables and partitions that still have unmarked pages after one VACUUM of these."""
    sql(_USE_UP_NUMBERS)
    sql(_WAITED_FOR)
    # Of itself it leaves a few dead rows in their pages, and those are not marked.
    sql(f"VACUUM (ANALYZE, INDEX_CLEANUP ON) {', '.join(tables)}")
    return [row["name"] for row in sql(_UNMARKED, [list(tables)])]
