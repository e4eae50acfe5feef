"""What an operator asks: where time goes, which indexes are idle, what is large."""

from __future__ import annotations

import json
from contextlib import closing

import psycopg2
import pytest
from sqlalchemy import make_url


def idle(ask):
    return {row["index_name"]: row for row in ask("idle_indexes")}


def test_redundant_indexes_name_the_one_that_covers_them(db, ask):
    before = set(idle(ask))
    db.rows("CREATE INDEX prefix ON follows (followee_id)")
    db.rows("CREATE INDEX twin_a ON reposts (created_at)")
    db.rows("CREATE INDEX twin_b ON reposts (created_at)")
    db.rows("CREATE INDEX key_again ON likes (user_id)")
    db.rows('CREATE INDEX "Odd Name" ON users (id) WHERE is_verified')
    db.rows("CREATE INDEX backwards ON follows (followee_id DESC)")
    db.rows("CREATE INDEX folded ON users (lower(bio))")
    found = {name: row for name, row in idle(ask).items() if name not in before}
    reasons = {name: (row["reason"], row["covered_by"]) for name, row in found.items()}
    assert reasons == {
        "prefix": ("redundant", "follows_followee_id_created_at_idx"),
        "twin_a": ("unused", None),
        "twin_b": ("redundant", "twin_a"),
        "key_again": ("redundant", "likes_pkey"),
        '"Odd Name"': ("unused", None),
        "backwards": ("unused", None),
        "folded": ("unused", None),
    }
    assert found["prefix"]["table_name"] == "follows"
    assert found["prefix"]["bytes"] > 0


def test_indexes_that_keep_a_rule_are_never_idle(ask):
    found = idle(ask)
    assert not [name for name in found if name.endswith(("_pkey", "_key"))]
    assert [row["reason"] for row in found.values()] == ["unused"] * len(found)


def test_a_partitioned_index_is_one(ask):
    names = [name for name in idle(ask) if name.startswith("notifications")]
    assert "notifications_user_id_created_at_idx" in names
    assert not [name for name in names if "_20" in name]


def test_tables_come_with_their_partitions_and_indexes(db, ask, add_user):
    db.rows("SELECT create_activity_partitions('2026-05-04', '2026-06-01')")
    add_user()
    found = {row["table_name"]: row for row in ask("table_sizes")}
    assert found["activities"]["partition_count"] >= 4
    assert not [name for name in found if name.startswith("activities_")]
    assert "trending_hashtags" in found
    assert "user_stats" not in found
    users = found["users"]
    assert users["table_bytes"] == db.value("SELECT pg_relation_size('users')")
    assert users["index_bytes"] == db.value("SELECT pg_indexes_size('users')")
    total = users["table_bytes"] + users["index_bytes"] + users["other_bytes"]
    assert total == users["total_bytes"] == db.value("SELECT pg_total_relation_size('users')")
    sizes = [row["total_bytes"] for row in found.values()]
    assert sizes == sorted(sizes, reverse=True)


@pytest.fixture
def statistics(services, social_url):
    """An administrator has the server's statistics shown in the database."""
    database = make_url(social_url).database
    url = make_url(services.postgres_url).set(database=database)
    with closing(psycopg2.connect(url.render_as_string(hide_password=False))) as admin:
        admin.autocommit = True
        admin.cursor().execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")


@pytest.mark.usefixtures("statistics")
def test_statements_are_ordered_by_what_they_cost_in_all(db, ask):
    for number in range(20):
        db.value("SELECT count(*) FROM generate_series(1, %s)", 1000 + number)
    found = ask("slow_statements", least_calls=20, page_size=100)
    mine = [row for row in found if "generate_series" in row["query"] and row["calls"] == 20]
    assert len(mine) == 1
    assert mine[0]["rows"] == 20
    assert abs(mine[0]["mean_time"] * 20 - mine[0]["total_time"]) < 1e-6
    assert min(row["calls"] for row in found) >= 20
    times = [row["total_time"] for row in found]
    assert times == sorted(times, reverse=True)


def node(kind, rows, *children, loops=1, hit=0, read=0, **more):
    return {
        "Node Type": kind, "Plan Rows": rows, "Actual Rows": rows, "Actual Loops": loops,
        "Shared Hit Blocks": hit, "Shared Read Blocks": read, "Parent Relationship": "Outer",
        **({"Plans": list(children)} if children else {}), **more,
    }  # fmt: skip


def nodes(ask, root):
    return ask("plan_nodes", plan=json.dumps([{"Plan": root, "Execution Time": 1.0}]))


def test_nodes_come_in_the_order_in_which_a_plan_is_read(ask):
    left = node("Sort", 1, node("Seq Scan", 1, **{"Relation Name": "users"}))
    right = node("Hash", 1, *[node(f"n{number}", 1) for number in range(11)])
    found = nodes(ask, node("Hash Join", 1, left, right))
    assert [(row["depth"], row["node_type"]) for row in found] == [
        (0, "Hash Join"), (1, "Sort"), (2, "Seq Scan"), (1, "Hash"),
        *[(2, f"n{number}") for number in range(11)],
    ]  # fmt: skip
    assert [row["relation"] for row in found[:4]] == [None, None, "users", None]


def test_rows_are_those_of_all_loops_and_buffers_are_a_nodes_own(ask):
    inner = node("Index Scan", 3, loops=200, hit=400, read=10,
                 **{"Actual Rows": 0.33, "Rows Removed by Filter": 2,
                    "Rows Removed by Index Recheck": 1})  # fmt: skip
    outer = node("Seq Scan", 10, hit=25, **{"Actual Rows": 200})
    found = nodes(ask, node("Nested Loop", 30, outer, inner, hit=425, read=10,
                            **{"Actual Rows": 66, "Rows Removed by Join Filter": 4}))  # fmt: skip
    asked = ("estimated_rows", "actual_rows", "off_by", "rows_removed", "own_buffers")
    assert [tuple(float(row[name]) for name in asked) for row in found] == [
        (30, 66, 2.2, 4, 0),
        (10, 200, 20, 0, 25),
        (600, 66, 9.1, 600, 410),
    ]


def test_a_node_that_never_ran_is_not_off(ask):
    (row,) = nodes(ask, node("Seq Scan", 100, loops=0, **{"Actual Rows": 0}))
    assert (row["estimated_rows"], row["actual_rows"], row["off_by"]) == (0, 0, None)
    (row,) = nodes(ask, node("Seq Scan", 1, **{"Actual Rows": 0}))
    assert row["off_by"] == 1


def test_what_an_init_plan_touches_is_not_taken_away(ask):
    before = node("Aggregate", 1, hit=50, **{"Parent Relationship": "InitPlan"})
    correlated = node("Aggregate", 1, hit=7, **{"Parent Relationship": "SubPlan"})
    found = nodes(ask, node("Sort", 1, before, node("Seq Scan", 1, correlated, hit=60), hit=60))
    assert [row["own_buffers"] for row in found] == [0, 50, 53, 7]


def test_a_plan_of_the_server_can_be_read(db, ask, add_post):
    add_post()
    explain = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)"
    plan = db.value(f"{explain} SELECT u.id, count(*) FROM users u JOIN posts p ON p.user_id = u.id"
                    " WHERE p.created_at > (SELECT min(created_at) - interval '1 s' FROM posts)"
                    " GROUP BY u.id")  # fmt: skip
    found = ask("plan_nodes", plan=json.dumps(plan))
    assert {"users", "posts"} <= {row["relation"] for row in found}
    assert min(row["own_buffers"] for row in found) >= 0
    assert found[0]["actual_rows"] == 1


def test_an_index_whose_included_columns_are_turned_round_has_one_twin(db, ask):
    db.rows("CREATE INDEX carries_a ON users (bio) INCLUDE (created_at, updated_at)")
    db.rows("CREATE INDEX carries_b ON users (bio) INCLUDE (updated_at, created_at)")
    db.rows("CREATE INDEX narrow ON reposts (created_at) INCLUDE (comment)")
    db.rows("CREATE INDEX wide ON reposts (created_at, comment)")
    found = idle(ask)
    assert found["carries_a"]["reason"] == "unused"
    assert found["carries_b"]["covered_by"] == "carries_a"
    assert found["narrow"]["covered_by"] == "wide"
    assert found["wide"]["reason"] == "unused"
