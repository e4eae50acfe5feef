"""Which of the statements on the wire are the answer's own, and which only keep the house."""

from __future__ import annotations

import re
from collections.abc import Iterable

from workbench.running.postgres_wire import Statement

#: What drivers and pools say of their own accord: the whole text, with no second statement in it.
HOUSEKEEPING = (
    r"(BEGIN|START TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b[^;]*",
    r"(SET|SHOW|DISCARD|DEALLOCATE)\b[^;]*",
    r"SELECT 1", r"SELECT (pg_catalog\.)?version\(\)", r"SELECT current_schema\(\)", r"",
    # psycopg2 looks for hstore:
    r"SELECT t\.oid, typarray\s+FROM pg_type t JOIN pg_namespace ns\s+ON typnamespace = ns\.oid"
    r"\s+WHERE typname = 'hstore'",
)  # fmt: skip

_HOUSEKEEPING = re.compile("|".join(HOUSEKEEPING), re.IGNORECASE)


def own_statements(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """The statements without transaction control and connection set-up."""
    return tuple(one for one in statements if not _keeps_house(one.text))


def _keeps_house(text: str) -> bool:
    # Space is taken off first: an expression that does it looks again from each space of thousands.
    return bool(_HOUSEKEEPING.fullmatch(text.strip().removesuffix(";").rstrip()))
