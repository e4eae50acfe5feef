"""Hashtags are used in all sorts of ways, then the list is made anew and read."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from workbench.checking import CheckFailed, Session, Social, check, expect

#: app.sql, or a session.
Runs = Callable[..., Any]

#: Posts of the first `writers` users in turn, each with all of these hashtags.
POSTS = """
    INSERT INTO posts (user_id, content, hashtags, created_at, is_hidden)
    SELECT
        (SELECT id FROM users WHERE username = 'writer_' || n %% %(writers)s), 'Post ' || n,
        %(tags)s::text[], now() - %(age)s::interval, %(hidden)s
    FROM generate_series(1, %(posts)s) AS n
"""
REFRESH = "SELECT refresh_trending_hashtags()"
COUNTS = """
    SELECT hashtag, post_count, user_count FROM trending_hashtags
    ORDER BY post_count DESC, user_count DESC, hashtag
"""
MOST_PAGES = 10


def ten_writers(app: Social) -> None:
    """Ten users, who have written nothing yet."""
    app.sql(
        "INSERT INTO users (username, email, password_hash)"
        " SELECT 'writer_' || n, n || '@example.org', '!' FROM generate_series(0, 9) AS n"
    )


@contextlib.contextmanager
def undone(app: Social) -> Iterator[Session]:
    """A session in a transaction that is rolled back in any case."""
    session = app.session()
    session("BEGIN")
    try:
        yield session
    finally:
        session("ROLLBACK")


def use(
    sql: Runs,
    posts: int,
    tags: Sequence[str],
    *,
    writers: int = 1,
    age: str = "1 hour",
    hidden: bool = False,
) -> None:
    """Store this many posts with these hashtags."""
    sql(POSTS, {"posts": posts, "tags": list(tags), "writers": writers, "age": age,
                "hidden": hidden})  # fmt: skip


def trending(sql: Runs) -> dict[str, int]:
    """What trends: the posts of each hashtag."""
    return by_hashtag(sql, "post_count")


def by_hashtag(sql: Runs, column: str) -> dict[str, int]:
    """This column of the list, by hashtag."""
    rows = sql(COUNTS)
    return dict(zip(expect.texts(rows, "hashtag"), (row[column] for row in rows), strict=True))


def shows(sql: Runs, wanted: dict[str, int], used: str, look: str) -> None:
    """After a refresh exactly these hashtags trend, with so many posts."""
    sql(REFRESH)
    got = trending(sql)
    if got != wanted:
        raise CheckFailed(
            sent=f"{used}; then {REFRESH}",
            expected=f"hashtag and post_count: {expect.show(wanted)}",
            got=expect.show(got),
            look=look,
        )


@check(points=2, runs="social", on=ten_writers)
def counts_posts_and_users(app: Social) -> None:
    """A hashtag has the number of its posts, of its users, and the time of its last post."""
    with undone(app) as session:
        use(session, 7, ["birds", "trains"], writers=3)
        use(session, 2, ["trains"], writers=5, age="2 hours")
        used = "7 posts of 3 users with birds and trains, 2 earlier posts of 2 users with trains"
        shows(session, {"trains": 9, "birds": 7}, used, "what each count counts")
        users = by_hashtag(session, "user_count")
        expect.equal(users, {"trains": 3, "birds": 3}, f"user_count after {used}",
                     look="what each count counts")  # fmt: skip
        last_used(session, "1 hour", ["birds", "trains"])
        use(session, 1, ["trains"], age="30 minutes")
        shows(session, {"trains": 10, "birds": 7}, f"{used}, then a later post with trains",
              "what a second refresh changes")  # fmt: skip
        last_used(session, "30 minutes", ["trains"])


def last_used(session: Session, age: str, wanted: list[str]) -> None:
    """These hashtags, and no others, were last used so long ago."""
    rows = session(
        "SELECT hashtag FROM trending_hashtags WHERE last_used_at = now() - %s::interval"
        " ORDER BY hashtag",
        [age],
    )
    expect.equal([row["hashtag"] for row in rows], wanted,
                 f"hashtags whose last post, and so their last_used_at, is {age} ago",
                 look="last_used_at")  # fmt: skip


@check(points=1, runs="social", on=ten_writers)
def takes_five(app: Social) -> None:
    """Five posts are enough to trend, and four are not."""
    with undone(app) as session:
        use(session, 5, ["five"])
        use(session, 4, ["four"], writers=4)
        shows(session, {"five": 5}, "5 posts with five, 4 with four", "the smallest count")


@check(points=2, runs="social", on=ten_writers)
def gives_a_post_one_vote(app: Social) -> None:
    """A post has one vote for a hashtag, however often it repeats it."""
    with undone(app) as session:
        use(session, 6, ["loud", "quiet", "loud", "loud"], writers=2)
        use(session, 4, ["shouted", "shouted"], writers=4)
        shows(session, {"loud": 6, "quiet": 6},
              "6 posts with loud, quiet, loud, loud, and 4 with shouted, shouted",
              "which rows are counted, and which of them decide about five")  # fmt: skip


@check(points=2, runs="social", on=ten_writers)
def folds_case(app: Social) -> None:
    """SQL and sql are one hashtag, in small letters, also within one post."""
    look = "when upper and lower case become the same"
    with undone(app) as session:
        use(session, 3, ["SQL"], writers=3)
        use(session, 3, ["sql"], writers=3)
        shows(session, {"sql": 6}, "3 posts with SQL and 3 with sql", look)
        use(session, 2, ["sQl", "Sql"])
        shows(session, {"sql": 8}, "then 2 posts with sQl and Sql", look)
        use(session, 7, ["L" * 100])
        shows(session, {"sql": 8, "l" * 100: 7}, "then 7 posts with a hashtag of 100 times L",
              "the longest hashtag")  # fmt: skip


@check(points=2, runs="social", on=ten_writers)
def looks_at_the_last_24_hours(app: Social) -> None:
    """Only posts of the last 24 hours count, whatever the session's time zone, and none of the
    future."""
    with undone(app) as session:
        use(session, 6, ["late"], age="23 hours 50 minutes")
        use(session, 6, ["old"], age="24 hours 10 minutes")
        use(session, 6, ["planned"], age="-10 minutes")
        used = "6 posts each, late 23:50 hours old, old 24:10 hours, planned in 10 minutes"
        look = "what the moment of a refresh is compared with"
        shows(session, {"late": 6}, used, look)
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
            session(f"SET LOCAL timezone = '{zone}'; {REFRESH}")
            got = [row["hashtag"] for row in session(COUNTS)]
            expect.equal(got, ["late"], f"what trends, refreshed with the time zone {zone}",
                         look=look)  # fmt: skip


@check(points=1, runs="social", on=ten_writers)
def leaves_out_hidden_posts(app: Social) -> None:
    """Hidden posts do not count; all others do: replies, flagged ones, and those of users who have
    left."""
    with undone(app) as session:
        use(session, 6, ["seen", "both"])
        use(session, 6, ["hidden", "both"], hidden=True)
        shows(session, {"both": 6, "seen": 6},
              "6 posts with seen and both, and 6 hidden ones with hidden and both",
              "is_hidden")  # fmt: skip
        all_count = "which posts count: all that are not hidden"
        session("""
            UPDATE posts SET parent_post_id = root.id, thread_root_id = root.id
            FROM (SELECT min(id) AS id FROM posts) AS root
            WHERE posts.id > root.id AND NOT is_hidden
        """)
        shows(session, {"both": 6, "seen": 6}, "then five of the six are replies", all_count)
        session("UPDATE posts SET is_flagged = true")
        shows(session, {"both": 6, "seen": 6}, "then all posts are flagged", all_count)
        session("UPDATE users SET deleted_at = now()")
        shows(session, {"both": 6, "seen": 6}, "then all users have left", all_count)


@check(points=2, runs="social", on=ten_writers)
def keeps_the_first_fifty(app: Social) -> None:
    """At most 50 are kept: those with the most posts, then the most users, then by name."""
    look = "in which order they stand when the rest is cut off"
    a, m, z = ([f"{letter}{n:02}" for n in range(30)] for letter in "amz")
    with undone(app) as session:
        use(session, 6, z, writers=2)
        use(session, 6, m, age="2 hours")
        use(session, 7, ["zz"])
        # Neither the last posts nor the first ones decide.
        use(session, 6, a[:15])
        use(session, 6, a[15:], age="3 hours")
        # One with more posts, thirty with more users, and nineteen of sixty that are equal.
        wanted = {"zz": 7} | dict.fromkeys(z + a[:19], 6)
        shows(session, wanted,
              "zz in 7 posts, z00 to z29 in 6 of 2 users, m00 to m29 and a00 to a29 in 6 of 1",
              look)  # fmt: skip


@check(points=2, runs="social")
def is_kept_until_it_is_refreshed(app: Social) -> None:
    """It is there and empty before the first refresh; reading it reads few pages, new posts wait
    for the next one, and what trends no more is gone then."""
    look = "where readers get their rows from"
    expect.equal(len(app.sql(COUNTS)), 0, "rows before anything was written", look=look)
    ten_writers(app)
    use(app.sql, 600, ["first", "birds", "trains"], writers=10)
    app.sql(REFRESH)
    use(app.sql, 600, ["second", "birds"], writers=10)
    expect.equal(trending(app.sql), {"birds": 600, "first": 600, "trains": 600},
                 "what trends before the refresh after further posts", look=look)  # fmt: skip
    plan = app.explain(COUNTS)
    expect.equal(len(plan.given), 3, "rows of trending_hashtags", look=look)
    expect.that(plan.buffers <= MOST_PAGES, f"reading takes at most {MOST_PAGES} pages",
                f"{plan.buffers} pages\n{plan.text}", sent=" ".join(COUNTS.split()),
                look=look)  # fmt: skip
    app.sql(REFRESH)
    expect.equal(trending(app.sql), {"birds": 1200, "first": 600, "second": 600, "trains": 600},
                 "what trends after the refresh", look=look)  # fmt: skip
    app.sql("DELETE FROM posts WHERE 'second' = ANY (hashtags)")
    app.sql(REFRESH)
    expect.equal(trending(app.sql), {"birds": 600, "first": 600, "trains": 600},
                 "what trends after the posts with second were deleted, and a refresh",
                 look="what becomes of the old rows")  # fmt: skip


@check(points=3, runs="social")
def lets_readers_read(app: Social) -> None:
    """A refresh does not wait for who reads, and who reads or writes posts does not wait for a
    refresh: the old list is there until the new one is."""
    look = "which lock the refresh takes, and what it needs to get along with a weaker one"
    ten_writers(app)
    use(app.sql, 6, ["first"])
    app.sql(REFRESH)
    use(app.sql, 7, ["second"])
    reader, job, writer = app.session(), app.session(), app.session()
    first, second = [{"hashtag": "first"}], [{"hashtag": "second"}, {"hashtag": "first"}]
    read = "SELECT hashtag FROM trending_hashtags ORDER BY post_count DESC"
    reader("BEGIN")
    reader(read)
    job("BEGIN")
    refreshed = job.send(REFRESH)
    waited = job.waits
    reader("COMMIT")
    refreshed.result()
    expect.that(not waited, "the refresh runs while a reader's transaction is open",
                "it waited for the reader", sent=REFRESH, look=look)  # fmt: skip
    reading = reader.send(read)
    waited = reader.waits
    like = "UPDATE posts SET like_count = like_count + 1"
    liked = writer.send(like)
    writer_waited = writer.waits
    job("COMMIT")
    rows = reading.result()
    liked.result()
    expect.that(not waited, "a reader reads while a refresh's transaction is open",
                "it waited for the refresh", sent=read, look=look)  # fmt: skip
    expect.that(not writer_waited, "posts are liked while a refresh's transaction is open",
                "the like waited for the refresh", sent=like,
                look="what the refresh locks of the posts")  # fmt: skip
    expect.equal(rows, first, "what a reader sees until the refresh is committed", look=look)
    expect.equal(reader(read), second, "what a reader sees then", look=look)


@check(points=2, runs="social", hidden=True)
def lets_jobs_meet(app: Social) -> None:
    """Of two refreshes at the same time, both succeed, and the list is as the second one found
    it."""
    ten_writers(app)
    use(app.sql, 6, ["first"])
    one, two = app.session(), app.session()
    one("BEGIN")
    one(REFRESH)
    use(app.sql, 7, ["second"])
    later = two.try_out(REFRESH)
    one("COMMIT")
    state = later.result()
    expect.equal(state, "", "SQLSTATE of a refresh that began while another one was under way",
                 look="what two jobs write at the same time")  # fmt: skip
    got = [row["hashtag"] for row in app.sql(COUNTS)]
    expect.equal(got, ["second", "first"], "what trends then", look="what the second one has seen")


@check(points=1, after=counts_posts_and_users, runs="social")
def is_built_on(app: Social) -> None:
    """The rest of the schema can be built on it."""
    app.complete()
