"""Plans as tables: plans written for the check, in which each number tells one mistake, and plans
of the server itself, compared with a model."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from workbench.checking import CheckFailed, Social, check, expect


def shelf(app: Social) -> None:
    """A table for plans of the server's own."""
    app.sql("CREATE TABLE shelf AS SELECT n, n % 700 AS m FROM generate_series(1, 4000) AS n")
    app.sql("CREATE INDEX ON shelf (n)")
    app.sql("ANALYZE shelf")


def node(kind: str, *children: Any, **more: Any) -> dict[str, Any]:
    """A node of a plan that estimated and gave one row."""
    names = {
        "estimate": "Plan Rows",
        "rows": "Actual Rows",
        "loops": "Actual Loops",
        "hit": "Shared Hit Blocks",
        "read": "Shared Read Blocks",
        "dirtied": "Shared Dirtied Blocks",
        "written": "Shared Written Blocks",
        "relation": "Relation Name",
        "index": "Index Name",
        "function": "Function Name",
        "filtered": "Rows Removed by Filter",
        "joined": "Rows Removed by Join Filter",
        "rechecked": "Rows Removed by Index Recheck",
        "as_": "Parent Relationship",
    }
    made = {
        "Node Type": kind,
        "Parent Relationship": "Outer",
        "Parallel Aware": False,
        "Startup Cost": 0.0,
        "Total Cost": 1.0,
        "Plan Width": 8,
        "Plan Rows": 1,
        "Actual Rows": 1,
        "Actual Loops": 1,
        "Shared Hit Blocks": 0,
        "Shared Read Blocks": 0,
        "Shared Dirtied Blocks": 0,
        "Shared Written Blocks": 0,
    }
    made |= {names[name]: value for name, value in more.items()}
    return made | ({"Plans": list(children)} if children else {})


def asked(app: Social, top: dict[str, Any]) -> Any:
    """The rows of the answer for this plan."""
    top = {key: value for key, value in top.items() if key != "Parent Relationship"}
    return app.ask(plan=json.dumps([{"Plan": top, "Planning Time": 0.1, "Execution Time": 1.5}]))


def same(rows: Any, columns: tuple[str, ...], wanted: list[tuple[Any, ...]], look: str) -> None:
    """These columns of the rows, whose numbers may be of any type."""
    got = [tuple(plain(row[column]) for column in columns) for row in rows]
    wanted = [tuple(map(plain, row)) for row in wanted]
    expect.equal(got, wanted, ", ".join(columns), look=look)


def plain(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    try:
        return round(float(value), 6) + 0.0  # -0.0 is 0.0
    except (TypeError, ValueError, OverflowError):
        return str(value)


JOIN = node(
    "Hash Join",
    node("Seq Scan", relation="posts", as_="Outer"),
    node("Hash", node("Index Scan", relation="users", index="users_pkey"), as_="Inner"),
    node("Bitmap Index Scan", index="likes_pkey", as_="SubPlan"),
    node("Function Scan", function="generate_series", as_="SubPlan"),
)


@check(points=2, runs="social", on=shelf)
def every_node(app: Social) -> None:
    """A plan has one row for each of its nodes, with its type and depth (0 at the top), and the
    relation that it reads, NULL where it names none."""
    wanted = [
        ("Bitmap Index Scan", 1, None),
        ("Function Scan", 1, None),
        ("Hash", 1, None),
        ("Hash Join", 0, None),
        ("Index Scan", 2, "users"),
        ("Seq Scan", 1, "posts"),
    ]
    rows = sorted(asked(app, JOIN), key=lambda row: str(row["node_type"]))
    same(rows, ("node_type", "depth", "relation"), wanted, "Plans, and the plans in them")
    same(
        asked(app, node("Result")),
        ("node_type", "depth", "relation"),
        [("Result", 0, None)],
        "a plan of one node",
    )


@check(points=2, runs="social", on=shelf)
def reading_order(app: Social) -> None:
    """Rows come in the order of reading: a node, then its first child with all that is below it,
    then its second child, and so on."""
    tree = node(
        "top",
        node("z", node("b", node("deep")), node("a")),
        node("append", *(node(f"part {number}") for number in range(1, 13))),
        node("c", node("z")),
    )
    wanted = [("top", 0), ("z", 1), ("b", 2), ("deep", 3), ("a", 2), ("append", 1)]
    wanted += [(f"part {number}", 2) for number in range(1, 13)]
    wanted += [("c", 1), ("z", 2)]
    same(
        asked(app, tree),
        ("node_type", "depth"),
        wanted,
        "the way that leads to a node, and ORDER BY",
    )


@check(points=2, runs="social", on=shelf)
def rows_of_all_loops(app: Social) -> None:
    """Estimated and actual rows are those of all loops together; newer servers give fractions of a
    row for one loop, and the product is rounded."""
    tree = node(
        "Nested Loop",
        node("Seq Scan", estimate=40, rows=300),
        node("Index Scan", estimate=2, rows=0.33, loops=300),
        node("Memoize", estimate=5, rows=7, loops=4),
        node("Index Only Scan", estimate=1, rows=0.33, loops=10),
        node("Limit", estimate=1, rows=0.67, loops=10),
        node("Materialize", estimate=1_000_000, rows=900_000, loops=5000),
        estimate=80,
        rows=99,
    )
    wanted = [(80, 99), (40, 300), (600, 99), (20, 28), (10, 3), (10, 7)]
    wanted += [(5_000_000_000, 4_500_000_000)]
    same(
        asked(app, tree),
        ("estimated_rows", "actual_rows"),
        wanted,
        "Actual Loops",
    )


@check(points=2, runs="social", on=shelf)
def how_far_off(app: Social) -> None:
    """`off_by` is the larger of estimated and actual rows divided by the smaller, each at least 1,
    with one decimal."""
    tree = node(
        "Append",
        node("a", estimate=10, rows=300),
        node("b", estimate=300, rows=10),
        node("c", estimate=3, rows=10),
        node("d", estimate=50, rows=0),
        node("e", estimate=1, rows=0),
        node("f", estimate=0, rows=0),
        node("g", estimate=1, rows=8, loops=5),
        node("h", estimate=3, rows=20),
        estimate=100,
        rows=150,
    )
    wanted = [
        ("Append", 1.5),
        ("a", 30),
        ("b", 30),
        ("c", 3.3),
        ("d", 50),
        ("e", 1),
        ("f", 1),
        ("g", 8),
        ("h", 6.7),
    ]
    same(asked(app, tree), ("node_type", "off_by"), wanted, "which of the two is larger, and zero")


@check(points=1, runs="social", on=shelf)
def never_executed(app: Social) -> None:
    """A node that never ran (no loops) has estimated, actual and removed rows 0, and off_by NULL;
    one that ran ten times and gave nothing is off by what was estimated for all ten."""
    tree = node(
        "Nested Loop",
        node("Seq Scan", estimate=9, rows=0),
        node("Index Scan", estimate=70, rows=0, loops=0, filtered=0),
        node("Materialize", estimate=5, rows=0, loops=10),
        estimate=60,
        rows=0,
    )
    wanted = [
        ("Nested Loop", 60, 0, 60),
        ("Seq Scan", 9, 0, 9),
        ("Index Scan", 0, 0, None),
        ("Materialize", 50, 0, 50),
    ]
    look = "nodes whose Actual Loops is 0"
    rows = asked(app, tree)
    same(rows, ("node_type", "estimated_rows", "actual_rows", "off_by"), wanted, look)
    never = [row for row in rows if row["node_type"] == "Index Scan"]
    same(never, ("node_type", "rows_removed"), [("Index Scan", 0)], look)


@check(points=2, runs="social", on=shelf)
def removed(app: Social) -> None:
    """`rows_removed` counts what a filter, a join filter and a recheck have thrown away, in all
    loops, and is 0 where there is none of them."""
    tree = node(
        "Nested Loop",
        node("Seq Scan", filtered=900),
        node("Bitmap Heap Scan", filtered=3, rechecked=4, loops=10),
        node("Result"),
        joined=25,
    )
    same(
        asked(app, tree),
        ("node_type", "rows_removed"),
        [("Nested Loop", 25), ("Seq Scan", 900), ("Bitmap Heap Scan", 70), ("Result", 0)],
        "the keys that begin with Rows Removed by",
    )


@check(points=3, runs="social", on=shelf)
def own_buffers(app: Social) -> None:
    """`own_buffers` are the pages that a node touched itself, in memory or read: without those of
    its children, and not multiplied by loops, since PostgreSQL has added up all loops."""
    tree = node(
        "Sort",
        node(
            "Nested Loop",
            node(
                "Append",
                node("Seq Scan", hit=20, read=12, dirtied=9, as_="Member"),
                node("Bitmap Heap Scan", hit=9, written=7, as_="Member"),
                hit=30,
                read=12,
                dirtied=9,
                written=7,
            ),
            node(
                "Index Scan",
                node("Materialize", hit=40, read=1, loops=9, as_="SubPlan"),
                hit=640,
                read=8,
                loops=200,
                as_="Inner",
            ),
            hit=670,
            read=20,
        ),
        hit=673,
        read=20,
    )
    wanted = [
        ("Append", 1),
        ("Bitmap Heap Scan", 9),
        ("Index Scan", 607),
        ("Materialize", 41),
        ("Nested Loop", 0),
        ("Seq Scan", 32),
        ("Sort", 3),
    ]
    rows = sorted(asked(app, tree), key=lambda row: str(row["node_type"]))
    same(rows, ("node_type", "own_buffers"), wanted, "what a node's buffers include")


@check(points=2, runs="social", on=shelf, hidden=True)
def init_plans(app: Social) -> None:
    """Children whose Parent Relationship is InitPlan are not taken away from their parent, since
    their pages are counted where their value is waited for."""
    tree = node(
        "Sort",
        node("Aggregate", hit=50, as_="InitPlan"),
        node("CTE Scan", node("Seq Scan", hit=48), hit=55),
        hit=60,
    )
    wanted = [("Sort", 5), ("Aggregate", 50), ("CTE Scan", 7), ("Seq Scan", 48)]
    same(asked(app, tree), ("node_type", "own_buffers"), wanted, "the text's rule on InitPlan")


QUERIES = (
    "SELECT n FROM shelf WHERE n % 3 = 0 ORDER BY m DESC, n LIMIT 10",
    "SELECT a.n, b.m FROM shelf AS a JOIN shelf AS b ON b.n = a.m WHERE a.n < 300 AND b.m > 2",
    "SELECT n, (SELECT count(*) FROM shelf AS other WHERE other.n = shelf.m AND other.m > 500)"
    " FROM shelf"
    " WHERE n > (SELECT max(n) - 20 FROM shelf)",
    "WITH few AS MATERIALIZED (SELECT * FROM shelf WHERE n < 50) SELECT a.n FROM few AS a, few AS b"
    " WHERE a.n < b.m AND EXISTS (SELECT FROM shelf WHERE n = a.n AND m >= 0)",
    "SELECT 1 WHERE false",
)


@check(points=2, runs="social", on=shelf, hidden=True)
def plans_of_the_server(app: Social) -> None:
    """Plans that PostgreSQL has really made come out node by node, with filters, loops, subqueries
    and everything else that stands in them."""
    columns = (
        "depth",
        "node_type",
        "relation",
        "estimated_rows",
        "actual_rows",
        "rows_removed",
        "own_buffers",
    )
    for query in QUERIES:
        (row,) = app.sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}")
        plan = row["QUERY PLAN"]
        if not isinstance(plan, list):
            raise CheckFailed("a plan", str(plan))
        in_memory(plan[0]["Plan"])
        same(app.ask(plan=json.dumps(plan)), columns, list(model(plan[0]["Plan"], 0)), query)


def in_memory(plan: dict[str, Any]) -> None:
    """Which pages were in memory depends on who else is at work: here, all were."""
    plan["Shared Hit Blocks"] += plan["Shared Read Blocks"]
    plan["Shared Read Blocks"] = 0
    for child in plan.get("Plans", []):
        in_memory(child)


def model(plan: dict[str, Any], depth: int) -> Iterator[tuple[Any, ...]]:
    """The rows of a plan, from the definition in the text."""
    loops = plan["Actual Loops"]
    removed = sum(
        plan.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Join Filter", "Index Recheck")
    )
    children = plan.get("Plans", [])
    below = sum(touched(child) for child in children if child["Parent Relationship"] != "InitPlan")
    yield (
        depth,
        plan["Node Type"],
        plan.get("Relation Name"),
        rounded(plan["Plan Rows"] * loops),
        rounded(plan["Actual Rows"] * loops),
        rounded(removed * loops),
        touched(plan) - below,
    )
    for child in children:
        yield from model(child, depth + 1)


def rounded(number: float) -> int:
    """As PostgreSQL does: a half goes up."""
    return math.floor(number + 0.5 + 1e-9)


def touched(plan: dict[str, Any]) -> int:
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])
