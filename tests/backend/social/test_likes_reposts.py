"""A user likes and reposts a post once."""

import pytest


@pytest.mark.parametrize("table", ["likes", "reposts"])
def test_once_for_each_user_and_post(db, add_user, add_post, table):
    ada, post = add_user(), add_post()
    add = f"INSERT INTO {table} (user_id, post_id) VALUES (%s, %s)"
    db.rows(add, ada, post)
    db.refuses(f"{table}_pkey", add, ada, post)
    db.refuses(f"{table}_user_id_fkey", add, 0, post)
    db.refuses(f"{table}_post_id_fkey", add, ada, 0)
    again = f"{add} ON CONFLICT DO NOTHING RETURNING user_id"
    assert db.rows(again, ada, post) == []
    assert db.rows(again, add_user(), post)
    db.rows("DELETE FROM users WHERE id = %s", ada)
    assert db.value(f"SELECT count(*) FROM {table}") == 1
    db.rows("DELETE FROM posts")
    assert db.value(f"SELECT count(*) FROM {table}") == 0


def test_a_comment_says_something_or_is_null(db, add_user, add_post):
    ada, post = add_user(), add_post()
    add = "INSERT INTO reposts (user_id, post_id, comment) VALUES (%s, %s, %s)"
    for comment in ("", " \n", "x" * 501):
        db.refuses("reposts_comment_check", add, ada, post, comment)
    db.rows(add, ada, post, "✨" * 500)
