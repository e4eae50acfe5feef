"""The catalog is left alone: PostgreSQL describes the columns, and jsonb becomes rows by itself."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import asyncpg

Records = Sequence[Mapping[str, Any]]

PART = r'(?:"(?:[^"]|"")+"|[A-Za-z_][A-Za-z0-9_$]*)'


class BadRecords(Exception):
    """Records that do not fit each other or their table."""


async def copy_records(connection: asyncpg.Connection, table: str, records: Records) -> int:
    """Store the records by COPY."""
    return await _store(connection, table, records, _copy)


async def insert_records(connection: asyncpg.Connection, table: str, records: Records) -> int:
    """Store the records by INSERT."""
    return await _store(connection, table, records, _insert)


async def _store(connection: asyncpg.Connection, table: str, records: Records, how: Any) -> int:
    if not records:
        return 0
    names = list(records[0])
    for at, record in enumerate(records):
        if sorted(record) != sorted(names) or not record:
            raise BadRecords(f"record {at + 1} is not like the first one")
    if not re.fullmatch(rf"{PART}(\.{PART})?", table):
        raise BadRecords(f"{table} is not how a table is written")
    async with connection.transaction():
        await _refuse_generated(connection, table, names)
        await how(connection, table, names, records)
    return len(records)


async def _refuse_generated(
    connection: asyncpg.Connection, table: str, names: Sequence[str]
) -> None:
    found = await connection.fetchval("SELECT to_regclass($1)::oid", table)
    if found is None:
        raise BadRecords(f"no table is called {table}")
    known = {}
    for row in await connection.fetch(
        "SELECT attname, attgenerated = ''::\"char\" AND attidentity <> 'a' AS free"
        " FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped",
        found,
    ):
        known[row["attname"]] = row["free"]
    for name in names:
        if name not in known:
            raise BadRecords(f"no column is called {name!r}")
        if not known[name]:
            raise BadRecords(f"{name!r} is always generated")


async def _insert(
    connection: asyncpg.Connection, table: str, names: Sequence[str], records: Records
) -> None:
    columns = ", ".join(map(_quoted, names))
    await connection.execute(
        f"INSERT INTO {table} ({columns})"
        f" SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, $1::jsonb)",
        list(records),
    )


async def _copy(
    connection: asyncpg.Connection, table: str, names: Sequence[str], records: Records
) -> None:
    columns = ", ".join(map(_quoted, names))
    described = await connection.prepare(f"SELECT {columns} FROM {table}")
    types = [attribute.type for attribute in described.get_attributes()]

    async def rows() -> AsyncIterator[bytes]:
        for record in records:
            pairs = zip(names, types, strict=True)
            line = "\t".join(_field(record[name], kind) for name, kind in pairs)
            yield f"{line}\n".encode()

    *schema, name = (_unquoted(part) for part in re.findall(PART, table))
    await connection.copy_to_table(
        name, schema_name=schema[0] if schema else None, columns=names, source=rows()
    )


def _field(value: Any, kind: asyncpg.Type) -> str:
    if value is None:
        return "\\N"
    if kind.name in ("json", "jsonb"):
        text = json.dumps(value)
    elif kind.kind == "array":
        items = ("NULL" if item is None else _item(str(item)) for item in value)
        text = "{" + ",".join(items) + "}"
    else:
        text = str(value)
    return re.sub(r"[\\\t\n\r]", lambda found: f"\\{ord(found[0]):03o}", text)


def _item(text: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _unquoted(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part.lower()
