"""Sizes of tables: what is listed, and what is added up. The truth is asked of each relation
alone."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from workbench.checking import CheckFailed, Social, check, expect

BYTES = ("table_bytes", "index_bytes", "other_bytes", "total_bytes")

#: A number, and the relations whose sizes it adds up.
SIZES = """
    SELECT coalesce(sum(pg_relation_size(oid)), 0)::bigint AS table_bytes,
        coalesce(sum(pg_indexes_size(oid)), 0)::bigint AS index_bytes,
        coalesce(sum(pg_total_relation_size(oid)
            - pg_relation_size(oid) - pg_indexes_size(oid)), 0)::bigint AS other_bytes,
        coalesce(sum(pg_total_relation_size(oid)), 0)::bigint AS total_bytes
    FROM unnest(%s::text[]) AS named (name), to_regclass(name) AS oid"""

#: Which partitions hold the rows of the tables that `shelves` makes.
MEMBERS = {
    "plain": ["public.plain"],
    "long_values": ["public.long_values"],
    "many_indexes": ["public.many_indexes"],
    "summary": ["public.summary"],
    "by_year": ["public.by_year_1", "public.by_year_2", "away.by_year_3"],
    "nested": ["public.nested_1", "public.nested_2a", "public.nested_2b"],
    "no_members": [],
    "tie_a": ["public.tie_a"],
    "tie_b": ["public.tie_b"],
    "tie_c": ["public.tie_c"],
    "unlogged": ["public.unlogged"],
    "parent": ["public.parent"],
    "child": ["public.child"],
}
PARTITIONS = {"by_year": 3, "nested": 3}

SHELVES = """
    CREATE SCHEMA away;
    CREATE TABLE plain AS SELECT n, repeat('x', 200) AS t FROM generate_series(1, 1500) AS n;

    CREATE TABLE long_values (t text);
    ALTER TABLE long_values ALTER t SET STORAGE EXTERNAL;
    INSERT INTO long_values SELECT repeat('long ', 20000) FROM generate_series(1, 10);

    CREATE TABLE many_indexes AS SELECT n, -n AS m FROM generate_series(1, 3000) AS n;
    CREATE INDEX ON many_indexes (n, m);
    CREATE INDEX ON many_indexes (m, n);
    CREATE INDEX ON many_indexes (m);

    CREATE UNLOGGED TABLE unlogged AS SELECT n FROM generate_series(1, 500) AS n;
    CREATE TABLE parent AS SELECT n FROM generate_series(1, 700) AS n;
    CREATE TABLE child () INHERITS (parent);
    INSERT INTO child SELECT n FROM generate_series(1, 900) AS n;

    CREATE MATERIALIZED VIEW summary AS SELECT * FROM plain LIMIT 400;
    CREATE INDEX ON summary (n);
    CREATE VIEW seen AS SELECT * FROM plain;

    CREATE TABLE by_year (n int, t text) PARTITION BY RANGE (n);
    CREATE TABLE by_year_1 PARTITION OF by_year FOR VALUES FROM (0) TO (1000);
    CREATE TABLE by_year_2 PARTITION OF by_year FOR VALUES FROM (1000) TO (2000);
    CREATE TABLE away.by_year_3 PARTITION OF by_year FOR VALUES FROM (2000) TO (9000);
    CREATE INDEX ON by_year (n);
    INSERT INTO by_year SELECT n, repeat('x', 300) FROM generate_series(1, 3000) AS n;
    INSERT INTO by_year
    SELECT n, (SELECT string_agg(md5(n || '-' || m), '') FROM generate_series(1, 500) AS m)
    FROM generate_series(500, 503) AS n;

    CREATE TABLE nested (n int, m int) PARTITION BY RANGE (n);
    CREATE TABLE nested_1 PARTITION OF nested FOR VALUES FROM (0) TO (1000);
    CREATE TABLE nested_2 PARTITION OF nested FOR VALUES FROM (1000) TO (9000)
        PARTITION BY RANGE (m);
    CREATE TABLE nested_2a PARTITION OF nested_2 FOR VALUES FROM (0) TO (1);
    CREATE TABLE nested_2b PARTITION OF nested_2 FOR VALUES FROM (1) TO (2);
    CREATE INDEX ON nested (m, n);
    INSERT INTO nested SELECT n, n % 2 FROM generate_series(1, 5000) AS n;

    CREATE TABLE no_members (n int) PARTITION BY RANGE (n);

    CREATE TABLE tie_b AS SELECT 1 AS n;
    CREATE TABLE tie_c AS SELECT 1 AS n;
    CREATE TABLE tie_a AS SELECT 1 AS n;

    CREATE TABLE away.plain AS SELECT 1 AS n;
    CREATE TABLE away.elsewhere AS SELECT 1 AS n;
"""


def shelves(app: Social) -> None:
    """Tables of every kind, the network's own among them."""
    app.sql(SHELVES)


def compared(app: Social, names: Iterable[str], columns: Iterable[str], look: str) -> None:
    """The rows of these tables have these columns right."""
    names, columns = list(names), list(columns)
    for _ in range(5):  # autovacuum may write a map in between
        before = truth(app, names)
        rows = app.ask()
        if truth(app, names) == before:
            break
    for name in names:
        found = row_of(rows, name)
        got = {column: found[column] for column in columns}
        expect.equal(got, {column: before[name][column] for column in columns}, name, look=look)


def truth(app: Social, names: Iterable[str]) -> dict[str, Any]:
    return {name: app.sql(SIZES, [MEMBERS[name]])[0] for name in names}


def row_of(rows: Any, name: str) -> Any:
    found = [row for row in rows if row["table_name"] == name]
    if len(found) != 1:
        names = expect.show([row["table_name"] for row in rows][:10])
        raise CheckFailed(
            f"one row for the table {name}", f"{len(found)} rows; the first table_names: {names}"
        )
    return found[0]


def listed_below(app: Social, *beginnings: str) -> list[str]:
    """The names in the answer that begin so."""
    names = {str(row["table_name"]) for row in app.ask()}
    return sorted(name for name in names if name.startswith(beginnings))


@check(points=2, runs="social", on=shelves)
def ordinary_tables(app: Social) -> None:
    """A table's row has the bytes of its rows, of its indexes, and of all together."""
    columns = ("table_bytes", "index_bytes", "total_bytes")
    compared(app, ["plain", "many_indexes"], columns,
             "which function of PostgreSQL counts what")  # fmt: skip
    compared(app, ["unlogged"], columns, "a table that is UNLOGGED is a table")
    compared(app, ["parent", "child"], columns,
             "tables that INHERIT are tables, each with rows of its own")  # fmt: skip


@check(points=2, runs="social", on=shelves)
def long_values(app: Social) -> None:
    """Long values and maps are `other_bytes`: they count for the total, and for neither the table
    nor its indexes."""
    compared(app, ["long_values", "plain"], BYTES, "what lies beside the table's own file")


@check(points=1, runs="social", on=shelves)
def materialized_views(app: Social) -> None:
    """A materialized view takes room like a table, and is listed; a view takes none, and is not."""
    compared(app, ["summary"], BYTES, "the kinds of relation")
    names = [row["table_name"] for row in app.ask()]
    expect.that("trending_hashtags" in names, "trending_hashtags is listed", "it is not")
    views = [name for name in ("seen", "user_stats") if name in names]
    expect.equal(views, [], "views in the list", look="the kinds of relation")


@check(points=1, runs="social", on=shelves)
def nothing_else(app: Social) -> None:
    """A table has one row; no index, no sequence and no table of another schema has one."""
    rows = app.ask()
    wanted = app.sql("""
        SELECT relname::text AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm')
            AND NOT relispartition""")
    known = {row["name"] for row in wanted}
    others = app.sql("""
        SELECT name FROM pg_class, unnest(ARRAY[relname::text, oid::regclass::text]) AS name
        WHERE relispartition OR relkind = 'v'""")
    ignored = {row["name"] for row in others}  # what other checks look for
    names = expect.texts(rows, "table_name")
    doubled = sorted({name for name in names if names.count(name) > 1})
    expect.equal(doubled, [], "tables that have more than one row")
    expect.equal(sorted(set(names) - known - ignored), [], "rows of what is no table of public",
                 look="the kinds of relation, and the schema")  # fmt: skip


@check(points=2, runs="social", on=shelves)
def partitioned_tables(app: Social) -> None:
    """A partitioned table has the bytes of all its partitions, their indexes and long values,
    wherever they lie, and no partition has a row of its own."""
    compared(app, ["by_year"], BYTES, "what is below the table")
    own = listed_below(app, "by_year_", "away.by_year", "activities_2")
    expect.equal(own, [], "partitions with a row of their own",
                 look="what pg_class knows of a partition")  # fmt: skip


@check(points=1, runs="social", on=shelves)
def counted(app: Social) -> None:
    """`partition_count` is how many partitions a table has: 0 for one that is not partitioned, or
    has none yet."""
    rows = app.ask()
    for name in ("plain", "summary", "by_year", "no_members"):
        got = row_of(rows, name)["partition_count"]
        expect.equal(got, PARTITIONS.get(name, 0), f"the partition_count of {name}")


@check(points=2, runs="social", on=shelves, hidden=True)
def partitions_of_partitions(app: Social) -> None:
    """A partition may itself be partitioned: what is below it belongs to the whole, and only those
    count that hold rows."""
    compared(app, ["nested"], BYTES, "what is below a partition")
    own = listed_below(app, "nested_")
    expect.equal(own, [], "partitions with a row of their own",
                 look="a partition that has partitions itself")  # fmt: skip
    got = row_of(app.ask(), "nested")["partition_count"]
    expect.equal(got, 3, "the partition_count of a table with three partitions that hold rows")


@check(points=1, runs="social", on=shelves)
def none_yet(app: Social) -> None:
    """A partitioned table without a partition is listed, with 0 bytes of everything."""
    found = row_of(app.ask(), "no_members")
    expect.equal([found[column] for column in BYTES], [0] * 4, ", ".join(BYTES) + " of no_members",
                 look="what sum() gives where there is no row")  # fmt: skip


@check(points=2, runs="social", on=shelves)
def in_order(app: Social) -> None:
    """The largest table comes first, by its total; tables of the same size in the order of their
    names."""
    rows = app.ask()
    sizes = expect.numbers(rows, "total_bytes")
    expect.that(
        len(sizes) > 1 and all(first >= second for first, second in pairwise(sizes)),
        "total_bytes that never rise from row to row", ", ".join(f"{size:.0f}" for size in sizes),
        look="ORDER BY",
    )  # fmt: skip
    ties = [row["table_name"] for row in rows if str(row["table_name"]).startswith("tie_")]
    expect.equal(ties, ["tie_a", "tie_b", "tie_c"], "three tables of the same size")
