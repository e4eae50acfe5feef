"""What an operator asks: where time goes, which indexes are idle, what is large."""

from __future__ import annotations

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
