"""CSV for COPY, and a list of texts for each column of the INSERT; the server reads them."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

Records = Sequence[Mapping[str, Any]]


class BadRecords(Exception):
    """Records that do not fit each other or their table."""


async def copy_records(connection: asyncpg.Connection, table: str, records: Records) -> int:
    """Store the records by COPY."""
    if not records:
        return 0
    found, kinds = await prepare(connection, table, records)
    lines = []
    for record in records:
        texts = (as_text(record[name], kind) for name, kind in kinds.items())
        lines.append(",".join(in_quotes(text) for text in texts))
    data = io.BytesIO(("\n".join(lines) + "\n").encode("utf-8", "replace"))
    status = await connection.copy_to_table(
        found["relname"],
        schema_name=found["nspname"],
        columns=list(kinds),
        source=data,
        format="csv",
        null="null",
    )
    return int(status.split()[-1])


async def insert_records(connection: asyncpg.Connection, table: str, records: Records) -> int:
    """Store the records by INSERT."""
    if not records:
        return 0
    found, kinds = await prepare(connection, table, records)
    lists = [[as_text(record[name], kind) for record in records] for name, kind in kinds.items()]
    names = ", ".join(quoted(name) for name in kinds)
    values = ", ".join(f"given.c{n}::{kind}" for n, kind in enumerate(kinds.values()))
    places = ", ".join(f"${n}::text[]" for n in range(1, len(kinds) + 1))
    columns = ", ".join(f"c{n}" for n in range(len(kinds)))
    status = await connection.execute(
        f"INSERT INTO {quoted(found['nspname'])}.{quoted(found['relname'])} ({names})"
        f" SELECT {values} FROM unnest({places}) AS given ({columns})",
        *lists,
    )
    return int(status.split()[-1])


async def prepare(
    connection: asyncpg.Connection, table: str, records: Records
) -> tuple[asyncpg.Record, dict[str, str]]:
    """The table, and the types of the given columns, without their limits."""
    first = set(records[0])
    if not first:
        raise BadRecords("An empty record: number 1")
    odd = [n for n, record in enumerate(records, 1) if set(record) != first]
    if odd:
        raise BadRecords(f"not all have the same fields, the first to differ is {odd[0]}")
    try:
        oid = await connection.fetchval("SELECT $1::text::regclass::oid", table)
    except asyncpg.PostgresError as error:
        raise BadRecords(f"{table}: {error}") from None
    found = await connection.fetchrow(
        "SELECT nspname, relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.oid = $1 AND relkind IN ('r', 'p')",
        oid,
    )
    if found is None:
        raise BadRecords(f"{table} is no table")
    columns = await connection.fetch(
        "SELECT attname, format_type(atttypid, -1) AS kind, attgenerated::text AS generated,"
        " attidentity::text AS identity"
        " FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped",
        oid,
    )
    known = {column["attname"]: column for column in columns}
    unknown = sorted(first - set(known))
    if unknown:
        raise BadRecords(f"unknown: {unknown}")
    theirs = [n for n in first if known[n]["generated"] or known[n]["identity"] == "a"]
    if theirs:
        raise BadRecords(f"always generated: {theirs}")
    return found, {name: known[name]["kind"] for name in records[0]}


def as_text(value: Any, kind: str) -> str | None:
    if value is None:
        return None
    if kind in ("json", "jsonb"):
        return json.dumps(value, ensure_ascii=False)
    if kind.endswith("[]") and isinstance(value, list):
        items = ("NULL" if one is None else json_quoted(str(one)) for one in value)
        return "{" + ",".join(items) + "}"
    return str(value)


def json_quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def in_quotes(text: str | None) -> str:
    """NULL is the bare word; whatever is in quotes is a value."""
    return "null" if text is None else quoted(text)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
