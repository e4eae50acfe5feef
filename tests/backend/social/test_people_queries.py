"""The search for users, and whom to follow."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest


def names(rows):
    return [row["username"] for row in rows]


def search(ask, term, viewer=0, size=20):
    return ask("user_search", term=term, viewer_id=viewer, page_size=size)


def test_the_search_ranks_what_it_finds(ask, add_user):
    for username, display_name, verified in (
        ("nora_ada", None, True),
        ("zoe", "Ada Lovelace", False),
        ("ada_2", None, False),
        ("ADA", "Somebody", False),
        ("ada_1", None, False),
        ("ada_9", None, True),
        ("emil", "An Adamant", False),
        ("other", "Nobody", True),
    ):
        add_user(username=username, display_name=display_name, is_verified=verified)
    expected = ["ADA", "ada_9", "ada_1", "ada_2", "zoe", "nora_ada", "emil"]
    assert names(search(ask, " Ada ")) == expected
    assert names(search(ask, "ada", size=3)) == expected[:3]


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("", []),
        ("   ", []),
        ("%", []),
        ("_", ["_under"]),
        ("a_b", ["a_b"]),
        ("50%", ["fifty"]),
        ("\\", ["slash"]),
        ("back\\", ["slash"]),
        ("ÉMI", ["emil"]),
        ("xb", []),
        ("axb", ["axb"]),
    ],
)
def test_a_term_is_taken_as_it_is_written(ask, add_user, term, expected):
    for username, display_name in (
        ("a_b", None),
        ("axb", None),
        ("_under", None),
        ("fifty", "Get 50% off"),
        ("slash", "\\back\\"),
        ("emil", "Émile"),
    ):
        add_user(username=username, display_name=display_name)
    assert names(search(ask, term)) == expected


def test_a_result_says_who_follows(db, ask, add_user):
    ada, bela = add_user(username="ada"), add_user(username="bela")
    add_user(username="gone_bela", deleted_at=datetime.now(UTC))
    db.rows("INSERT INTO follows (follower_id, followee_id) VALUES (%s, %s)", ada, bela)
    (found,) = search(ask, "bela", viewer=ada)
    assert (found["follower_count"], found["is_followed"]) == (1, True)
    (found,) = search(ask, "bela", viewer=bela)
    assert (found["follower_count"], found["is_followed"]) == (1, False)


def test_who_to_follow_is_whom_the_followed_follow(db, ask, add_user):
    ids = {
        name: add_user(username=name, deleted_at=datetime.now(UTC) if name == "gone" else None)
        for name in ("ada", "bela", "chen", "dora", "emil", "fay", "gone")
    }
    for follower, followed in (
        ("ada", ["bela", "chen"]),
        ("bela", ["ada", "chen", "emil", "dora", "gone"]),
        ("chen", ["emil", "fay", "gone"]),
        ("fay", ["dora"]),
    ):
        for one in followed:
            db.rows("INSERT INTO follows VALUES (%s, %s)", ids[follower], ids[one])
    found = ask("who_to_follow", user_id=ids["ada"], page_size=10)
    assert [(row["username"], row["mutual_count"]) for row in found] == [
        ("emil", 2), ("dora", 1), ("fay", 1),
    ]  # fmt: skip
    assert names(ask("who_to_follow", user_id=ids["ada"], page_size=2)) == ["emil", "dora"]
    assert ask("who_to_follow", user_id=ids["emil"], page_size=2) == []
