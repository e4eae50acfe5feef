"""Likes and reposts are judged by what comes twice, what goes, and what a page reads."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from workbench.checking import CheckFailed, Plan, Refused, Social, check, expect

TABLES = ("likes", "reposts")

#: What a constraint or a trigger of the answer's refuses with: bad data, a broken rule, RAISE.
REFUSALS = ("22", "23", "P0")

#: White space around a text belongs to it.
FRAMED = ("\n Look at\nthis! \n", " \nLook at\n\tthis!\n ")

#: An id that no sequence gives here.
FAR = 1_000_000_000

#: Users and posts; likes of a usual post; and what is read at most for a page of 20.
USERS, POSTS, USUAL, MOST_READ, MOST_PAGES = 1000, 500, 25, 100, 40


def network(app: Social) -> None:
    """A user with a post, who likes it."""
    author = somebody(app)
    app.sql("INSERT INTO posts (user_id, content) VALUES (%s, 'First')", [author])


def somebody(app: Social) -> int:
    """A new user's id."""
    name = f"u{uuid4().hex[:20]}"
    insert = "INSERT INTO users (username, email, password_hash) VALUES (%s, %s, '!') RETURNING id"
    return expect.whole(app.sql(insert, [name, f"{name}@example.org"])[0]["id"], "id")


def a_post(app: Social, author: int | None = None) -> int:
    """A new id of a post that is old: it may have been liked at any time since."""
    insert = (
        "INSERT INTO posts (user_id, content, created_at)"
        " VALUES (%s, 'Hello', '2019-01-01T00:00Z') RETURNING id"
    )
    return expect.whole(
        app.sql(insert, [somebody(app) if author is None else author])[0]["id"], "id"
    )


def add(table: str) -> str:
    return f"INSERT INTO {table} (user_id, post_id) VALUES (%s, %s)"


def count(app: Social, table: str, post: int) -> int:
    return int(app.sql(f"SELECT count(*) AS n FROM {table} WHERE post_id = %s", [post])[0]["n"])


def code(app: Social, text: str, parameters: Any) -> str:
    """The SQLSTATE with which a statement is refused, "" when it is taken."""
    try:
        app.sql.attempt(text, parameters)
    except Refused as error:
        return error.code
    return ""


def refused(app: Social, text: str, parameters: Any, why: str, look: str = "") -> None:
    """The statement is refused because of its data, whoever does it: constraint, type, trigger."""
    try:
        app.sql.attempt(text, parameters)
    except Refused as error:
        if error.code[:2] in REFUSALS:
            return
        got = f"an error of another kind: {error}"
    else:
        got = "the database took it"
    raise CheckFailed(
        f"the database refuses {why}", got, app.sql.written_out(text, parameters), look
    )


@check(points=2, runs="social", on=network)
def keeps_likes_and_reposts(app: Social) -> None:
    """A like and a repost need a user and a post, any of them, and have a time: now, unless
    said."""
    user = somebody(app)
    for table in TABLES:
        post, old = a_post(app), a_post(app)
        app.sql(add(table), [user, post])
        app.sql(
            f"INSERT INTO {table} (user_id, post_id, created_at)"
            " VALUES (%s, %s, '2020-02-29T12:00+02:00')",
            [user, old],
        )
        rows = app.sql(
            "SELECT post_id, created_at > now() - interval '1 hour' AS is_new,"
            " created_at = '2020-02-29T10:00Z' AS as_said"
            f" FROM {table} WHERE user_id = %s ORDER BY post_id",
            [user],
        )
        expect.equal([dict(row) for row in rows],
                     [{"post_id": post, "is_new": True, "as_said": False},
                      {"post_id": old, "is_new": False, "as_said": True}],
                     f"the rows of {table}")  # fmt: skip
        other = a_post(app)
        own, hidden = a_post(app, user), a_post(app)
        app.sql("UPDATE posts SET is_hidden = true WHERE id = %s", [hidden])
        for allowed in (own, hidden):
            app.sql(add(table), [user, allowed])
        refused(app, add(table), [None, other], f"a row of {table} without a user")
        refused(app, add(table), [user, None], f"a row of {table} without a post")
        refused(app, f"INSERT INTO {table} (user_id, post_id, created_at) VALUES (%s, %s, NULL)",
                [user, other], f"a row of {table} without a time")  # fmt: skip


@check(points=2, runs="social", on=network)
def is_there_once(app: Social) -> None:
    """The second like of a post by the same user is refused as 23505, or skipped by ON CONFLICT,
    until the first is taken back; reposts likewise."""
    user, other = somebody(app), somebody(app)
    for table in TABLES:
        post, another = a_post(app), a_post(app)
        for pair in ((user, post), (user, another), (other, post), (other, another)):
            app.sql(add(table), pair)
        expect.equal(code(app, add(table), [user, post]), "23505",
                     f"the SQLSTATE of a second row in {table}")  # fmt: skip
        late = (
            f"INSERT INTO {table} (user_id, post_id, created_at)"
            " VALUES (%s, %s, now() - interval '1 hour')"
        )
        expect.equal(code(app, late, [user, post]), "23505",
                     f"the SQLSTATE of a second row in {table}, of another time")  # fmt: skip
        skipping = f"{add(table)} ON CONFLICT (user_id, post_id) DO NOTHING RETURNING post_id"
        expect.equal(len(app.sql(skipping, [user, post])), 0,
                     f"rows added to {table} by ON CONFLICT DO NOTHING")  # fmt: skip
        expect.equal(count(app, table, post), 2, f"rows of a post in {table}, by two users")
        app.sql(f"DELETE FROM {table} WHERE user_id = %s AND post_id = %s", [user, post])
        expect.equal(len(app.sql(skipping, [user, post])), 1,
                     f"rows added to {table} after the first one was taken back")  # fmt: skip


@check(points=2, runs="social", on=network)
def is_there_once_when_two_come_together(app: Social) -> None:
    """Two sessions add the same like at the same time: one row is there afterwards, whether the
    first one commits or not."""
    for table in TABLES:
        for end in ("COMMIT", "ROLLBACK"):
            user, post = somebody(app), a_post(app)
            one, two = app.session(), app.session()
            one("BEGIN")
            one(add(table), [user, post])
            later = two.try_out(add(table), [user, post])
            one(end)
            later.result()
            one.close()
            two.close()
            expect.equal(count(app, table, post), 1,
                         f"rows in {table} after two sessions had added the same one,"
                         f" and the first had said {end}",
                         look="who sees what is not yet committed")  # fmt: skip


@check(points=2, runs="social", on=network)
def goes_with_user_and_post(app: Social) -> None:
    """Users and posts that are not there cannot like or be liked, and with either of them go its
    likes and reposts, and no others."""
    user, other, author = somebody(app), somebody(app), somebody(app)
    post, another = a_post(app, author), a_post(app, author)
    for table in TABLES:
        refused(app, add(table), [FAR, post], f"a row of {table} by nobody")
        refused(app, add(table), [user, FAR], f"a row of {table} for no post")
        for pair in ((user, post), (other, post), (user, another), (other, another)):
            app.sql(add(table), pair)

    def left(table: str) -> list[Any]:
        found = app.sql(f"SELECT user_id, post_id FROM {table} WHERE post_id IN (%s, %s)"
                        " ORDER BY user_id, post_id", [post, another])  # fmt: skip
        return [[row["user_id"], row["post_id"]] for row in found]

    app.sql("DELETE FROM users WHERE id = %s", [user])
    for table in TABLES:
        expect.equal(left(table), [[other, post], [other, another]],
                     f"{table} after a user was deleted")  # fmt: skip
    app.sql("DELETE FROM posts WHERE id = %s", [post])
    for table in TABLES:
        expect.equal(left(table), [[other, another]], f"{table} after a post was deleted")


@check(points=2, runs="social", on=network)
def says_something_or_nothing(app: Social) -> None:
    """A repost's comment is NULL, or 1 to 500 characters that are not only white space, and is
    stored as it is written."""
    user = somebody(app)
    insert = "INSERT INTO reposts (user_id, post_id, comment) VALUES (%s, %s, %s)"
    read = "SELECT comment FROM reposts WHERE user_id = %s AND post_id = %s"
    for comment in (None, "x", *FRAMED, "✨" * 500, "é" * 500):
        post = a_post(app)
        app.sql(insert, [user, post, comment])
        expect.equal(app.sql(read, [user, post])[0]["comment"], comment, "the comment as stored")
    silent = a_post(app)
    app.sql(add("reposts"), [user, silent])
    expect.equal(app.sql(read, [user, silent])[0]["comment"], None,
                 "the comment of a repost without one")  # fmt: skip
    change = "UPDATE reposts SET comment = %s WHERE post_id = %s"
    for comment in FRAMED:
        app.sql(change, [comment, silent])
        stored = app.sql(read, [user, silent])[0]["comment"]
        expect.equal(stored, comment, "the comment as stored by an UPDATE")
    look = "what a CHECK does when it comes out NULL"
    for comment in ("", " ", " \n\t ", "x" * 501, "é" * 501):
        refused(app, insert, [user, a_post(app), comment],
                f"the comment {expect.show(comment)}", look)  # fmt: skip
        refused(app, change, [comment, silent], f"the comment {expect.show(comment)}", look)


def crowd(app: Social) -> None:
    """1000 users, 500 posts with 25 likes and reposts each, one post that all have liked and
    reposted at the same moment, and a user who did so thrice."""
    app.sql(
        "INSERT INTO users (username, email, password_hash)"
        " SELECT 'user_' || n, 'user_' || n || '@example.org', '!'"
        " FROM generate_series(1, %s) AS n",
        [USERS],
    )
    app.sql(
        "INSERT INTO posts (user_id, content, created_at)"
        " SELECT %(author)s, CASE n WHEN 0 THEN 'Famous' ELSE 'Post ' || n END, '2019-01-01T00:00Z'"
        " FROM generate_series(0, %(posts)s) AS n",
        {"author": somebody(app), "posts": POSTS},
    )
    app.sql("INSERT INTO users (username, email, password_hash) VALUES ('seldom', 's@x.org', '!')")
    for table in TABLES:
        # In no order of users: who reads a table from one end finds nobody near to anybody.
        app.sql(
            f"INSERT INTO {table} (user_id, post_id, created_at)"
            " SELECT users.id, posts.id, timestamptz '2026-01-01T00:00Z' + interval '1 minute' * n"
            " FROM posts CROSS JOIN generate_series(1, %s) AS n"
            " JOIN users ON users.username = 'user_' || (1 + (posts.id * 37 + n * 41) %% %s)"
            " WHERE posts.content <> 'Famous'",
            [USUAL, USERS],
        )
        app.sql(
            f"INSERT INTO {table} (user_id, post_id, created_at)"
            " SELECT users.id, posts.id, timestamptz '2026-01-02T00:00Z' FROM users, posts"
            " WHERE posts.content = 'Famous' AND users.username LIKE 'user%'"
        )
        app.sql(
            f"INSERT INTO {table} (user_id, post_id) SELECT users.id, posts.id FROM users, posts"
            " WHERE users.username = 'seldom'"
            " AND posts.content IN ('Post 7', 'Post 200', 'Post 444')"
        )
    app.sql("ANALYZE")


def read_little(
    app: Social, what: str, query: str, parameters: list[Any], look: str, rows: int = 20
) -> None:
    """The query gives so many rows, and reads no more rows and pages than a page of 20 needs."""
    plan = app.explain(query, parameters)
    expect.equal(len(plan.given), rows, f"rows of {what}")
    expect.that(
        rows_read(plan) <= MOST_READ and plan.buffers <= MOST_PAGES,
        f"{what}: at most {MOST_READ} rows and {MOST_PAGES} pages (buffers) are read",
        f"{rows_read(plan)} rows, {plan.buffers} pages:\n{plan.text}",
        sent=app.sql.written_out(query, parameters),
        look=look,
    )


def rows_read(plan: Plan) -> int:
    """Rows that the nodes at the leaves of the plan have read, thrown away or not."""
    return sum(node.rows + node.removed for node in plan.nodes if not node.children)


@check(points=3, runs="social", on=crowd)
def finds_who_liked(app: Social) -> None:
    """20 of a post's likes or reposts, the newest first, read at most 100 rows and 40 pages, the
    first page and a later one, also when a thousand have the same time."""
    famous = app.sql("SELECT id FROM posts WHERE content = 'Famous'")[0]["id"]
    middle = app.sql("SELECT id FROM users WHERE username = 'user_500'")[0]["id"]
    look = "all columns of the ORDER BY, the last one, too"
    for table in TABLES:
        read_little(app, f"the newest {table} of a post",
                    f"SELECT user_id, created_at FROM {table} WHERE post_id = %s"
                    " ORDER BY created_at DESC, user_id DESC LIMIT 20", [famous], look)  # fmt: skip
        read_little(app, f"the next {table} of a post, after those that have been shown",
                    f"SELECT user_id, created_at FROM {table} WHERE post_id = %s"
                    " AND (created_at, user_id) < (timestamptz '2026-01-02T00:00Z', %s)"
                    " ORDER BY created_at DESC, user_id DESC LIMIT 20",
                    [famous, middle], look)  # fmt: skip


@check(points=2, runs="social", on=crowd, hidden=True)
def finds_what_somebody_liked(app: Social) -> None:
    """The few likes or reposts of one user are found with at most 100 rows and 40 pages."""
    seldom = app.sql("SELECT id FROM users WHERE username = 'seldom'")[0]["id"]
    for table in TABLES:
        read_little(app, f"the {table} of somebody who gave three",
                    f"SELECT post_id FROM {table} WHERE user_id = %s", [seldom],
                    "which column an index begins with", rows=3)  # fmt: skip


@check(points=1, runs="social", on=network)
def is_built_on(app: Social) -> None:
    """The rest of the schema can be built on it: likes and reposts are tables with these names."""
    app.complete()
