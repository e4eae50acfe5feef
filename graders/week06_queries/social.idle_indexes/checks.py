"""Idle indexes: small tables, one for each way in which indexes resemble each other."""

from __future__ import annotations

from typing import Any

from workbench.checking import CheckFailed, Social, check, expect

BEGINS = """
    CREATE TABLE begins (id int PRIMARY KEY, a int, b int, c int, d int);
    CREATE INDEX begins_long ON begins (a, b);
    CREATE INDEX begins_short ON begins (a);
    CREATE INDEX begins_key ON begins (id);
    CREATE INDEX begins_unique_short ON begins (c);
    CREATE UNIQUE INDEX begins_unique_long ON begins (c, d);
    CREATE INDEX begins_some ON begins (d) WHERE a > 0;
    CREATE INDEX begins_some_long ON begins (d, b) WHERE a > 0;
    CREATE TABLE many (a int, b int, c int);
    CREATE INDEX many_1 ON many (a);
    CREATE INDEX many_2 ON many (a, b);
    CREATE INDEX many_3 ON many (a, b, c);
"""
TWINS = """
    CREATE TABLE twins (a int, b int, c text);
    CREATE INDEX twins_z_first ON twins (a);
    CREATE INDEX twins_a_second ON twins (a);
    CREATE INDEX twins_plain ON twins (b);
    CREATE UNIQUE INDEX twins_unique ON twins (b);
    CREATE INDEX twins_words ON twins (lower(c));
    CREATE INDEX twins_words_again ON twins (lower(c));
"""
#: Each one, and the other that it only resembles.
APART = """
    CREATE TABLE apart (
        a int, b int, c int, d int, e text, f int, g text, h int, i text, l int, k int,
        m int, n int, o int, p int, q int, r text, s text, t text, u text
    );
    CREATE INDEX apart_direction ON apart (a);
    CREATE INDEX apart_direction_other ON apart (a DESC NULLS LAST, k);
    CREATE INDEX apart_nulls ON apart (b);
    CREATE INDEX apart_nulls_other ON apart (b NULLS FIRST, k);
    CREATE INDEX apart_order ON apart (c);
    CREATE INDEX apart_order_other ON apart (k, c);
    CREATE INDEX apart_part ON apart (d) WHERE k > 0;
    CREATE INDEX apart_part_other ON apart (d, k);
    CREATE INDEX apart_pattern ON apart (e text_pattern_ops);
    CREATE INDEX apart_pattern_other ON apart (e, k);
    CREATE INDEX apart_whole ON apart (f);
    CREATE INDEX apart_whole_other ON apart (f, k) WHERE k > 0;
    CREATE INDEX apart_expression ON apart (lower(g));
    CREATE INDEX apart_expression_other ON apart (upper(g), k);
    CREATE INDEX apart_kind ON apart USING hash (h);
    CREATE INDEX apart_kind_other ON apart (h, k);
    CREATE INDEX apart_collation ON apart (i COLLATE "C");
    CREATE INDEX apart_collation_other ON apart (i COLLATE "POSIX", k);
    CREATE INDEX apart_second ON apart (l, a);
    CREATE INDEX apart_second_other ON apart (l, k, c);
    CREATE INDEX apart_condition ON apart (m) WHERE k > 1;
    CREATE INDEX apart_condition_other ON apart (m, k) WHERE k > 2;
    CREATE INDEX apart_turned ON apart (n, o);
    CREATE INDEX apart_turned_other ON apart (o, n, k);
    CREATE INDEX apart_second_direction ON apart (p, q);
    CREATE INDEX apart_second_direction_other ON apart (p, q DESC, k);
    CREATE INDEX apart_second_pattern ON apart (r, s);
    CREATE INDEX apart_second_pattern_other ON apart (r, s text_pattern_ops, k);
    CREATE INDEX apart_second_collation ON apart (t, u COLLATE "C");
    CREATE INDEX apart_second_collation_other ON apart (t, u COLLATE "POSIX", k);
    CREATE TABLE apart_table (a int, k int);
    CREATE INDEX apart_owner ON apart_table (k);
    CREATE TABLE apart_wide (x int, k int);
    CREATE INDEX apart_owner_other ON apart_wide (k, x);
"""
LOOKS = (
    "direction",
    "nulls",
    "order",
    "part",
    "pattern",
    "whole",
    "expression",
    "kind",
    "collation",
    "second",
    "condition",
    "turned",
    "second_direction",
    "second_pattern",
    "second_collation",
    "owner",
)
INCLUDED = """
    CREATE TABLE included (a int, b int, c int, d int, e int, f int, g int, h int);
    CREATE INDEX included_lost ON included (a) INCLUDE (b);
    CREATE INDEX included_lost_other ON included (a, c);
    CREATE INDEX included_kept ON included (d) INCLUDE (e);
    CREATE INDEX included_kept_other ON included (d, f) INCLUDE (e);
    CREATE INDEX included_weak ON included (g) INCLUDE (h);
    CREATE INDEX included_strong ON included (g, h);
    CREATE TABLE turned (a int, b int, c int);
    CREATE INDEX turned_1 ON turned (a) INCLUDE (b, c);
    CREATE INDEX turned_2 ON turned (a) INCLUDE (c, b);
"""
READ = """
    CREATE TABLE shop AS SELECT n AS a, n AS b, n AS c FROM generate_series(1, 3000) AS n;
    CREATE INDEX shop_read ON shop (a);
    CREATE INDEX shop_unread ON shop (b);
    CREATE INDEX shop_short ON shop (c);
    CREATE MATERIALIZED VIEW stored AS SELECT 1 AS a;
    CREATE INDEX stored_unread ON stored (a);
"""
#: An index without those of the partitions is not valid.
HALF = """
    CREATE TABLE half (a int, b int) PARTITION BY RANGE (a);
    CREATE TABLE half_1 PARTITION OF half DEFAULT;
    CREATE INDEX half_whole ON half (b);
    CREATE INDEX half_made ON ONLY half (b, a);
"""
RULES = """
    CREATE TABLE rules (
        id int PRIMARY KEY, a int, b int UNIQUE, c int, r int4range,
        EXCLUDE USING gist (r WITH &&)
    );
    CREATE UNIQUE INDEX rules_partial ON rules (a) WHERE c > 0;
    CREATE UNIQUE INDEX rules_begins ON rules (c);
    CREATE INDEX rules_longer ON rules (c, a);
    CREATE INDEX rules_ranges ON rules USING gist (r);
    CREATE TABLE referred (a int REFERENCES rules (b));
"""
MONTHS = """
    CREATE TABLE months (n int, a int, b int, c int, PRIMARY KEY (n, a)) PARTITION BY RANGE (n);
    CREATE TABLE months_1 PARTITION OF months FOR VALUES FROM (0) TO (1000);
    CREATE TABLE months_2 PARTITION OF months FOR VALUES FROM (1000) TO (2000);
    CREATE TABLE months_3 PARTITION OF months FOR VALUES FROM (2000) TO (9000)
        PARTITION BY RANGE (n);
    CREATE TABLE months_3_1 PARTITION OF months_3 FOR VALUES FROM (2000) TO (9000);
    CREATE INDEX months_unread ON months (a);
    CREATE INDEX months_read ON months (b);
    CREATE INDEX months_short ON months (c);
    INSERT INTO months SELECT n, n, n, n FROM generate_series(1, 6000) AS n;
"""
NAMES = """
    CREATE TABLE "Odd Table" (a int, b int);
    CREATE INDEX "Odd Index" ON "Odd Table" (a);
    CREATE INDEX "Odd ""Long" ON "Odd Table" (a, b);
    CREATE SCHEMA away;
    CREATE TABLE away.begins (a int, b int);
    CREATE INDEX begins_long ON away.begins (a, b);
    CREATE INDEX elsewhere ON away.begins (a);
    CREATE TABLE ties (a int, b int, c int);
    CREATE INDEX ties_b ON ties (a);
    CREATE INDEX ties_c ON ties (b);
    CREATE INDEX ties_a ON ties (c);
"""
#: In one simple query, so that nothing comes between its settings and its reads; the count of
#: reads is told at once.
READ_BY_INDEX = (
    "SET enable_seqscan = off; SET enable_bitmapscan = off; {} SELECT pg_stat_force_next_flush()"
)
PARTITION_INDEXES = (
    "SELECT relname::text AS name FROM pg_class WHERE relkind IN ('i', 'I') AND relispartition"
)
#: Of an index with those of its partitions.
MEASURED = """
    SELECT sum(pg_relation_size(relid))::bigint AS bytes,
        sum(pg_stat_get_numscans(relid))::bigint AS scans
    FROM (
        SELECT %s::regclass AS relid
        UNION SELECT relid FROM pg_partition_tree(%s::regclass)
    ) AS member"""


def shelves(app: Social) -> None:
    """Indexes of many kinds, some of which are read."""
    for text in (BEGINS, TWINS, APART, INCLUDED, READ, HALF, RULES, MONTHS, NAMES):
        app.sql(text)
    reads = [
        *["SELECT b FROM shop WHERE a = 7;"] * 3,
        *["SELECT b FROM shop WHERE c = 7;"] * 5,
        "SELECT a FROM months WHERE b = 1500 AND n >= 1000 AND n < 2000;",
        *["SELECT a FROM months WHERE c = 1500;"] * 2,
    ]
    app.sql(READ_BY_INDEX.format(" ".join(reads)))
    app.sql("CREATE INDEX shop_long ON shop (c, a)")
    app.sql("CREATE INDEX months_long ON months (c, b)")
    # One query reads each of a table's three partitions.
    for name, times in (("shop_read", 3), ("months_read", 1), ("months_short", 6)):
        scans = measured(app, name)["scans"]
        if scans != times:
            raise CheckFailed(f"{times} reads of {name} are counted", str(scans))


def measured(app: Social, name: str) -> dict[str, Any]:
    """The bytes and scans of this index, with those of its partitions."""
    return app.sql(MEASURED, [name, name])[0]


def listed(app: Social) -> dict[str, Any]:
    """The answer's rows by the name of the index; CheckFailed when one has two."""
    rows = app.ask()
    names = [plain(row["index_name"]) for row in rows]
    # Another schema's index of the same name is a fault that one check looks for.
    found = dict(zip(names, rows, strict=True))
    doubled = sorted({name for name in names if names.count(name) > 1} - {"begins_long"})
    expect.equal(doubled, [], "indexes that have more than one row")
    return found


def plain(name: Any) -> str:
    """A name without the quotes that SQL may need, and without the schema public."""
    text = str(name)
    if text.startswith('"') and text.endswith('"'):
        text = text[1:-1].replace('""', '"')
    return text


def reasons(found: dict[str, Any], names: Any, look: str, wanted: dict[str, Any]) -> None:
    """These indexes have these reasons: (reason, the indexes that may be named as covering), or
    None for one that is not listed."""
    for name in names:
        row, want = found.get(name), wanted[name]
        if want is None:
            expect.that(row is None, f"{name} is not listed", f"it is: {row}", look=look)
            continue
        if row is None:
            raise CheckFailed(f"{name} is listed as {want[0]}", "it is not listed", look=look)
        expect.equal(row["reason"], want[0], f"the reason of {name}", look=look)
        covered = None if row["covered_by"] is None else plain(row["covered_by"])
        expect.that(
            covered in want[1],
            f"{name}: covered_by is {' or '.join(map(str, want[1]))}",
            str(covered),
            look=look,
        )


UNUSED = ("unused", [None])


@check(points=3, runs="social", on=shelves)
def beginnings(app: Social) -> None:
    """An index whose columns are the first ones of another index, be that a key or not, is
    redundant, and `covered_by` names the other."""
    wanted = {
        "begins_short": ("redundant", ["begins_long"]),
        "begins_key": ("redundant", ["begins_pkey"]),
        "begins_unique_short": ("redundant", ["begins_unique_long"]),
        "begins_some": ("redundant", ["begins_some_long"]),
        "begins_long": UNUSED,
        "many_1": ("redundant", ["many_2", "many_3"]),
        "many_2": ("redundant", ["many_3"]),
        "many_3": UNUSED,
    }
    reasons(listed(app), wanted, "the first columns of the other index", wanted)


@check(points=2, runs="social", on=shelves)
def twins(app: Social) -> None:
    """Of two indexes that are alike, the one made later is redundant, and the other one is not; but
    a plain one is redundant beside a unique one, whichever came first, and beside one of an
    exclusion constraint that was there before."""
    wanted = {
        "twins_a_second": ("redundant", ["twins_z_first"]),
        "twins_z_first": UNUSED,
        "twins_words_again": ("redundant", ["twins_words"]),
        "twins_words": UNUSED,
        "twins_plain": ("redundant", ["twins_unique"]),
        "rules_ranges": ("redundant", ["rules_r_excl"]),
    }
    reasons(listed(app), wanted, "which of the two may go", wanted)


@check(points=3, runs="social", on=shelves)
def only_alike(app: Social) -> None:
    """No index replaces one of another table, kind, order, direction, condition, expression,
    collation or operator class."""
    wanted: dict[str, Any] = {f"apart_{look}": UNUSED for look in LOOKS}
    reasons(listed(app), wanted, "all that describes an index in pg_index", wanted)


@check(points=2, runs="social", on=shelves, hidden=True)
def included_columns(app: Social) -> None:
    """What an index only carries along (INCLUDE) must be in the other one as well, in any place;
    and a column that the other one only carries along is none that it is searched by."""
    found = listed(app)
    wanted = {
        "included_lost": UNUSED,
        "included_lost_other": UNUSED,
        "included_kept": ("redundant", ["included_kept_other"]),
        "included_weak": ("redundant", ["included_strong"]),
        "included_strong": UNUSED,
        "turned_1": UNUSED,
        "turned_2": ("redundant", ["turned_1"]),
    }
    reasons(found, wanted, "the columns after the first indnkeyatts", wanted)


@check(points=2, runs="social", on=shelves)
def unused(app: Social) -> None:
    """An index that no query has read is unused, also that of a materialized view. One that was
    read is not listed, nor one that is not valid, and that replaces no other."""
    found = listed(app)
    wanted = {
        "shop_unread": UNUSED,
        "shop_read": None,
        "stored_unread": UNUSED,
        "half_whole": UNUSED,
        "half_made": None,
    }
    reasons(found, wanted, "the count of scans, and indisvalid", wanted)
    expect.equal(found["shop_unread"]["scans"], 0, "the scans of shop_unread")


@check(points=1, runs="social", on=shelves)
def redundant_and_read(app: Social) -> None:
    """A redundant index is listed also when it is read; `scans` says how often."""
    found = listed(app)
    wanted = {"shop_short": ("redundant", ["shop_long"])}
    reasons(found, wanted, "who would be read in its place", wanted)
    expect.equal(found["shop_short"]["scans"], 5, "the scans of shop_short")


@check(points=2, runs="social", on=shelves)
def rules_stay(app: Social) -> None:
    """An index that keeps a rule is never listed: unique indexes, and those of primary keys, unique
    and exclusion constraints."""
    kept = app.sql("""
        SELECT indexrelid::regclass::text AS name FROM pg_index
        WHERE indrelid = 'rules'::regclass
            AND (indisunique OR EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid))""")
    names = {row["name"] for row in kept} | {"users_live_email_key", "likes_pkey", "months_pkey"}
    expect.equal(
        sorted(names & set(listed(app))),
        [],
        "indexes in the list that keep a rule",
        look="what is lost with the index",
    )


@check(points=3, runs="social", on=shelves)
def partitioned(app: Social) -> None:
    """The index of a partitioned table is one index: its partitions' indexes are not listed, its
    scans and bytes are the sums of theirs, on every level, and one that is read once in one
    partition is not unused."""
    found = listed(app)
    look = "what is below the index"
    wanted = {
        "months_unread": UNUSED,
        "months_read": None,
        "months_short": ("redundant", ["months_long"]),
    }
    reasons(found, wanted, look, wanted)
    for name in ("months_unread", "months_short"):
        size = measured(app, name)["bytes"]
        expect.equal(found[name]["bytes"], size, f"the bytes of {name}", look=look)
    expect.equal(found["months_short"]["scans"], 6, "the scans of months_short", look=look)
    below = {row["name"] for row in app.sql(PARTITION_INDEXES)}
    expect.equal(sorted(below & set(found)), [], "indexes of partitions", look=look)


@check(points=1, runs="social", on=shelves)
def columns(app: Social) -> None:
    """Each row says to which table the index belongs and how many bytes it takes."""
    found = listed(app)
    for name, table in (
        ("shop_unread", "shop"),
        ("begins_long", "begins"),
        ("twins_words", "twins"),
    ):
        if name not in found:
            raise CheckFailed(f"{name} is listed", "it is not")
        expect.equal(found[name]["table_name"], table, f"the table of {name}")
        size = measured(app, name)["bytes"]
        expect.equal(found[name]["bytes"], size, f"the bytes of {name}")


@check(points=1, runs="social", on=shelves)
def in_order(app: Social) -> None:
    """The largest come first, those of the same size in the order of their names."""
    rows = app.ask()
    sizes = expect.numbers(rows, "bytes")
    expect.that(
        len(sizes) > 1 and sizes == sorted(sizes, reverse=True),
        "bytes that never rise from row to row",
        ", ".join(f"{size:.0f}" for size in sizes),
        look="ORDER BY",
    )
    ties = [row["index_name"] for row in rows if str(row["index_name"]).startswith("ties_")]
    expect.equal(ties, ["ties_a", "ties_b", "ties_c"], "three indexes of the same size")


@check(points=2, runs="social", on=shelves, hidden=True)
def any_names(app: Social) -> None:
    """Names may need quotes, and another schema may have an index of the same name, which is not
    listed."""
    found = listed(app)
    wanted = {"Odd Index": ("redundant", ['Odd "Long']), 'Odd "Long': UNUSED}
    reasons(found, wanted, "names and numbers (oid)", wanted)
    names = [str(row["index_name"]) for row in app.ask()]
    strangers = [name for name in names if name.startswith("away.") or name == "elsewhere"]
    expect.equal(
        strangers + [name for name in names if name == "begins_long"],
        ["begins_long"],
        "the rows of begins_long, which stands in two schemas",
        look="the schema",
    )
