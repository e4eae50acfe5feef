"""What a post may be, and that threads hold together."""

import re

import psycopg2
import pytest
from psycopg2.extras import Json

REPLY = (
    "INSERT INTO posts (user_id, content, parent_post_id, thread_root_id) VALUES (%s, 'No', %s, %s)"
)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("content", ["", " \n\t", "x" * 501]),
        ("post_type", ["", "TEXT", "poll"]),
        ("media_urls", [Json({}), Json("a"), Json(None)]),
        (
            "hashtags",
            [["ok", None], [""], [" "], ["a b"], ["#a"], ["a\n"], ["a" * 101], ["a"] * 31],
        ),
        ("like_count", [-1]),
        ("repost_count", [-1]),
        ("reply_count", [-1]),
        ("view_count", [-1]),
    ],
)
def test_what_a_column_refuses(db, add_post, column, values):
    post = add_post()
    for value in values:
        db.refuses(
            f"posts_{column}_check", f"UPDATE posts SET {column} = %s WHERE id = %s", value, post
        )


def test_what_columns_accept(db, add_post):
    post = add_post(content="🙂" * 500, hashtags=["Ünïcode", "日本語", "c++", "a" * 100])
    assert db.value("SELECT cardinality(hashtags) FROM posts WHERE id = %s", post) == 4
    add_post(media_urls=Json(["https://example.org/a.png"]), post_type="image")


@pytest.mark.parametrize("column", ["content", "post_type", "media_urls", "hashtags", "like_count",
    "repost_count", "reply_count", "view_count", "is_flagged", "is_hidden", "created_at",
    "updated_at"])  # fmt: skip
def test_null_is_refused(db, add_post, column):
    post = add_post()
    with pytest.raises(psycopg2.errors.NotNullViolation):
        db.rows(f"UPDATE posts SET {column} = NULL WHERE id = %s", post)


def test_a_reply_stands_in_the_thread_of_what_it_answers(db, add_post, add_user):
    root, other, user = add_post(), add_post(), add_user()
    reply = add_post(reply_to=root)
    deep = add_post(reply_to=reply)
    assert db.value("SELECT thread_id FROM posts WHERE id = %s", deep) == root
    db.refuses("posts_reply_check", REPLY, user, root, None)
    db.refuses("posts_reply_check", REPLY, user, None, root)
    db.refuses("posts_parent_fkey", REPLY, user, reply, other)
    db.refuses("posts_parent_fkey", REPLY, user, reply, reply)
    db.refuses("posts_parent_fkey", REPLY, user, 0, root)


def test_no_post_answers_itself_and_no_circle_closes(db, add_post):
    root = add_post()
    first = add_post(reply_to=root)
    second = add_post(reply_to=first)
    move = "UPDATE posts SET parent_post_id = %s, thread_root_id = %s WHERE id = %s"
    db.refuses("posts_parent_check", move, first, root, first)
    db.refuses("posts_parent_check", move, second, root, first)
    db.refuses("posts_parent_check", move, root, root, root)
    db.rows(move, root, root, second)  # to another branch of its thread


def test_a_post_with_replies_begins_no_other_thread(db, add_post):
    root, other = add_post(), add_post()
    reply = add_post(reply_to=other)
    add_post(reply_to=reply)
    move = "UPDATE posts SET parent_post_id = %s, thread_root_id = %s WHERE id = %s"
    db.refuses("posts_parent_fkey", move, root, root, reply)
    db.refuses("posts_parent_fkey", move, None, None, reply)


def test_the_conversation_below_a_post_goes_with_it(db, add_post):
    root = add_post()
    reply, sibling = add_post(reply_to=root), add_post(reply_to=root)
    add_post(reply_to=reply)
    db.rows("DELETE FROM posts WHERE id = %s", reply)
    assert db.rows("SELECT id FROM posts ORDER BY id") == [(root,), (sibling,)]
    db.rows("DELETE FROM users WHERE id = (SELECT user_id FROM posts WHERE id = %s)", root)
    assert db.rows("SELECT id FROM posts") == []


def test_mentions_name_somebody_once(db, add_post, add_user):
    post, user = add_post(), add_user()
    mention = "INSERT INTO post_mentions (post_id, user_id) VALUES (%s, %s)"
    db.rows(mention, post, user)
    db.refuses("post_mentions_pkey", mention, post, user)
    db.refuses("post_mentions_user_id_fkey", mention, post, 0)
    db.refuses("post_mentions_post_id_fkey", mention, 0, user)
    db.rows("DELETE FROM users WHERE id = %s", user)
    assert db.rows("SELECT FROM post_mentions") == []


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ("content = 'New'", True),
        ("is_hidden = true", True),
        ("content = content", False),
        ("view_count = view_count + 1", False),
        ("like_count = 3", False),
    ],
)
def test_updated_at_tells_of_changes_of_the_post(db, add_post, change, counts):
    post = add_post(updated_at="2020-01-01T00:00Z")
    db.rows(f"UPDATE posts SET {change} WHERE id = %s", post)
    assert db.value("SELECT updated_at = now() FROM posts WHERE id = %s", post) is counts


def test_the_cascades_use_indexes(db, add_post):
    add_post(reply_to=add_post())
    db.rows("SET LOCAL enable_seqscan = off")
    db.rows("SET LOCAL plan_cache_mode = force_generic_plan")
    for where in ("user_id = $1", "parent_post_id = $1 AND thread_root_id = $1"):
        db.rows(f"PREPARE cascade (bigint) AS DELETE FROM ONLY posts WHERE {where}")
        plan = "\n".join(line for (line,) in db.rows("EXPLAIN EXECUTE cascade (1)"))
        assert re.search("(Index Scan using|Bitmap Index Scan on) posts_", plan)
        db.rows("DEALLOCATE cascade")
