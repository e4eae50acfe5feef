"""Trending hashtags: one vote a post, any case, the last 24 hours, and readers never wait."""

import pytest


@pytest.fixture
def trending(db):
    def trending():
        db.rows("SELECT refresh_trending_hashtags()")
        return db.rows(
            "SELECT hashtag, post_count, user_count FROM trending_hashtags"
            " ORDER BY post_count DESC, user_count DESC, hashtag"
        )

    yield trending
    db.rollback()


@pytest.fixture
def add_posts(add_post, add_user):
    """Store this many posts, by as many users unless `user_id` says whose they are."""

    def add(number, hashtags, **columns):
        for _ in range(number):
            add_post(hashtags=hashtags, **columns)

    return add


def test_a_post_has_one_vote_in_any_case(trending, add_posts, add_user):
    add_posts(3, ["SQL", "sql", "Sql"])
    add_posts(2, ["sQl"], user_id=add_user())
    add_posts(4, ["rare", "rare"])
    assert trending() == [("sql", 5, 4)]


def test_only_the_last_24_hours_and_what_is_shown(db, trending, add_posts):
    day, hidden = "now() - interval '24 hours'", {"is_hidden": True}
    add_posts(5, ["hidden"], **hidden)
    add_posts(5, ["old"], created_at=db.value(f"SELECT {day}"))
    add_posts(5, ["late"], created_at=db.value(f"SELECT {day} + interval '1 second'"))
    add_posts(5, ["future"], created_at=db.value("SELECT now() + interval '1 hour'"))
    assert trending() == [("late", 5, 5)]


def test_the_fifty_first_is_left_out_by_its_name(db, trending, add_posts):
    add_posts(3, [f"tag{n:02}" for n in range(30)])
    add_posts(3, [f"tag{n:02}" for n in range(30, 60)])
    add_posts(2, [f"tag{n:02}" for n in range(30)])
    add_posts(2, [f"tag{n:02}" for n in range(30, 60)])
    assert [name for name, *_ in trending()] == [f"tag{n:02}" for n in range(50)]


def test_nothing_trends_when_nothing_is_written(trending):
    assert trending() == []


def test_readers_do_not_wait_and_a_second_refresh_does(db, open_session, add_posts, start_waiting):
    add_posts(5, ["sql"])
    db.commit()
    db.rows("SELECT refresh_trending_hashtags()")
    reader = open_session()
    reader.rows("SET LOCAL lock_timeout = '10s'")
    assert reader.rows("SELECT * FROM trending_hashtags") == []
    second = start_waiting(open_session(), "SELECT refresh_trending_hashtags()")
    db.commit()
    second.result(30)
    assert reader.value("SELECT count(*) FROM trending_hashtags") == 1
