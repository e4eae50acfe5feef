"""Many rows at once: by COPY, or by as few INSERTs as there can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

Records = Sequence[Mapping[str, Any]]


class BadRecords(Exception):
    """Records that do not fit each other or their table; the message is for the client."""


async def copy_records(connection: asyncpg.Connection, table: str, records: Records) -> int:
    """Store the records by COPY and return how many rows there are more.

    table: as SQL writes it, with its schema or without, in double quotes where it needs them.
    records: what JSON has. None is NULL in every column; columns that no record names get their
    defaults. Raises BadRecords; asyncpg.PostgresError for what PostgreSQL refuses.
    """
    # TODO: COPY
    return await insert_records(connection, table, records)


async def insert_records(connection: asyncpg.Connection, table: str, records: Records) -> int:
    """Store the records by as few INSERTs as there can be; else as copy_records does."""
    # TODO: one record, one statement, and names that nobody has looked at
    for record in records:
        places = ", ".join(f"${number}" for number in range(1, len(record) + 1))
        await connection.execute(
            f"INSERT INTO {table} ({', '.join(record)}) VALUES ({places})", *record.values()
        )
    return len(records)
