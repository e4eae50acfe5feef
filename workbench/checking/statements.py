"""Which of the statements on the wire are the answer's own, and which only keep the house."""

from __future__ import annotations

import re
from collections.abc import Iterable

from workbench.running.postgres_wire import Statement

#: What drivers and pools say of their own accord.
HOUSEKEEPING = (
    r"BEGIN\b", r"START TRANSACTION\b", r"COMMIT\b", r"ROLLBACK\b", r"SAVEPOINT\b", r"RELEASE\b",
    r"SET\b", r"SHOW\b", r"DISCARD\b", r"DEALLOCATE\b", r"SELECT 1\s*;?$", r";?$",
    r"SELECT t\.oid, typarray\s+FROM pg_type",  # psycopg2 looks for hstore
    r"SELECT (pg_catalog\.)?version\(\)", r"SELECT current_schema\(\)",
)  # fmt: skip

_HOUSEKEEPING = re.compile(r"\s*(?:" + "|".join(HOUSEKEEPING) + ")", re.IGNORECASE)


def own_statements(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """The statements without transaction control and connection set-up."""
    return tuple(one for one in statements if not _HOUSEKEEPING.match(one.text))
