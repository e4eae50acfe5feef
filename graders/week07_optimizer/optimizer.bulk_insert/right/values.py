"""Python's values, made from JSON's by the types of the columns: binary COPY, and VALUES."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

import asyncpg

Records = Sequence[Mapping[str, Any]]

MOST_PARAMETERS = 32_767
IDENTIFIER = re.compile(r'"((?:[^"]|"")+)"|([^\W\d][\w$]*)')


class BadRecords(Exception):
    """Records that do not fit each other or their table."""


async def copy_records(connection: asyncpg.Connection, table: str, records: Records) -> int:
    """Store the records by COPY."""
    if not records:
        return 0
    schema, name, kinds = await look_up(connection, table, records)
    rows = list(converted(kinds, records))
    # The pool's codec writes text, and this COPY is binary.
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: b"\x01" + json.dumps(value).encode(),
        decoder=lambda data: json.loads(data[1:]),
        format="binary",
    )
    try:
        async with connection.transaction():
            await connection.copy_records_to_table(
                name, schema_name=schema, columns=list(kinds), records=rows
            )
    except (TypeError, ValueError, ArithmeticError) as error:
        raise BadRecords(f"a value does not fit its column: {error}") from None
    finally:
        await connection.set_type_codec(
            "jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads
        )
    return len(rows)


async def insert_records(connection: asyncpg.Connection, table: str, records: Records) -> int:
    """Store the records by INSERT."""
    if not records:
        return 0
    schema, name, kinds = await look_up(connection, table, records)
    rows = converted(kinds, records)
    columns = ", ".join(map(quoted, kinds))
    width, total = len(kinds), 0
    async with connection.transaction():
        while some := list(islice(rows, MOST_PARAMETERS // width)):
            places = (
                "(" + ", ".join(f"${row * width + at}" for at in range(1, width + 1)) + ")"
                for row in range(len(some))
            )
            await connection.execute(
                f"INSERT INTO {quoted(schema)}.{quoted(name)} ({columns}) VALUES "
                + ", ".join(places),
                *(value for row in some for value in row),
            )
            total += len(some)
    return total


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def taken_apart(table: str) -> list[str]:
    names, rest = [], table
    while found := IDENTIFIER.match(rest):
        names.append(found[1].replace('""', '"') if found[1] else found[2].lower())
        rest = rest[found.end() :]
        if not rest:
            return names
        if not rest.startswith("."):
            break
        rest = rest[1:]
    raise BadRecords(f"{table} is no name of a table")


async def look_up(
    connection: asyncpg.Connection, table: str, records: Records
) -> tuple[str, str, dict[str, str]]:
    """Schema, name, and the types of the columns that are given."""
    names = list(records[0])
    for number, record in enumerate(records, start=1):
        if set(record) != set(names) or not names:
            raise BadRecords(
                f"Record {number} has the fields {', '.join(record) or 'nobody needs'}"
            )
    parts = taken_apart(table)
    schema = parts[0] if len(parts) > 1 else "public"
    rows = await connection.fetch(
        "SELECT column_name, udt_name, is_generated = 'ALWAYS'"
        " OR identity_generation = 'ALWAYS' AS theirs FROM information_schema.columns"
        " WHERE table_schema = $1 AND table_name = $2",
        schema,
        parts[-1],
    )
    if not rows or len(parts) > 2:
        raise BadRecords(f"Nobody knows {table}")
    known = {row["column_name"]: row for row in rows}
    for name in names:
        if name not in known or known[name]["theirs"]:
            raise BadRecords(f"{name} of {table} cannot be given")
    return schema, parts[-1], {name: known[name]["udt_name"] for name in names}


def decimal(value: Any) -> Decimal:
    return Decimal(str(value))


CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "numeric": decimal,
    "timestamptz": datetime.fromisoformat,
    "date": date.fromisoformat,
    "uuid": UUID,
}


def converted(kinds: Mapping[str, str], records: Records) -> Any:
    """Rows of values, one after the other."""
    functions = [CONVERSIONS.get(kind, lambda value: value) for kind in kinds.values()]
    for number, record in enumerate(records, start=1):
        row = []
        for name, function in zip(kinds, functions, strict=True):
            value = record[name]
            try:
                row.append(None if value is None else function(value))
            except (TypeError, ValueError, ArithmeticError):
                raise BadRecords(f"Record {number}: {name} cannot be {value!r}") from None
        yield row
