"""What a session has read of its database, as PostgreSQL counts it for each table."""

from __future__ import annotations

from collections import Counter

from workbench.checking.sql import Sql

#: Pages and rows of tables, and of their indexes. Two things are left out, which are read at times
#: only: the catalogue (whatever is below the first oid of a user's), when the session has not yet
#: kept what it says; and long values that are stored apart (TOAST), which nobody reads for EXPLAIN.
_READS = """
    SELECT coalesce(pg_index.indrelid, pg_class.oid)::regclass::text AS name,
        sum(pg_stat_get_xact_blocks_fetched(pg_class.oid))::bigint AS pages,
        sum(pg_stat_get_xact_tuples_returned(pg_class.oid)
            + pg_stat_get_xact_tuples_fetched(pg_class.oid))::bigint AS rows
    FROM pg_class LEFT JOIN pg_index ON pg_index.indexrelid = pg_class.oid
    WHERE pg_class.oid >= 16384::oid AND pg_class.relkind IN ('r', 'm', 'i')
        AND pg_class.relnamespace <> 'pg_toast'::regnamespace::oid
    GROUP BY 1
"""


def reads(sql: Sql, *, begin: bool = False) -> Counter[str]:
    """How many "pages of posts" and "rows of posts", and so on, the session has read.

    Of use within a transaction only, as the difference of two: PostgreSQL takes what was counted
    away between them. begin: whether to begin one. Raises Refused.
    """
    found = sql.attempt(("BEGIN;" if begin else "") + _READS)
    return Counter(
        {f"{kind} of {row['name']}": row[kind] for row in found for kind in ("pages", "rows")}
    )
