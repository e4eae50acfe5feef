"""A user's numbers are compared with what was put there, and reading them has a price."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from workbench.checking import Plan, Social, check, expect

NUMBERS = ("post_count", "following_count", "follower_count")

#: In the city: everybody writes and follows this often, and the known one this often.
USERS, EACH, KNOWN = 1000, 3, 60

#: Three posts, three of each tie and one user are read with 50 pages; everybody's are over 300.
MOST_BUFFERS = 120
MOST_ROWS = 1000


def town(app: Social) -> None:
    """A network without anybody; every check brings its own people."""


def city(app: Social) -> None:
    """A thousand users with three posts and three ties each, and one with sixty of everything."""
    app.sql(
        "INSERT INTO users (username, email, password_hash)"
        " SELECT 'u' || n, 'u' || n || '@example.org', 'x' FROM generate_series(1, %s) AS n",
        [USERS],
    )
    numbered = "WITH u AS (SELECT id, substr(username, 2)::int AS n FROM users) "
    # Long posts: whoever reads all of them reads many pages.
    app.sql(
        numbered
        + "INSERT INTO posts (user_id, content) SELECT id, 'Post ' || k || repeat(' x', 230)"
        " FROM u, generate_series(1, CASE n WHEN 1 THEN %s ELSE %s END) AS k",
        [KNOWN, EACH],
    )
    app.sql(
        numbered + "INSERT INTO follows (follower_id, followee_id) SELECT a.id, b.id"
        " FROM u AS a, u AS b, generate_series(1, %(each)s) AS k"
        " WHERE a.n > 100 AND b.n = 101 + mod(a.n - 101 + k, %(users)s - 100)"
        " UNION ALL SELECT a.id, b.id FROM u AS a, u AS b"
        " WHERE a.n = 1 AND b.n BETWEEN 2 AND 1 + %(known)s"
        " OR b.n = 1 AND a.n BETWEEN 2 AND 1 + %(known)s",
        {"each": EACH, "users": USERS, "known": KNOWN},
    )
    app.sql("ANALYZE users, posts, follows")


def person(app: Social, **columns: Any) -> int:
    """The id of a new user."""
    name = f"u{uuid4().hex[:12]}"
    values = {"username": name, "email": f"{name}@example.org", "password_hash": "x"} | columns
    insert = (
        f"INSERT INTO users ({', '.join(values)}) VALUES ({', '.join(['%s'] * len(values))})"
        " RETURNING id"
    )
    return expect.whole(app.sql(insert, list(values.values()))[0]["id"], "id")


def day(number: int) -> datetime:
    return datetime(2026, 1, number, 12, tzinfo=UTC)


def write(app: Social, user: int, *days: int, hidden: bool = False) -> list[int]:
    """Posts of the user, one on each of these days of January."""
    return [
        app.sql(
            "INSERT INTO posts (user_id, content, created_at, is_hidden) VALUES (%s, 'Hi', %s, %s)"
            " RETURNING id",
            [user, day(number), hidden],
        )[0]["id"]
        for number in days
    ]


def follow(app: Social, follower: int, *others: int) -> None:
    for other in others:
        app.sql("INSERT INTO follows (follower_id, followee_id) VALUES (%s, %s)", [follower, other])


def expect_numbers(
    app: Social,
    user: int,
    numbers: tuple[int, int, int],
    last: int | datetime | None,
    whose: str,
    look: str,
) -> None:
    """The user has one row, with these numbers, and wrote last on that day."""
    found = app.sql("SELECT * FROM user_stats WHERE user_id = %s", [user])
    expect.equal(len(found), 1, f"rows of {whose}", look=look)
    got = {name: found[0][name] for name in NUMBERS}
    expect.equal(
        got, dict(zip(NUMBERS, numbers, strict=True)), f"the numbers of {whose}", look=look
    )
    wanted = day(last) if isinstance(last, int) else last
    expect.equal(found[0]["last_post_at"], wanted, f"last_post_at of {whose}", look=look)


@check(points=3, runs="social", on=town)
def counts_each_on_its_own(app: Social) -> None:
    """Posts, followed and followers of a user are counted right, whatever the other numbers are,
    and are those of this moment."""
    ada, bob, eve, fay = (person(app) for _ in range(4))
    write(app, ada, 3, 5, 4)
    write(app, bob, 2, 2)
    follow(app, ada, bob, eve)
    for one in (bob, eve, fay):
        follow(app, one, ada)
    follow(app, fay, eve)
    look = "how many rows are counted when one user has several of each"
    expect_numbers(app, ada, (3, 2, 3), 5, "somebody with 3 posts, 2 followed and 3 followers",
                   look)  # fmt: skip
    expect_numbers(app, bob, (2, 1, 1), 2, "somebody with 2 posts, 1 followed and 1 follower",
                   look)  # fmt: skip
    app.sql("DELETE FROM follows WHERE followee_id = %s AND follower_id <> %s", [ada, fay])
    app.sql("DELETE FROM posts WHERE user_id = %s AND created_at = %s", [ada, day(5)])
    follow(app, ada, fay)
    expect_numbers(app, ada, (2, 3, 1), 4, "the same one after some changes", "when it is counted")
    follow(app, bob, ada)
    write(app, ada, 7)
    expect_numbers(app, ada, (3, 3, 2), 7, "the same one after some more", "when it is counted")


@check(points=2, runs="social", on=town)
def has_zeros(app: Social) -> None:
    """Who has nothing has 0 and not NULL, in one row; only last_post_at is NULL."""
    nobody, writer, follower, followed = (person(app) for _ in range(4))
    write(app, writer, 9)
    follow(app, follower, followed)
    look = "a count of nothing: of no row, or of a row that an outer join has filled up?"
    expect_numbers(app, nobody, (0, 0, 0), None, "somebody with nothing", look)
    expect_numbers(app, writer, (1, 0, 0), 9, "somebody who only writes", look)
    expect_numbers(app, follower, (0, 1, 0), None, "somebody who only follows", look)
    expect_numbers(app, followed, (0, 0, 1), None, "somebody who is only followed", look)


@check(points=2, runs="social", on=town)
def leaves_hidden_posts_out(app: Social) -> None:
    """Hidden posts neither count nor are the last one; replies, flagged and planned posts do, and
    may be."""
    ada, bob = person(app), person(app)
    root = write(app, ada, 2, 4)[0]
    write(app, ada, 6, 1, hidden=True)
    write(app, bob, 3, hidden=True)
    look = "which posts each of the two columns looks at"
    expect_numbers(app, ada, (2, 0, 0), 4, "somebody with 2 posts and 2 hidden ones", look)
    expect_numbers(app, bob, (0, 0, 0), None, "somebody whose only post is hidden", look)
    app.sql(
        "INSERT INTO posts (user_id, content, parent_post_id, thread_root_id, created_at)"
        " VALUES (%s, 'Yes', %s, %s, %s)",
        [bob, root, root, day(8)],
    )
    expect_numbers(app, bob, (1, 0, 0), 8, "the same one after a reply", look)
    cyd, dan = person(app), person(app)
    write(app, cyd, 3)
    app.sql("UPDATE posts SET is_flagged = true WHERE id = ANY (%s)", [write(app, cyd, 5)])
    expect_numbers(app, cyd, (2, 0, 0), 5, "somebody whose second post is flagged", look)
    planned_for = datetime(2999, 1, 1, tzinfo=UTC)
    write(app, dan, 3)
    app.sql(
        "INSERT INTO posts (user_id, content, created_at) VALUES (%s, 'Later', %s)",
        [dan, planned_for],
    )
    expect_numbers(app, dan, (2, 0, 0), planned_for, "somebody whose second post is dated to 2999",
                   look)  # fmt: skip


@check(points=1, runs="social", on=town)
def shows_live_users(app: Social) -> None:
    """Every live user has one row with both names; one who has left has none, but is still counted
    as a follower and as followed."""
    gone = person(app, username="Ada_Leaving", display_name="Old Ada", deleted_at=day(1))
    ada = person(app, username="Ada_Leaving", display_name="Ada Ærø")
    bob = person(app, username="bob_leaving", display_name=None)
    write(app, gone, 5)
    follow(app, gone, bob)
    follow(app, bob, gone, ada)
    found = app.sql(
        "SELECT * FROM user_stats WHERE user_id = ANY (%s) ORDER BY user_id", [[gone, ada, bob]]
    )
    got = [{name: row[name] for name in ("user_id", "username", "display_name")} for row in found]
    wanted = [
        {"user_id": ada, "username": "Ada_Leaving", "display_name": "Ada Ærø"},
        {"user_id": bob, "username": "bob_leaving", "display_name": None},
    ]
    expect.equal(got, wanted, "two of three users: the third one has left", look="deleted_at")
    look = "whose rows of follows count"
    expect_numbers(app, bob, (0, 2, 1), None, "somebody who follows two and has one follower", look)
    app.sql("UPDATE users SET deleted_at = now() WHERE id = %s", [ada])
    left = app.sql("SELECT user_id FROM user_stats WHERE user_id = %s", [ada])
    expect.equal(len(left), 0, "rows of somebody who has just left", look="deleted_at")
    app.sql("UPDATE users SET deleted_at = now() + interval '1 year' WHERE id = %s", [bob])
    left = app.sql("SELECT user_id FROM user_stats WHERE user_id = %s", [bob])
    expect.equal(len(left), 0, "rows of somebody whose deleted_at is next year", look="deleted_at")


def planned(app: Social, text: str, values: list[Any], posts: int) -> Plan:
    """How this row is read. It must be the row, too: reading nothing costs nothing."""
    plan = app.explain(text, values)
    expect.equal(len(plan.given), 1, "rows", look="the conditions of the view")
    expect.equal(plan.given[0]["post_count"], posts, "post_count")
    return plan


@check(points=3, runs="social", on=city)
def reads_one_user_only(app: Social) -> None:
    """To read one of 1000 users, by id, by name or as the author of a post, takes at most 120
    pages: the posts of the others are not read."""
    user = app.sql("SELECT id FROM users WHERE username = 'u500'")[0]["id"]
    post = app.sql("SELECT min(id) AS id FROM posts WHERE user_id = %s", [user])[0]["id"]
    for text, values in (
        ("SELECT * FROM user_stats WHERE user_id = %s", [user]),
        ("SELECT * FROM user_stats WHERE lower(username) = %s", ["u500"]),
        (
            "SELECT user_stats.* FROM posts JOIN user_stats ON user_stats.user_id = posts.user_id"
            " WHERE posts.id = %s",
            [post],
        ),
    ):
        plan = planned(app, text, values, EACH)
        expect.that(
            plan.buffers <= MOST_BUFFERS,
            f"at most {MOST_BUFFERS} pages for somebody with {EACH} posts",
            f"{plan.buffers} pages:\n{plan.text}",
            sent=app.sql.written_out(text, values),
            look="which step of the plan reads rows of other users",
        )


@check(points=2, runs="social", on=city)
def multiplies_nothing(app: Social) -> None:
    """For somebody with 60 posts, 60 followed and 60 followers no step of the plan has more than
    1000 rows."""
    user = app.sql("SELECT id FROM users WHERE username = 'u1'")[0]["id"]
    text = "SELECT * FROM user_stats WHERE user_id = %s"
    plan = planned(app, text, [user], KNOWN)
    most = max(node.rows + node.removed for node in plan.nodes)
    expect.that(
        most <= MOST_ROWS,
        f"at most {MOST_ROWS} rows in each step",
        f"{most}:\n{plan.text}",
        sent=app.sql.written_out(text, [user]),
        look="what is joined with what before it is counted",
    )


@check(points=1, runs="social", on=city, hidden=True)
def is_right_for_everybody(app: Social) -> None:
    """Read all at once, the numbers of a thousand users are those that separate counts give."""
    expect.equal(len(app.sql("SELECT user_id FROM user_stats")), USERS, "rows of user_stats")
    wrong = app.sql(
        "SELECT * FROM user_stats WHERE post_count IS DISTINCT FROM"
        " (SELECT count(*) FROM posts WHERE posts.user_id = user_stats.user_id)"
        " OR following_count IS DISTINCT FROM"
        " (SELECT count(*) FROM follows WHERE follower_id = user_stats.user_id)"
        " OR follower_count IS DISTINCT FROM"
        " (SELECT count(*) FROM follows WHERE followee_id = user_stats.user_id)"
        " OR last_post_at IS DISTINCT FROM"
        " (SELECT max(created_at) FROM posts WHERE posts.user_id = user_stats.user_id)"
        " ORDER BY user_id LIMIT 3"
    )
    expect.that(not wrong, "no user with another number", expect.show([dict(row) for row in wrong]),
                look="users who have none of something, and users who have a lot")  # fmt: skip


@check(points=1, runs="social", on=town)
def is_built_on(app: Social) -> None:
    """The later parts of the schema can be built beside your view, which counts."""
    ada = person(app)
    write(app, ada, 9)
    expect_numbers(app, ada, (1, 0, 0), 9, "somebody with one post", "the columns of the view")
    app.complete()
