"""What posts have earned by day, and threads."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

ZONE = "Europe/Berlin"


def engagement(ask, user, first, end, zone=ZONE):
    return ask("engagement", user_id=user, first_day=first, end_day=end, zone=zone)


def test_every_day_has_a_row_and_the_last_is_left_out(ask, add_user, add_post):
    ada = add_user()
    for moment, likes in (
        ("2026-03-27 22:59:59Z", 100),  # before midnight in Berlin
        ("2026-03-27 23:00:00Z", 1),
        ("2026-03-28 22:59:59Z", 2),
        ("2026-03-29 21:59:59Z", 4),  # the day of 23 hours
        ("2026-03-29 22:00:00Z", 8),
        ("2026-03-30 22:00:00Z", 100),
    ):
        add_post(user_id=ada, created_at=moment, like_count=likes)
    add_post(user_id=ada, created_at="2026-03-28 12:00Z", like_count=50, is_hidden=True)
    add_post(created_at="2026-03-28 12:00Z", like_count=50)
    rows = engagement(ask, ada, "2026-03-28", "2026-03-31")
    assert [(row["day"], row["post_count"], row["like_count"]) for row in rows] == [
        (date(2026, 3, 28), 2, 3),
        (date(2026, 3, 29), 1, 4),
        (date(2026, 3, 30), 1, 8),
    ]
    assert [str(row["likes_per_post"]) for row in rows] == ["1.50", "4.00", "8.00"]
    assert len(engagement(ask, ada, "2026-03-28", "2026-03-29", "UTC")) == 1


def test_days_without_posts_are_zeros(ask, add_user):
    rows = engagement(ask, add_user(), "2026-10-24", "2026-10-27")
    assert [row["day"].day for row in rows] == [24, 25, 26]
    for row in rows:
        assert {value for name, value in row.items() if name != "day"} == {0}
    assert engagement(ask, add_user(), "2026-10-24", "2026-10-24") == []


def test_the_session_s_time_zone_changes_nothing(db, ask, add_user, add_post):
    ada = add_user()
    add_post(user_id=ada, created_at="2026-10-25 22:30Z")
    rows = engagement(ask, ada, "2026-10-24", "2026-10-27")
    db.rows("SET LOCAL timezone = 'Pacific/Kiritimati'")
    assert engagement(ask, ada, "2026-10-24", "2026-10-27") == rows


def thread(ask, post, depth=100):
    return ask("thread", post_id=post, max_depth=depth)


def test_replies_stand_behind_what_they_answer(ask, add_post):
    at = datetime(2026, 5, 1, tzinfo=UTC)
    root = add_post(created_at=at)
    first = add_post(root, created_at=at + timedelta(minutes=5))
    second = add_post(root, created_at=at + timedelta(minutes=1))
    below = add_post(first, created_at=at + timedelta(minutes=9))
    twin = add_post(root, created_at=at + timedelta(minutes=5))
    hidden = add_post(root, created_at=at + timedelta(minutes=2), is_hidden=True)
    add_post(hidden)
    add_post()
    found = [(row["id"], row["depth"]) for row in thread(ask, root)]
    assert found == [(root, 0), (second, 1), (first, 1), (below, 2), (twin, 1)]
    assert [row["id"] for row in thread(ask, root, 1)] == [root, second, first, twin]
    assert [row["id"] for row in thread(ask, first)] == [first, below]
    assert thread(ask, hidden) == []


def test_a_circle_ends(db, ask, add_post):
    root = add_post()
    below = add_post(root)
    db.rows("ALTER TABLE posts DROP CONSTRAINT posts_parent_check")
    db.rows(
        "UPDATE posts SET parent_post_id = %s, thread_root_id = %s WHERE id = %s", below, root, root
    )
    assert [row["id"] for row in thread(ask, root)] == [root, below]
