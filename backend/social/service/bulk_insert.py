"""Many rows at once: by COPY, or by a single INSERT. Both store the same, all of it or nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

Records = Sequence[Mapping[str, Any]]

#: Rows that are written out at a time.
_ROWS_AT_A_TIME = 1_000

#: What would be read as the end of a value or of a row, in the text that COPY takes.
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})

#: to_regclass reads a name as SQL does. It would take a number for an oid; a name begins with none.
_TABLE = r"""
    SELECT pg_class.oid, nspname AS schema, relname AS name, pg_class.oid::regclass::text AS quoted
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE pg_class.oid = to_regclass($1) AND relkind IN ('r', 'p') AND $1 !~ '^\s*\d'
"""

#: A domain is stored as the type that it is made of.
_COLUMNS = """
    SELECT attname AS name, quote_ident(attname) AS quoted,
        format_type(atttypid, atttypmod) AS type,
        base.typcategory = 'A' AS is_array,
        array[base.oid, base.typelem] && array['json'::regtype, 'jsonb'::regtype]::oid[] AS is_json,
        attgenerated <> '' OR attidentity = 'a' AS is_always_generated
    FROM pg_attribute
    JOIN pg_type AS declared ON declared.oid = atttypid
    JOIN pg_type AS base ON base.oid = coalesce(nullif(declared.typbasetype, 0), declared.oid)
    WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped
"""


class BadRecords(Exception):
    """Records that do not fit each other or their table; the message is for the client."""


@dataclass(frozen=True)
class _Column:
    """A column that is given. quoted and type: as SQL writes them."""

    name: str
    quoted: str
    type: str
    is_array: bool
    is_json: bool


@dataclass(frozen=True)
class _Target:
    """A table and those of its columns that are given. quoted: the table as SQL writes it."""

    schema: str
    name: str
    quoted: str
    columns: list[_Column]


async def copy_records(connection: asyncpg.Connection, table: str, records: Records) -> int:
    """Store the records by COPY and return how many rows there are more.

    table: as SQL writes it, with its schema or without, in double quotes where it needs them.
    records: what JSON has. None is NULL in every column; columns that no record names get their
    defaults. Raises BadRecords; asyncpg.PostgresError for what PostgreSQL refuses.
    """
    if not records:
        return 0
    names = _common_names(records)
    async with connection.transaction():
        target = await _find(connection, table, names)
        tag = await connection.copy_to_table(
            target.name,
            schema_name=target.schema,
            columns=names,
            source=_lines(target.columns, records),
        )
    return _rows(tag)


async def insert_records(connection: asyncpg.Connection, table: str, records: Records) -> int:
    """Store the records by a single INSERT, with a single parameter; else as copy_records does."""
    if not records:
        return 0
    names = _common_names(records)
    async with connection.transaction():
        target = await _find(connection, table, names)
        quoted = ", ".join(column.quoted for column in target.columns)
        typed = ", ".join(f"{column.quoted} {column.type}" for column in target.columns)
        tag = await connection.execute(
            f"INSERT INTO {target.quoted} ({quoted})"  # noqa: S608 - the names are quoted
            f" SELECT {quoted} FROM json_to_recordset($1::text::json) AS given ({typed})",
            _json(records),
        )
    return _rows(tag)


def _common_names(records: Records) -> list[str]:
    """The fields that every record has. Raises BadRecords when one has others."""
    names = records[0].keys()
    if not names:
        raise BadRecords("record 1 has no fields")
    for number, record in enumerate(records, 1):
        if record.keys() != names:
            differing = ", ".join(sorted(record.keys() ^ names))
            raise BadRecords(f"record {number} has not the fields of the first one: {differing}")
    return list(names)


async def _find(connection: asyncpg.Connection, table: str, names: Sequence[str]) -> _Target:
    """The table of this name and its columns of these names. Raises BadRecords."""
    try:
        found = await connection.fetchrow(_TABLE, table)
    except (asyncpg.SyntaxOrAccessError, asyncpg.FeatureNotSupportedError, asyncpg.DataError):
        found = None  # no name at all, such as a.b.c.d
    if found is None:
        raise BadRecords(f"there is no table {table}")
    there = {row["name"]: row for row in await connection.fetch(_COLUMNS, found["oid"])}
    for name in names:
        if name not in there:
            raise BadRecords(f"{table} has no column {name}")
        if there[name]["is_always_generated"]:
            raise BadRecords(f"the database itself gives the values of {name}")
    fields = _Column.__dataclass_fields__
    columns = [_Column(**{field: there[name][field] for field in fields}) for name in names]
    return _Target(found["schema"], found["name"], found["quoted"], columns)


async def _lines(columns: Sequence[_Column], records: Records) -> AsyncIterator[bytes]:
    """The records in COPY's text format."""
    for start in range(0, len(records), _ROWS_AT_A_TIME):
        lines = (
            "\t".join(_copied(record[column.name], column) for column in columns)
            for record in records[start : start + _ROWS_AT_A_TIME]
        )
        # Half a surrogate pair is no character: PostgreSQL is to say so.
        yield "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass")


def _copied(value: Any, column: _Column) -> str:
    text = _as_text(value, column)
    return r"\N" if text is None else text.translate(_ESCAPES)


def _as_text(value: Any, column: _Column) -> str | None:
    """A value as its column's type reads it, None for NULL; in the way of json_to_recordset."""
    if value is None:
        return None
    if column.is_array and isinstance(value, list):
        return _array(value, column)
    if isinstance(value, str) and not column.is_json:
        return value
    return _json(value)


def _array(values: list[Any], column: _Column) -> str:
    items = []
    for value in values:
        if isinstance(value, list) and not column.is_json:
            items.append(_array(value, column))
        elif value is None:
            items.append("NULL")
        else:
            text = value if isinstance(value, str) and not column.is_json else _json(value)
            escaped = text.replace("\\", r"\\").replace('"', r"\"")
            items.append(f'"{escaped}"')
    return "{" + ",".join(items) + "}"


def _json(value: Any) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        raise BadRecords("NaN and Infinity are no numbers in JSON") from None


def _rows(tag: str) -> int:
    """The number at the end of a status tag such as "INSERT 0 20"."""
    return int(tag.rpartition(" ")[2])
