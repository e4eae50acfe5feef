"""The application's questions are answered by indexes, and a like touches none."""

import pytest

WORKLOAD = {
    "posts_visible_created_at_idx": "SELECT * FROM posts WHERE NOT is_hidden"
    " AND (created_at, id) < (now(), 10) ORDER BY created_at DESC, id DESC LIMIT 20",
    "posts_thread_root_id_created_at_idx": "SELECT * FROM posts WHERE thread_root_id = 7"
    " AND NOT is_hidden"
    " ORDER BY created_at, id LIMIT 20",
    "posts_hashtags_idx": "SELECT * FROM posts WHERE hashtags @> ARRAY['rare']",
    "posts_flagged_created_at_idx": "SELECT * FROM posts WHERE is_flagged AND NOT is_hidden"
    " ORDER BY created_at, id LIMIT 20",
    "posts_user_id_created_at_idx": "SELECT * FROM posts WHERE user_id = 7 AND NOT is_hidden"
    " ORDER BY created_at DESC, id DESC LIMIT 20",
    "posts_parent_post_id_created_at_idx": "SELECT * FROM posts WHERE parent_post_id = 7"
    " ORDER BY created_at, id LIMIT 20",
    "follows_followee_id_created_at_idx": "SELECT * FROM follows WHERE followee_id = 7"
    " ORDER BY created_at DESC, follower_id DESC LIMIT 20",
    "likes_post_id_created_at_idx": "SELECT * FROM likes WHERE post_id = 7"
    " ORDER BY created_at DESC, user_id DESC LIMIT 20",
    "users_live_username_key": "SELECT * FROM users WHERE lower(username) = 'u7'"
    " AND deleted_at IS NULL",
    "users_live_names_idx": "SELECT * FROM users WHERE lower(username) LIKE '%u1777%'"
    " AND deleted_at IS NULL",
}


@pytest.fixture
def filled(db):
    """Enough rows that an index pays."""
    db.rows(
        "INSERT INTO users (username, email, password_hash, bio)"
        " SELECT 'u' || n, 'u' || n || '@x', 'x', repeat('x', 500)"
        " FROM generate_series(1, 2000) AS n"
    )
    db.rows(
        "WITH u AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM users)"
        " INSERT INTO posts (user_id, content, hashtags, created_at, is_flagged)"
        " SELECT id, 'Hello', CASE WHEN i % 2000 = 0 THEN ARRAY['rare'] ELSE ARRAY['sql'] END,"
        " now() - i * interval '1 minute', i % 400 = 0"
        " FROM u JOIN generate_series(1, 8000) AS i ON n = i % 2000"
    )
    db.rows(
        "INSERT INTO posts (user_id, content, parent_post_id, thread_root_id)"
        " SELECT user_id, 'Yes', id, id FROM posts, generate_series(1, 1 + (id % 2)::integer)"
    )
    db.rows(
        "INSERT INTO likes (user_id, post_id)"
        " SELECT user_id, id FROM posts UNION SELECT user_id, id - 1 FROM posts"
        " WHERE id > (SELECT min(id) FROM posts)"
    )
    db.rows(
        "WITH u AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM users)"
        " INSERT INTO follows (follower_id, followee_id)"
        " SELECT a.id, b.id FROM u AS a, generate_series(1, 10) AS i"
        " JOIN u AS b ON true WHERE b.n = (a.n + i * 7) % 2000"
    )
    for index in ("users_live_names_idx", "posts_hashtags_idx"):  # as a VACUUM would
        db.rows("SELECT gin_clean_pending_list(%s)", index)
    db.rows("ANALYZE users, posts, likes, follows")
    return db


def test_the_workload_s_plans_use_the_indexes(filled):
    found = {}
    for index, query in WORKLOAD.items():
        plan = "\n".join(line for (line,) in filled.rows(f"EXPLAIN {query}"))
        if index not in plan:  # a few rows may well be sorted
            found[index] = plan
    assert found == {}


def test_a_like_touches_no_index_of_posts(db, add_post):
    post = add_post()
    for change in ("like_count = like_count + 1", "view_count = view_count + 1"):
        db.rows(f"UPDATE posts SET {change} WHERE id = %s", post)
    columns = """
        SELECT attname FROM pg_index
        JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
        WHERE indrelid = 'posts'::regclass
    """
    assert not {name for (name,) in db.rows(columns) if name.endswith("_count")}
    assert db.value("SELECT pg_stat_get_xact_tuples_hot_updated('posts'::regclass)") == 2


def test_a_part_of_a_name_may_hold_wildcards_of_like(db, add_user):
    add_user(username="a_b")
    add_user(username="axb")
    escaped = "SELECT username FROM users WHERE deleted_at IS NULL AND lower(username) LIKE %s"
    assert db.rows(escaped, r"%a\_b%") == [("a_b",)]


def test_a_user_s_unread_notifications_have_their_index_in_every_partition(db):
    count = """
        SELECT count(*) FROM pg_inherits
        WHERE inhparent IN ('notifications'::regclass, 'notifications_unread_idx'::regclass)
        GROUP BY inhparent
    """
    [[tables], [indexes]] = db.rows(count)
    assert tables == indexes
