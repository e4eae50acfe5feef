"""A thread is judged by its rows, their order, and by how much of a large forum is read for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from workbench.checking import Social, check, expect

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
COLUMNS = ("id", "parent_post_id", "depth", "user_id", "username", "content", "created_at")

#: In minutes.
MICROSECOND = 1 / 60_000_000

#: What may be read of the forum, where a discussion has 2,000 replies.
MOST_ROWS = 300

POST = """
    INSERT INTO posts
        (id, user_id, content, parent_post_id, thread_root_id, created_at, is_hidden)
    OVERRIDING SYSTEM VALUE
    SELECT %(id)s, %(user_id)s, 'Post ' || %(id)s, %(parent)s::bigint,
        (SELECT thread_id FROM posts WHERE id = %(parent)s), %(at)s, %(is_hidden)s"""


def talk(app: Social) -> None:
    """Two people, and one who has left; each check writes posts of its own."""
    for name in ("ada", "bela", "gone"):
        app.sql(
            "INSERT INTO users (username, email, password_hash, deleted_at)"
            " VALUES (%s, %s || '@example.org', 'x', CASE WHEN %s = 'gone' THEN now() END)",
            [name, name, name],
        )


def forum(app: Social) -> None:
    """A discussion with 2,000 replies, 40 of them to its first post, among 3,000 other threads."""
    app.sql(
        "INSERT INTO users (username, email, password_hash)"
        " SELECT 'u' || n, 'u' || n || '@example.org', 'x' FROM generate_series(1, 50) AS n"
    )
    app.sql("DROP INDEX IF EXISTS posts_search_vector_idx, posts_hashtags_idx")
    app.sql("ALTER TABLE posts DISABLE TRIGGER USER")
    # Threads of one post and two replies; then the discussion: 40 chains of 50 replies each.
    app.sql("""
        INSERT INTO posts (id, thread_id, parent_post_id, thread_root_id, user_id, content,
            created_at, search_vector)
        OVERRIDING SYSTEM VALUE
        SELECT n, n - n % 3, CASE WHEN n % 3 > 0 THEN n - 1 END,
            CASE WHEN n % 3 > 0 THEN n - n % 3 END,
            (SELECT min(id) FROM users) + n % 50, 'Post ' || n,
            '2026-01-01'::timestamptz + interval '1 minute' * n, ''::tsvector
        FROM generate_series(3, 9002) AS n
        UNION ALL
        SELECT 10000, 10000, NULL, NULL, (SELECT min(id) FROM users), 'Tabs or spaces?',
            '2026-02-01', ''::tsvector
        UNION ALL
        SELECT 10000 + n, 10000, CASE WHEN n <= 40 THEN 10000 ELSE 10000 + n - 40 END, 10000,
            (SELECT min(id) FROM users) + n % 50, 'Post ' || n,
            '2026-02-01'::timestamptz + interval '1 minute' * n, ''::tsvector
        FROM generate_series(1, 2000) AS n""")
    app.sql("ANALYZE posts, users")


def user(app: Social, name: str = "ada") -> int:
    return int(app.sql("SELECT id FROM users WHERE username = %s", [name])[0]["id"])


def write(
    app: Social,
    number: int,
    parent: int | None = None,
    minutes: float = 0,
    *,
    by: str = "ada",
    is_hidden: bool = False,
) -> None:
    """A post of this id, which answers the parent; its content is "Post" and the id."""
    app.sql(
        POST,
        {
            "id": number,
            "parent": parent,
            "user_id": user(app, by),
            "is_hidden": is_hidden,
            "at": NOON + timedelta(minutes=minutes),
        },
    )


def sent(post: int, depth: int) -> str:
    return f"your query, post_id={post}, max_depth={depth}"


def ids(app: Social, post: int, depth: int = 100) -> list[Any]:
    return [row["id"] for row in app.ask(post_id=post, max_depth=depth)]


def shows(app: Social, post: int, wanted: set[int], look: str, depth: int = 100) -> None:
    """Exactly these posts, each once, in whichever order."""
    found = ids(app, post, depth)
    expect.that(
        sorted(found, key=str) == sorted(wanted, key=str),
        f"the posts {sorted(wanted)}",
        f"{found[:40]}",
        sent=sent(post, depth),
        look=look,
    )


def reads_as(app: Social, post: int, wanted: list[int], look: str) -> None:
    """Exactly these posts in this order."""
    found = ids(app, post)
    expect.that(
        found == wanted,
        f"the posts {wanted}, in this order",
        f"{found[:40]}",
        sent=sent(post, 100),
        look=look,
    )


@check(points=2, runs="social", on=talk)
def shows_a_post_and_its_replies(app: Social) -> None:
    """The post and all replies below it are shown, with their seven columns, and no others."""
    write(app, 1000)
    write(app, 1001, 1000, 1, by="bela")
    write(app, 1002, 1001, 2)
    write(app, 1003)
    write(app, 1004, 1003, 1)
    look = "what the walk begins with, and what it adds at each step"
    shows(app, 1000, {1000, 1001, 1002}, look)
    rows = expect.by(app.ask(post_id=1000, max_depth=100), "id")
    for number, parent, depth, name in (
        (1000, None, 0, "ada"),
        (1001, 1000, 1, "bela"),
        (1002, 1001, 2, "ada"),
    ):
        wanted = dict(
            zip(
                COLUMNS,
                (
                    number,
                    parent,
                    depth,
                    user(app, name),
                    name,
                    f"Post {number}",
                    NOON + timedelta(minutes=depth),
                ),
                strict=True,
            )
        )
        for column in COLUMNS:
            expect.that(
                rows[number][column] == wanted[column],
                f"{column} of {number}: {wanted[column]}",
                f"{rows[number][column]}",
                sent=sent(1000, 100),
                look="what each column is of",
            )
    shows(app, 1099, set(), "a post that is not there")


@check(points=1, runs="social", on=talk)
def begins_anywhere(app: Social) -> None:
    """A reply can be asked for as well: it is depth 0, and only what is below it is shown."""
    write(app, 1100)
    for number, parent in ((1101, 1100), (1102, 1100), (1103, 1101), (1104, 1102), (1105, 1103)):
        write(app, number, parent)
    shows(
        app, 1101, {1101, 1103, 1105}, "whether the post that is asked for has to begin its thread"
    )
    depths = {row["id"]: row["depth"] for row in app.ask(post_id=1101, max_depth=100)}
    expect.that(
        depths == {1101: 0, 1103: 1, 1105: 2},
        "the depths 0, 1 and 2",
        str(depths),
        sent=sent(1101, 100),
        look="from where the depth is counted",
    )
    parents = {row["id"]: row["parent_post_id"] for row in app.ask(post_id=1101, max_depth=100)}
    expect.equal(parents, {1101: 1100, 1103: 1101, 1105: 1103}, "the parent_post_id of each",
                 look="the parent of the post that is asked for")  # fmt: skip


@check(points=2, runs="social", on=talk)
def is_in_reading_order(app: Social) -> None:
    """A reply stands behind the post that it answers, and before the next reply to that post."""
    # Ids, times and the order of reading agree among siblings; 1202 is younger than 1204.
    write(app, 1200)
    for number, parent, minutes in (
        (1201, 1200, 1),
        (1202, 1201, 60),
        (1203, 1202, 90),
        (1204, 1200, 10),
        (1205, 1204, 11),
        (1206, 1201, 95),
    ):
        write(app, number, parent, minutes)
    reads_as(
        app,
        1200,
        [1200, 1201, 1202, 1203, 1206, 1204, 1205],
        "a key for the order that begins with the key of the parent",
    )


@check(points=2, runs="social", on=talk)
def has_the_oldest_first(app: Social) -> None:
    """Among the replies to one post the oldest comes first, whatever its id."""
    write(app, 1300)
    for number, parent, minutes in (
        (1301, 1300, 50),
        (1302, 1300, 5),
        (1303, 1300, 30),
        (1304, 1303, 40),
        (1305, 1303, 35),
        (1306, 1304, 40 + 2 * MICROSECOND),
        (1307, 1304, 40 + MICROSECOND),
    ):
        write(app, number, parent, minutes)
    reads_as(
        app,
        1300,
        [1300, 1302, 1303, 1305, 1304, 1307, 1306, 1301],
        "what orders replies to the same post, also within a second",
    )


@check(points=2, runs="social", on=talk, hidden=True)
def has_the_smaller_id_first_at_one_moment(app: Social) -> None:
    """Replies of the same moment come by id, which is a number, each with its own replies."""
    write(app, 9990)
    for number, parent, minutes in (
        (9998, 9990, 5),
        (9999, 9990, 5),
        (10001, 9990, 5),
        (10002, 9998, 9),
        (10003, 9999, 8),
        (10004, 10001, 7),
    ):
        write(app, number, parent, minutes)
    reads_as(
        app,
        9990,
        [9990, 9998, 10002, 9999, 10003, 10001, 10004],
        "two replies of the same moment: what keeps each one's replies behind it",
    )


@check(points=2, runs="social", on=talk)
def cuts_what_is_hidden(app: Social) -> None:
    """A hidden reply is not shown, nor is anything below it; a hidden post shows nothing at all."""
    write(app, 1400)
    write(app, 1401, 1400, 1, is_hidden=True)
    for number, parent in ((1402, 1401), (1403, 1402), (1404, 1400), (1405, 1404)):
        write(app, number, parent, 2)
    shows(
        app, 1400, {1400, 1404, 1405}, "replies below a hidden one, which are not hidden themselves"
    )
    shows(app, 1401, set(), "a hidden post that is asked for itself")


@check(points=1, runs="social", on=talk)
def keeps_to_the_depth(app: Social) -> None:
    """No row is deeper than max_depth: with 0 there is the post alone."""
    write(app, 1500)
    for number in range(1501, 1506):
        write(app, number, number - 1, number - 1500)
    for depth in (0, 1, 3):
        shows(
            app, 1500, set(range(1500, 1501 + depth)), "which is the last step of the walk", depth
        )


@check(points=1, runs="social", on=talk, hidden=True)
def keeps_the_words_of_who_left(app: Social) -> None:
    """The posts of an account that is given up stay, with its name, and so do their replies."""
    write(app, 1700, by="gone")
    write(app, 1701, 1700, 1)
    write(app, 1702, 1701, 2, by="gone")
    write(app, 1703, 1702, 3)
    shows(app, 1700, {1700, 1701, 1702, 1703}, "deleted_at")
    rows = expect.by(app.ask(post_id=1700, max_depth=100), "id")
    for number in (1700, 1702):
        got = rows[number]["username"], rows[number]["content"]
        expect.equal(got, ("gone", f"Post {number}"), "name and content", look="deleted_at")


@check(points=2, runs="social", on=forum)
def reads_what_it_shows(app: Social) -> None:
    """Of a discussion with 2,000 replies, the first two levels, or a branch of 31, read at most
    300 rows of posts."""
    for post, depth, wanted in (
        (10000, 1, set(range(10000, 10041))),
        (10000 + 767, 100, set(range(10767, 12001, 40))),
    ):
        shows(app, post, wanted, "which posts are shown", depth)
        plan = app.explain(parameters={"post_id": post, "max_depth": depth})
        rows = plan.rows_read("posts")
        expect.that(
            0 < rows <= MOST_ROWS,
            f"at most {MOST_ROWS} rows of posts are read for {len(wanted)}",
            f"{rows}, kept or thrown away:\n{plan.text}",
            sent=sent(post, depth),
            look="where the walk is cut, and how the replies to a post are found",
        )


@check(points=2, runs="social", on=talk, after=reads_what_it_shows)
def ends_in_a_circle(app: Social) -> None:
    """Should posts ever answer each other in a circle, each of them is shown once."""
    # What reads no more than it shows is cut by max_depth on its way: it ends here at any rate.
    app.sql("ALTER TABLE posts DROP CONSTRAINT IF EXISTS posts_parent_check")
    circle = "UPDATE posts SET parent_post_id = %s, thread_root_id = 1600 WHERE id = 1600"
    write(app, 1600)
    for number in (1601, 1602, 1603):
        write(app, number, 1600 if number == 1603 else number - 1, number - 1600)
    for last in (1601, 1602, 1600):
        app.sql(circle, [last])
        for post in {1600, last}:
            look = "how the walk knows that it has been there"
            shows(app, post, {1600, 1601, 1602, 1603}, look, 12)
