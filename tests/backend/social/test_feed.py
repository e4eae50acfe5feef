"""The feed: exactly the newest posts of the followed, page after page, whatever was written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

AT = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def ada(add_user):
    return add_user(username="ada")


def follow(db, follower, *followed):
    for one in followed:
        db.rows("INSERT INTO follows (follower_id, followee_id) VALUES (%s, %s)", follower, one)


def feed(ask, user: int, size: int = 5, after: dict[str, Any] | None = None):
    cursor = {"before_created_at": after["created_at"], "before_id": after["id"]} if after else {
        "before_created_at": None, "before_id": None,
    }  # fmt: skip
    return ask("feed", user_id=user, page_size=size, **cursor)


def pages(ask, user: int, size: int) -> list[list[int]]:
    found, page = [], feed(ask, user, size)
    while page:
        found.append([post["id"] for post in page])
        page = feed(ask, user, size, page[-1])
    return found


def test_it_holds_the_posts_of_the_followed_newest_first(db, ask, ada, add_user, add_post):
    bela, chen, dora = (add_user() for _ in range(3))
    follow(db, ada, bela, chen)
    follow(db, dora, ada)
    old = add_post(user_id=bela, created_at=AT)
    new = add_post(user_id=chen, created_at=AT + timedelta(hours=1), content="Newest")
    add_post(user_id=dora, created_at=AT + timedelta(hours=2))
    add_post(user_id=ada, created_at=AT + timedelta(hours=3))
    page = feed(ask, ada)
    assert [post["id"] for post in page] == [new, old]
    assert page[0]["content"] == "Newest"
    assert page[0]["user_id"] == chen


def test_nobody_followed_is_an_empty_page(db, ask, ada, add_post):
    add_post()
    assert feed(ask, ada) == []


def test_hidden_posts_and_those_of_accounts_given_up_are_left_out(db, ask, ada, add_user, add_post):
    gone, bela = add_user(deleted_at=AT), add_user()
    follow(db, ada, gone, bela)
    for hours in range(6):
        add_post(user_id=gone, created_at=AT + timedelta(days=1, hours=hours))
    add_post(user_id=bela, is_hidden=True, created_at=AT + timedelta(days=2))
    shown = [add_post(user_id=bela, created_at=AT - timedelta(hours=n)) for n in range(3)]
    assert [post["id"] for post in feed(ask, ada, 5)] == shown


@pytest.mark.parametrize("followed", [3, 7, 520])
@pytest.mark.parametrize("size", [1, 4, 20])
def test_pages_are_the_whole_in_order(db, ask, ada, followed, size):
    """Ties in time, silent and loud authors, far more or fewer authors than a page has posts."""
    db.rows(
        "INSERT INTO users (username, email, password_hash, deleted_at)"
        " SELECT 'u' || n, n || '@example.org', 'x', CASE n %% 11 WHEN 0 THEN now() END"
        " FROM generate_series(1, %s) AS n",
        followed,
    )
    db.rows("INSERT INTO follows SELECT %s, id FROM users WHERE id <> %s", ada, ada)
    db.rows(
        "INSERT INTO posts (user_id, content, is_hidden, created_at)"
        " SELECT users.id, 'Post', n %% 7 = 0, %s - interval '1 hour' * (hashint8(n) & 15)"
        " FROM users, generate_series(1, 4) AS n WHERE users.id %% 3 < 2 AND users.id <> %s"
        " AND users.id %% 40 < 20",
        AT,
        ada,
    )
    expected = [
        row[0]
        for row in db.rows(
            "SELECT posts.id FROM posts JOIN follows ON followee_id = user_id AND follower_id = %s"
            " JOIN users ON users.id = user_id WHERE NOT is_hidden AND deleted_at IS NULL"
            " ORDER BY posts.created_at DESC, posts.id DESC",
            ada,
        )
    ]
    if followed > 100:  # there are hundreds of pages: the first one will do
        assert [post["id"] for post in feed(ask, ada, size)] == expected[:size]
    else:
        found = pages(ask, ada, size)
        assert [one for page in found for one in page] == expected
        assert {len(page) for page in found[:-1]} <= {size}


def test_many_who_are_silent_are_found_behind_newer_posts_of_others(
    db, ask, ada, add_user, add_post
):
    """The newest posts of everybody hold none of theirs: the search goes on by author."""
    loud = add_user()
    db.rows(
        "INSERT INTO users (username, email, password_hash)"
        " SELECT 'u' || n, n || '@example.org', 'x' FROM generate_series(1, 510) AS n"
    )
    db.rows("INSERT INTO follows SELECT %s, id FROM users WHERE id NOT IN (%s, %s)", ada, ada, loud)
    silent = db.value("SELECT min(id) FROM users WHERE username = 'u7'")
    shown = [add_post(user_id=silent, created_at=AT - timedelta(hours=n)) for n in range(3)]
    db.rows(
        "INSERT INTO posts (user_id, content, created_at)"
        " SELECT %s, 'Loud', %s + interval '1 minute' * n FROM generate_series(1, 2100) AS n",
        loud,
        AT,
    )
    assert [post["id"] for post in feed(ask, ada, 5)] == shown
