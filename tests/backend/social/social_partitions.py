"""What tests of partitioned tables ask the catalogue."""

from __future__ import annotations

from typing import Any


def partitions(db: Any, table: str) -> list[str]:
    """The names of the partitions, without the table's, in order."""
    rows = db.rows(
        "SELECT substring(inhrelid::regclass::text FROM %s) FROM pg_inherits"
        " WHERE inhparent = %s::regclass ORDER BY 1",
        len(table) + 2, table,
    )  # fmt: skip
    return [name for (name,) in rows]


def without_partitions(db: Any, table: str) -> None:
    """Drop the partitions that were made for today: a test then depends on no day."""
    for name in partitions(db, table):
        db.rows(f"DROP TABLE {table}_{name}")


def holds(db: Any, partition: str) -> list[str]:
    """Both bounds of a partition, in UTC."""
    db.rows("SET LOCAL timezone = 'UTC'")
    bounds = db.value(
        "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = %s", partition
    )
    return [bound[:16] for bound in bounds.split("'")[1::2]]
