"""The feed is judged by its rows, on every page, and by what its plans read of a larger network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from workbench.checking import Social, check, expect

AT = datetime(2026, 5, 1, 12, 0, 0, 250_000, tzinfo=UTC)
HOUR = timedelta(hours=1)

#: Users of the small network. Readers first, each with whom they follow; ids above an integer's
#: last are as good as any.
HAL, HANA, GRETA, TINA, ADA, LONER = 11, 12, 13, 14, 15, 16
IDA, JON, KIM, HUGO, GONE, LEFT, BELA, CHEN, LATE = 21, 22, 23, 24, 25, 26, 27, 28, 3_000_000_000
#: She writes ahead of the clock.
NORA = 29
#: Two readers, whose people mostly wrote long ago; one follows many more, who never wrote.
OMAR, PIA = 3_000_000_001, 3_000_000_002
LIVELY, CHATTY, ONE_EACH = [*range(1001, 1006)], 1010, [*range(1101, 1181)]
TAMED, SILENT = [*range(1201, 1241)], [*range(2001, 2601)]
FOLLOWED = {
    HAL: {IDA, JON},
    HANA: {HUGO},
    GRETA: {GONE, JON, LEFT},
    TINA: {BELA, CHEN, LATE},
    ADA: {IDA, JON, HUGO, GONE, BELA, CHEN, LATE, NORA},
    OMAR: {*LIVELY, CHATTY, *ONE_EACH, *TAMED, LEFT},
    PIA: {*LIVELY, CHATTY, *ONE_EACH, *TAMED, LEFT, *SILENT},
    KIM: {HAL, IDA, HANA},
    IDA: {KIM, GRETA},
}
HAVE_LEFT = {GONE, LEFT}


@dataclass(frozen=True)
class Post:
    id: int
    user: int
    at: datetime
    hidden: bool = False
    flagged: bool = False
    parent: int | None = None


def _written() -> list[Post]:
    """The posts of the small network. Ids are not in the order of the moments."""
    return [
        Post(100, KIM, AT - 500 * HOUR),
        # No two at one moment, none hidden; the third is flagged, and the fourth is a reply.
        *(Post(200 - n, [IDA, JON, IDA][n % 3], AT - n * HOUR, flagged=n == 2,
               parent=100 if n == 3 else None) for n in range(9)),
        # Of those whom nobody here follows, and of the reader.
        *(Post(300 + n, [KIM, HAL][n % 2], AT + n * HOUR) for n in range(8)),
        # More hidden ones than a page holds are the newest of their author, and one is between.
        *(Post(400 + n, HUGO, AT - n * HOUR - timedelta(minutes=1), hidden=n < 12 or n == 14)
          for n in range(20)),
        # The newest of all are by two who have left.
        *(Post(500 + n, [GONE, LEFT][n % 2], AT + n * HOUR) for n in range(12)),
        # Up to five at one moment, of several authors, their ids in no order.
        *(Post((LATE if n % 3 == 0 else 0) + 600 + n * 37 % 41, [BELA, CHEN, LATE, CHEN][n % 4],
               AT - timedelta(microseconds=n // 5)) for n in range(41)),
        Post(700, NORA, AT + timedelta(days=36_500)),
        *_behind_many(),
    ]  # fmt: skip


#: A stranger's posts, one a minute: the text's walk looks at no more than 2,000 posts.
STRANGERS, SINCE = 2_600, AT - 1_000 * HOUR


def _behind_many() -> list[Post]:
    """Some posts are among the newest of the strangers', and all others behind them."""

    def some(
        first: int, authors: list[int], count: int, minute: int, each: int = 4, hidden: bool = False
    ) -> list[Post]:
        """Up to so many at one moment, their ids in no order."""
        return [Post(first + n * 37 % 101, authors[n % len(authors)],
                     SINCE - timedelta(minutes=minute + n // each), hidden)
                for n in range(count)]  # fmt: skip

    return [
        *some(20_000, LIVELY, 45, 0),
        *some(21_000, LIVELY, 20, 5, hidden=True),
        # The newest of these are hidden, and what they show is the oldest of all.
        *some(22_000, TAMED, 40, 100, 1, hidden=True),
        # Much by one, and then one by each of many.
        *some(23_000, [CHATTY], 70, 3_000),
        *some(24_000, [CHATTY], 20, 3_000, hidden=True),
        *some(25_000, [LEFT], 20, 3_000),
        *some(26_000, ONE_EACH, 80, 3_100),
        *some(27_000, TAMED, 40, 3_200),
    ]


POSTS = _written()


def content_of(post: int) -> str:
    """What a post says; it is as long as a post may well be, with spaces around it."""
    return f" Post {post}{' and so on' * 30}\n"


def feed_of(user: int) -> list[int]:
    """The ids of the whole feed, as the text has it."""
    shown = [post for post in POSTS if not post.hidden
             and post.user in FOLLOWED.get(user, set()) - HAVE_LEFT]  # fmt: skip
    return [post.id for post in sorted(shown, key=lambda post: (post.at, post.id), reverse=True)]


def network(app: Social) -> None:
    """A few users, and posts of every kind. Checks only read."""
    users = sorted({*FOLLOWED, LONER, *HAVE_LEFT, *(post.user for post in POSTS), *SILENT})
    app.sql(
        "INSERT INTO users (id, username, email, password_hash, display_name, deleted_at)"
        " OVERRIDING SYSTEM VALUE"
        " SELECT id, 'User_' || id, id || '@example.org', 'hash',"
        " CASE WHEN id <> %s THEN ' User ' || id END,"
        " CASE WHEN id = ANY (%s::bigint[]) THEN timestamptz %s END"
        " FROM unnest(%s::bigint[]) AS id",
        [JON, sorted(HAVE_LEFT), str(AT - HOUR), users],
    )
    ties = [(one, other) for one, others in FOLLOWED.items() for other in others]
    app.sql("INSERT INTO follows (follower_id, followee_id)"
            " SELECT * FROM unnest(%s::bigint[], %s::bigint[])",
            [list(column) for column in zip(*ties, strict=True)])  # fmt: skip
    columns = [[getattr(post, name) for post in POSTS]
               for name in ("id", "user", "at", "hidden", "flagged", "parent")]  # fmt: skip
    app.sql("ALTER TABLE posts DISABLE TRIGGER posts_count_inserted")
    app.sql(
        "INSERT INTO posts (id, user_id, content, created_at, is_hidden, is_flagged,"
        " parent_post_id, thread_root_id, like_count, repost_count, reply_count)"
        " OVERRIDING SYSTEM VALUE"
        " SELECT id, user_id, content, at, hidden, flagged, parent, parent,"
        " id %% 11, id %% 5, id %% 3"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::boolean[], %s::boolean[],"
        " %s::bigint[], %s::text[]) AS written (id, user_id, at, hidden, flagged, parent, content)",
        [*columns, [content_of(post.id) for post in POSTS]],
    )
    app.sql("ALTER TABLE posts DISABLE TRIGGER USER")
    app.sql(
        "INSERT INTO posts (id, thread_id, user_id, content, search_vector, created_at)"
        " OVERRIDING SYSTEM VALUE"
        " SELECT n, n, %s, 'Post ' || n, '', timestamptz %s - interval '1 minute' * (n - 10000)"
        " FROM generate_series(10000, 9999 + %s) AS n",
        [KIM, str(SINCE), STRANGERS],
    )
    app.vacuum("users", "follows", "posts")


def page_of(app: Social, user: int, size: int, after: Any = None) -> Any:
    """A page of the feed; after: the last post of the page before."""
    return app.ask(
        user_id=user,
        page_size=size,
        before_created_at=after["created_at"] if after else None,
        before_id=after["id"] if after else None,
    )


def ids(rows: Any) -> list[Any]:
    return [row["id"] for row in rows]


def walked(app: Social, user: int, size: int, most: int) -> list[list[Any]]:
    """The ids of all pages, each asked for with the last post of the one before."""
    pages: list[list[Any]] = []
    page = page_of(app, user, size)
    while page and len(pages) <= most:
        pages.append(ids(page))
        page = page_of(app, user, size, page[-1])
    return pages


def shows(rows: Any, wanted: list[int], what: str, look: str) -> None:
    """The page holds these posts, in this order."""
    expect.equal(ids(rows), wanted, what, look=look)


@check(points=2, runs="social", on=network)
def shows_posts_of_the_followed(app: Social) -> None:
    """A feed holds the posts of those whom the user follows, the newest first: no own ones, and
    none of followers."""
    wanted = feed_of(HAL)
    shows(page_of(app, HAL, 50), wanted, "the ids of the feed", "which column of follows is whose")
    shows(page_of(app, HAL, 4), wanted[:4], "the ids of a page of 4", "page_size")


@check(points=1, runs="social", on=network)
def says_what_is_shown(app: Social) -> None:
    """Each row has the nine columns, of the post and of its author."""
    rows = page_of(app, HAL, 50)
    for post in (next(one for one in POSTS if one.user == author) for author in (IDA, JON)):
        found = [one for one in rows if one["id"] == post.id]
        expect.that(
            len(found) == 1, f"the post {post.id} once in the feed of user {HAL}", str(ids(rows))
        )
        wanted = {
            "id": post.id,
            "user_id": post.user,
            "username": f"User_{post.user}",
            "display_name": None if post.user == JON else f" User {post.user}",
            "content": content_of(post.id),
            "created_at": post.at,
            "like_count": post.id % 11,
            "repost_count": post.id % 5,
            "reply_count": post.id % 3,
        }
        shown = {name: found[0][name] for name in wanted}
        expect.equal(shown, wanted, "the columns of one post")


@check(points=1, runs="social", on=network)
def leaves_out_what_is_hidden(app: Social) -> None:
    """Hidden posts are left out, and the page is full all the same."""
    shows(page_of(app, HANA, 5), feed_of(HANA)[:5], "the ids of a page of 5",
          "are hidden posts left out before or after the page is cut?")  # fmt: skip


@check(points=1, runs="social", on=network)
def leaves_out_who_has_left(app: Social) -> None:
    """Posts of accounts that were given up are left out, and the page is full all the same."""
    shows(page_of(app, GRETA, 2), feed_of(GRETA)[:2], "the ids of a page of 2",
          "are they left out before or after the page is cut?")  # fmt: skip


@check(points=2, runs="social", on=network)
def decides_between_equals(app: Social) -> None:
    """Of posts of one moment, the one with the larger id comes first."""
    shows(page_of(app, TINA, 50), feed_of(TINA), "the ids of the feed", "ORDER BY")


@check(points=3, runs="social", on=network)
def goes_on_where_it_ended(app: Social) -> None:
    """Page after page gives the whole feed, no post twice and none left out, whatever the size of a
    page."""
    wanted = feed_of(TINA)
    for size in (1, 4, 7):
        pages = [wanted[n : n + size] for n in range(0, len(wanted), size)]
        found = walked(app, TINA, size, len(pages))
        expect.equal(found, pages, f"the pages of {size}",
                     look="what comes after the last post, of its own moment, too")  # fmt: skip


@check(points=2, runs="social", on=network)
def is_full_behind_many_others(app: Social) -> None:
    """Pages of 7 and of 100 are exact where a few of the followed have written lately, and the
    others' posts lie behind more than 2,000 of strangers."""
    for user in (OMAR, PIA):
        wanted = feed_of(user)
        for size, count in ((7, 9), (100, 3)):
            pages = [wanted[n : n + size] for n in range(0, len(wanted), size)]
            found = walked(app, user, size, count - 1)
            for number, (page, posts) in enumerate(zip(found, pages, strict=False), start=1):
                expect.equal(page, posts, f"page {number} of {size}",
                             look="when is a page full, and who or what is left out")  # fmt: skip
            expect.equal(len(found), count, f"how many pages of {size} there are")


@check(points=1, runs="social", on=network)
def ends(app: Social) -> None:
    """Who follows nobody has an empty feed, and so has everybody after the last post."""
    shows(page_of(app, LONER, 10), [], "the feed of one who follows nobody", "")
    last = page_of(app, HAL, 50)[-1]
    shows(page_of(app, HAL, 10, last), [], "the page after the last post", "")


@check(points=1, runs="social", on=network, hidden=True)
def takes_any_cursor(app: Social) -> None:
    """A cursor is a moment and an id: the post there may be gone, or another one's, and the moment
    may come as text, in any time zone."""
    shown = {post.id: post for post in POSTS}
    wanted = feed_of(TINA)
    post = shown[wanted[11]]
    there = post.at.astimezone(timezone(timedelta(hours=5, minutes=30)))
    for moment in (there, there.isoformat()):
        found = app.ask(user_id=TINA, page_size=5, before_created_at=moment, before_id=post.id)
        shows(found, wanted[12:17], f"the page after {moment}, {post.id}", "the type of the moment")
    after = [one for one in wanted if (shown[one].at, one) < (post.at, LATE - 1)]
    found = app.ask(user_id=TINA, page_size=5, before_created_at=post.at, before_id=LATE - 1)
    shows(found, after[:5], f"the page after {post.at}, {LATE - 1}, which is no post's",
          "what the cursor is compared with")  # fmt: skip
    other = shown[feed_of(HAL)[-1]]
    after = [one for one in wanted if (shown[one].at, one) < (post.at, other.id)]
    found = app.ask(user_id=TINA, page_size=5, before_created_at=post.at, before_id=other.id)
    shows(found, after[:5], f"the page after {post.at}, {other.id}, an id that has another moment",
          "where the cursor's moment comes from")  # fmt: skip


@check(points=1, runs="social", on=network, hidden=True)
def pages_a_feed_of_everything(app: Social) -> None:
    """Pages of a feed with hidden posts, equal moments, authors who have left, and a post ahead of
    the clock are exact."""
    wanted = feed_of(ADA)
    pages = [wanted[n : n + 6] for n in range(0, len(wanted), 6)]
    expect.equal(walked(app, ADA, 6, len(pages)), pages, "the pages of 6")


#: The larger network: readers, and whom they follow.
NOBODY, TEN_QUIET, TEN_LOUD, TWO_HUNDRED, MANY = 1, 2, 3, 4, 5
PAGE = 20

#: What a page may touch: pages of 8 KiB, and rows of posts.
OF_NOBODY, OF_TEN, OF_TWO_HUNDRED, OF_MANY = 500, (4_000, 4_000), (8_000, 10_000), 15_000

#: For the time of writing there are no constraints and no indexes but those of the keys.
_PUT_ASIDE = """
    DO $$
    DECLARE
        one record;
    BEGIN
        FOR one IN
            SELECT conrelid::regclass AS tab, conname FROM pg_constraint
            WHERE contype IN ('c', 'f') AND conrelid IN ('posts'::regclass, 'follows'::regclass)
        LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.tab, one.conname);
        END LOOP;
        CREATE TABLE put_aside AS
            SELECT pg_get_indexdef(indexrelid) AS again, indexrelid::regclass::text AS name
            FROM pg_index WHERE NOT indisunique AND indrelid = 'posts'::regclass;
        FOR one IN SELECT name FROM put_aside LOOP
            EXECUTE 'DROP INDEX ' || one.name;
        END LOOP;
    END $$
"""
_PUT_BACK = """
    DO $$
    DECLARE
        one record;
    BEGIN
        FOR one IN SELECT again FROM put_aside WHERE again NOT LIKE '%USING gin%' LOOP
            EXECUTE one.again;
        END LOOP;
        DROP TABLE put_aside;
    END $$
"""


def town(app: Social) -> None:
    """2,020 authors and 28,300 posts: 2,000 wrote 11 each, ten 600 each, and ten long ago.

    Neighbours on the disk are of different days, as in a network that was moved here. There are
    fewer rows than ANALYZE looks at, so that statistics are the same every time.
    """
    app.sql(_PUT_ASIDE)
    app.sql("ALTER TABLE posts DISABLE TRIGGER USER")
    app.sql(
        "INSERT INTO users (id, username, email, password_hash) OVERRIDING SYSTEM VALUE"
        " SELECT n, 'user_' || n, n || '@example.org', 'hash'"
        " FROM generate_series(1, 2120) AS n WHERE n <= 5 OR n > 100"
    )
    # 150 follow 80 each: that is what PostgreSQL expects of whomever it does not know.
    app.sql(
        "INSERT INTO follows (follower_id, followee_id)"
        " SELECT one, 101 + (one * 7 + n * 19) % 2000"
        " FROM generate_series(2000, 2149) AS one, generate_series(1, 80) AS n"
        " UNION ALL SELECT 2, n FROM generate_series(2111, 2120) AS n"
        " UNION ALL SELECT 3, n FROM generate_series(2101, 2110) AS n"
        " UNION ALL SELECT 4, n FROM generate_series(101, 300) AS n"
        " UNION ALL SELECT 5, n FROM generate_series(101, 2100) AS n"
    )
    # Minutes before AT, no two alike: the two hundred have been silent for weeks, and the quiet
    # ones for longest.
    app.sql(
        "INSERT INTO posts (id, thread_id, user_id, content, search_vector, created_at)"
        " OVERRIDING SYSTEM VALUE"
        " SELECT n, n, author, 'Post ' || n, '', timestamptz %s - interval '1 minute' * ("
        " n / 100000.0 + CASE WHEN author > 2110 THEN 200000 + n"
        " WHEN author < 301 THEN 100000 + (hashint8(n) & 65535)"
        " ELSE hashint8(n) & 131071 END)"
        " FROM ("
        " SELECT n, CASE WHEN n <= 22000 THEN 101 + n %% 2000 WHEN n <= 28000 THEN 2101 + n %% 10"
        " ELSE 2111 + n %% 10 END AS author FROM generate_series(1, 28300) AS n"
        " ) AS drafted",
        [str(AT)],
    )
    app.sql(_PUT_BACK)
    app.vacuum("users", "follows", "posts")


#: The whole feed in the larger network, where nothing is hidden and nobody has left.
_ALL = """
    SELECT id, created_at FROM posts
    WHERE user_id IN (SELECT followee_id FROM follows WHERE follower_id = %s)
    ORDER BY created_at DESC, id DESC LIMIT %s OFFSET %s
"""


def reads_little(
    app: Social, user: int, pages: int, rows: int | None = None, *, skipped: int = 0
) -> None:
    """A page of this user's feed, behind so many posts, is right and reads no more than this."""
    [*before] = app.sql(_ALL, [user, 1, skipped - 1]) if skipped else []
    last = before[0] if before else {"created_at": None, "id": None}
    asked = {"user_id": user, "page_size": PAGE, "before_created_at": last["created_at"],
             "before_id": last["id"]}  # fmt: skip
    found, wanted = app.ask(**asked), app.sql(_ALL, [user, PAGE, skipped])
    expect.equal(ids(found), ids(wanted), "the ids of the page")
    plan = app.explain(parameters=asked)
    expect.that(plan.buffers <= pages, f"at most {pages:,} pages are touched",
                f"{plan.buffers:,}:\n{plan.text}",
                look="the step with the most buffers")  # fmt: skip
    if rows is not None:
        read = plan.rows_read("posts")
        expect.that(read <= rows, f"at most {rows:,} rows of posts are read",
                    f"{read:,}:\n{plan.text}",
                    look="the step on posts with the most rows")  # fmt: skip


@check(points=1, runs="social", on=town)
def reads_little_for_nobody(app: Social) -> None:
    """A feed of one who follows nobody touches at most 500 pages."""
    reads_little(app, NOBODY, OF_NOBODY)


@check(points=2, runs="social", on=town)
def reads_little_of_the_quiet(app: Social) -> None:
    """A page of ten who wrote little, long ago, touches at most 4,000 pages and 4,000 posts."""
    reads_little(app, TEN_QUIET, *OF_TEN)


@check(points=2, runs="social", on=town)
def reads_little_of_the_loud(app: Social) -> None:
    """A page of ten who wrote 6,000 posts touches at most 4,000 pages and 4,000 posts."""
    reads_little(app, TEN_LOUD, *OF_TEN)


@check(points=2, runs="social", on=town)
def reads_little_of_two_hundred(app: Social) -> None:
    """A page of 200 who wrote nothing lately touches at most 8,000 pages and 10,000 posts."""
    reads_little(app, TWO_HUNDRED, *OF_TWO_HUNDRED)


@check(points=3, runs="social", on=town)
def reads_little_of_many(app: Social) -> None:
    """A page of 2,000 touches at most 15,000 pages."""
    reads_little(app, MANY, OF_MANY)


@check(points=2, runs="social", on=town)
def reads_little_far_behind(app: Social) -> None:
    """A page far behind the first one reads no more than that."""
    reads_little(app, TEN_LOUD, *OF_TEN, skipped=3000)
    reads_little(app, TEN_LOUD, *OF_TEN, skipped=5800)
    reads_little(app, MANY, OF_MANY, skipped=20000)
