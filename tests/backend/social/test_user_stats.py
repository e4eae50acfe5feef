"""A user's numbers are right, and reading one user reads little."""

import re

import pytest


@pytest.fixture
def stats(db):
    def stats(user):
        return db.rows(
            "SELECT post_count, following_count, follower_count, last_post_at IS NOT NULL"
            " FROM user_stats WHERE user_id = %s",
            user,
        )

    return stats


def follow(db, follower, followee):
    db.rows("INSERT INTO follows (follower_id, followee_id) VALUES (%s, %s)", follower, followee)


def test_each_number_is_counted_on_its_own(db, add_user, add_post, stats):
    ada, bob, eve = add_user(), add_user(), add_user()
    for _ in range(3):
        add_post(user_id=ada)
    follow(db, ada, bob)
    follow(db, ada, eve)
    follow(db, bob, ada)
    assert stats(ada) == [(3, 2, 1, True)]
    assert stats(eve) == [(0, 0, 1, False)]


def test_hidden_posts_and_deleted_users_are_left_out(db, add_user, add_post, stats):
    ada = add_user()
    add_post(user_id=ada, created_at="2026-01-01T00:00Z")
    add_post(user_id=ada, created_at="2026-01-02T00:00Z", is_hidden=True)
    add_post(user_id=ada, reply_to=add_post(), created_at="2025-01-01T00:00Z")
    assert stats(ada) == [(2, 0, 0, True)]
    last = "SELECT last_post_at = '2026-01-01T00:00Z' FROM user_stats WHERE user_id = %s"
    assert db.value(last, ada) is True
    db.rows("UPDATE users SET deleted_at = now() WHERE id = %s", ada)
    assert stats(ada) == []


def test_one_user_costs_only_their_own_rows(db, add_user):
    db.rows(
        "INSERT INTO users (username, email, password_hash)"
        " SELECT 'u' || n, 'u' || n || '@x', 'x' FROM generate_series(1, 400) AS n"
    )
    # The first has 300 of everything: joined, 27 million rows. The others have ten each.
    db.rows(
        "WITH u AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM users)"
        " INSERT INTO posts (user_id, content) SELECT id, 'Hello'"
        " FROM u, generate_series(1, CASE n WHEN 1 THEN 300 ELSE 10 END)"
    )
    db.rows(
        "WITH u AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM users)"
        " INSERT INTO follows (follower_id, followee_id) SELECT a.id, b.id FROM u AS a, u AS b"
        " WHERE a.n <> b.n AND (a.n = 1 OR b.n = 1 OR mod(a.n + b.n, 40) = 0)"
    )
    db.rows("ANALYZE users, posts, follows")
    for where in ("user_id = (SELECT min(id) FROM users)", "lower(username) = 'u1'"):
        plan = db.rows(
            f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) SELECT * FROM user_stats WHERE {where}"
        )
        buffers = sum(
            int(n) for n in re.findall(r"(?:hit|read)=(\d+)", plan[0][0] + plan[1][0])[:2]
        )
        assert buffers < 500, plan
    assert db.rows("SELECT post_count, following_count, follower_count FROM user_stats"
                   " WHERE lower(username) = 'u1'") == [(300, 399, 399)]  # fmt: skip
