"""A plan in names and numbers, as PostgreSQL 15 to 18 tell it."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.checking.plan import NoPlan, conditions, read_plan, title


def scan(**more: Any) -> dict[str, Any]:
    return {
        "Node Type": "Index Scan", "Relation Name": "posts", "Alias": "p", "Plan Rows": 3,
        "Index Name": "posts_author_id", "Index Cond": "(author_id = 7)", "Actual Rows": 2,
        "Actual Loops": 5, "Rows Removed by Filter": 1, "Actual Total Time": 0.5,
        "Shared Hit Blocks": 10, "Shared Read Blocks": 4, "Temp Read Blocks": 1, **more,
    }  # fmt: skip


def plan_of(*children: dict[str, Any]) -> list[dict[str, Any]]:
    top = {
        "Node Type": "Sort", "Plan Rows": 9, "Actual Rows": 10.0, "Actual Loops": 1,
        "Sort Key": ["p.created_at DESC", "p.id"], "Plans": list(children),
        "Shared Hit Blocks": 20,
    }  # fmt: skip
    return [{"Plan": top, "Planning Time": 1.5, "Execution Time": 3}]


def test_numbers_are_of_all_loops() -> None:
    plan = read_plan(plan_of(scan()))
    assert (plan.rows, plan.buffers, plan.planning, plan.execution) == (10, 20, 1.5, 3.0)
    (node,) = plan.reads("posts")
    assert (node.estimated, node.rows, node.loops, node.removed) == (15, 10, 5, 5)
    assert (node.buffers, node.milliseconds) == (15, 2.5)
    assert [one.type for one in plan.nodes] == ["Sort", "Index Scan"]
    assert plan.of_type("Sort") == [plan.root]
    assert plan.indexes == {"posts_author_id"}


def test_rows_are_read_of_one_table_or_of_all() -> None:
    inside = {"Node Type": "Bitmap Index Scan", "Plan Rows": 9, "Actual Rows": 99}
    plan = read_plan(plan_of(scan(), scan(**{"Relation Name": "users"}), scan(Plans=[inside])))
    assert (plan.rows_read("posts"), plan.rows_read("users"), plan.rows_read()) == (30, 15, 45)
    assert plan.rows_read("likes") == 0


def test_rows_of_postgresql_18_have_fractions() -> None:
    (node,) = read_plan(plan_of(scan(**{"Actual Rows": 0.33, "Actual Loops": 3}))).reads("posts")
    assert node.rows == 1


def test_what_was_never_run_reads_nothing() -> None:
    plan = read_plan(plan_of(scan(**{"Actual Loops": 0, "Actual Rows": 0})))
    assert plan.reads("posts") == []
    assert plan.indexes == set()
    assert "never executed" in plan.text


def test_it_is_told_in_lines() -> None:
    assert read_plan(plan_of(scan())).text.splitlines() == [
        "Sort: rows 10 (estimated 9), buffers 20",
        "     Sort Key: p.created_at DESC, p.id",
        "  -> Index Scan on posts p by posts_author_id: rows 10 (estimated 15), buffers 15,"
        " loops 5, 2.5 ms",
        "       Index Cond: (author_id = 7)",
        "       Rows Removed: 5",
    ]


def test_a_node_says_what_it_reads() -> None:
    data = {"Node Type": "CTE Scan", "Plan Rows": 1, "CTE Name": "recent", "Alias": "recent"}
    node = read_plan([{"Plan": data}]).root
    assert title(node) == "CTE Scan on recent"
    assert conditions(node) == [("CTE Name", "recent")]


def deep() -> Any:
    data = scan()
    for _ in range(300):
        data = scan(Plans=[data])
    return [{"Plan": data}]


@pytest.mark.parametrize(
    "data",
    [None, [], {}, "plan", [{}], [{"Plan": {}}], [{"Plan": []}], [{"Plan": scan(Plans=3)}],
     [{"Plan": scan(**{"Plan Rows": "many"})}], [{"Plan": scan(**{"Actual Rows": float("nan")})}],
     deep()],
    ids=lambda _: "",
)  # fmt: skip
def test_what_is_no_plan_is_refused(data: Any) -> None:
    with pytest.raises(NoPlan):
        read_plan(data)
