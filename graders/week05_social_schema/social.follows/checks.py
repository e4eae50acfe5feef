"""Follows are judged by what PostgreSQL takes and refuses, and by the rows that questions read."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from itertools import count
from typing import Any

from workbench.checking import Plan, Refused, Social, check, expect

FOLLOW = "INSERT INTO follows (follower_id, followee_id) VALUES (%s, %s)"
FOLLOW_ONCE = f"{FOLLOW} ON CONFLICT (follower_id, followee_id) DO NOTHING"

#: Larger than an integer.
LATE_USER = 3_000_000_000

#: Users in the large network. All of them follow the first one, most of them in one moment.
MANY, TOGETHER = 1500, 1000
MOMENT = "2026-05-01T12:00Z"
MOST_ROWS, MOST_PAGES, PAGE = 100, 200, 20

NEWEST = (
    "SELECT follower_id, created_at FROM follows WHERE followee_id = %s{}"
    " ORDER BY created_at DESC, follower_id DESC LIMIT 20"
)

_numbers = count(1)


def network(app: Social) -> None:
    """Nobody yet: every check has users of its own."""


def crowd(app: Social) -> None:
    """A star with many followers, and many who follow three others."""
    app.sql(
        "INSERT INTO users (username, email, password_hash)"
        " SELECT 'Reader_' || n, 'reader' || n || '@example.org', 'hash'"
        " FROM generate_series(1, %s) AS n",
        [MANY],
    )
    readers = "WITH readers AS (SELECT id, substr(username, 8)::integer AS n FROM users)"
    insert = f"{readers} INSERT INTO follows (follower_id, followee_id, created_at)"
    app.sql(
        f"{insert} SELECT one.id, star.id, timestamptz %s"
        " - CASE WHEN one.n <= %s THEN interval '0' ELSE one.n * interval '1 minute' END"
        " FROM readers AS star JOIN readers AS one ON one.n <> star.n WHERE star.n = 1",
        [MOMENT, TOGETHER],
    )
    app.sql(
        f"{insert} SELECT one.id, other.id, timestamptz %s - k * interval '1 day'"
        " FROM readers AS one CROSS JOIN generate_series(1, 3) AS k"
        " JOIN readers AS other ON other.n = (one.n + k * 7 - 1) %% %s + 1"
        " WHERE one.n <> 1 AND other.n <> 1",
        [MOMENT, MANY],
    )
    app.sql("ANALYZE users")
    app.sql("ANALYZE follows")


def add(app: Social) -> Any:
    """The id of a new user."""
    name = f"user_{next(_numbers)}"
    return app.sql(
        "INSERT INTO users (username, email, password_hash) VALUES (%s, %s, 'hash') RETURNING id",
        [name, f"{name}@example.org"],
    )[0]["id"]


def reader(app: Social, number: int) -> Any:
    return app.sql("SELECT id FROM users WHERE username = %s", [f"Reader_{number}"])[0]["id"]


def ties(app: Social, *users: Any) -> list[tuple[Any, Any]]:
    """All ties of these users."""
    rows = app.sql(
        "SELECT follower_id, followee_id FROM follows"
        " WHERE follower_id = ANY (%(users)s) OR followee_id = ANY (%(users)s)",
        {"users": list(users)},
    )
    return expect.in_any_order((row["follower_id"], row["followee_id"]) for row in rows)


def reads_few(app: Social, query: str, parameters: list[Any], rows: int) -> None:
    """The query gives so many rows, and reads no more of the table than the text allows."""
    plan: Plan = app.explain(query, parameters)
    sent = app.sql.written_out(query, parameters)
    expect.that(plan.rows == rows, f"{rows} rows", plan.text, sent=sent)
    # It reads one table: whatever is read, of a partition too, is read of that.
    read = plan.rows_read()
    expect.that(read <= MOST_ROWS, f"at most {MOST_ROWS} rows of follows are read",
                f"{read}:\n{plan.text}", sent=sent,
                look="by what the index is sorted")  # fmt: skip
    # Few rows can be found by many searches, one for each user (PostgreSQL 18).
    expect.that(plan.buffers <= MOST_PAGES, f"at most {MOST_PAGES} pages are touched", plan.text,
                sent=sent, look="with which column the index begins")  # fmt: skip


@check(points=2, runs="social", on=network)
def follows_once(app: Social) -> None:
    """A pair follows once. The other direction is another tie, and everybody may follow many."""
    ada, bob, eve = add(app), add(app), add(app)
    for pair in ((ada, bob), (bob, ada), (ada, eve), (eve, bob)):
        app.sql(FOLLOW, pair)
    for pair in ((ada, bob), (bob, ada)):
        expect.refused(app.sql, FOLLOW, pair, "a tie that is there already", "what the key is")
    wanted = expect.in_any_order([(ada, bob), (bob, ada), (ada, eve), (eve, bob)])
    expect.equal(ties(app, ada, bob, eve), wanted, "the ties")


@check(points=2, runs="social", on=network)
def follows_nobody_twice_at_once(app: Social) -> None:
    """`ON CONFLICT (follower_id, followee_id) DO NOTHING` makes a second click no error, also when
    both clicks come at the same moment."""
    ada, bob = add(app), add(app)
    first, second = app.session(), app.session()
    first("BEGIN")
    first(FOLLOW_ONCE, [ada, bob])
    later = second.send(FOLLOW_ONCE, [ada, bob])
    first("COMMIT")
    later.result()
    app.sql(FOLLOW_ONCE, [ada, bob])
    expect.equal(ties(app, ada, bob), [(ada, bob)], "the ties after three clicks",
                 look="what ON CONFLICT needs in order to find a conflict")  # fmt: skip


@check(points=2, runs="social", on=network)
def follows_somebody_else(app: Social) -> None:
    """Nobody follows themselves, and nobody can be made to."""
    ada, bob = add(app), add(app)
    expect.refused(app.sql, FOLLOW, [ada, ada], "that somebody follows themselves")
    app.sql(FOLLOW, [ada, bob])
    for column, value in (("followee_id", ada), ("follower_id", bob)):
        update = f"UPDATE follows SET {column} = %s WHERE follower_id = %s AND followee_id = %s"
        expect.refused(app.sql, update, [value, ada, bob], "that somebody follows themselves",
                       "does the rule hold for changes, too?")  # fmt: skip


@check(points=2, runs="social", on=network)
def ties_users(app: Social) -> None:
    """Both ends of a tie are users, also when one's row is deleted while somebody makes the tie."""
    ada = add(app)
    nobody = add(app)
    app.sql("DELETE FROM users WHERE id = %s", [nobody])
    app.sql(FOLLOW, [ada, add(app)])
    for pair in ((ada, nobody), (nobody, ada)):
        expect.refused(app.sql, FOLLOW, pair, "a tie to a user who is not there")
    for followed in (True, False):
        leaving = add(app)
        pair = [ada, leaving] if followed else [leaving, ada]
        first, second = app.session(), app.session()
        first("BEGIN")
        first("DELETE FROM users WHERE id = %s", [leaving])
        later = second.try_out(FOLLOW, pair)
        ended = first.try_out("COMMIT").result()
        code = later.result()
        there = app.sql("SELECT FROM users WHERE id = %s", [leaving])
        expect.that(bool(there) or not ties(app, leaving),
                    "no tie of a user whose row was deleted at the same moment",
                    f"a tie; COMMIT gave {ended or 'no error'}, the INSERT {code or 'none'}",
                    sent=app.sql.written_out(FOLLOW, pair),
                    look="what two transactions see of each other before they end")  # fmt: skip


@check(points=2, runs="social", on=network)
def goes_with_its_users(app: Social) -> None:
    """When a user's row is deleted, all of its ties go, in both directions, and no others."""
    ada, bob, eve = add(app), add(app), add(app)
    for pair in ((ada, bob), (eve, ada), (bob, eve)):
        app.sql(FOLLOW, pair)
    app.sql("DELETE FROM users WHERE id = %s", [ada])
    expect.equal(ties(app, ada, bob, eve), [(bob, eve)], "the ties that are left",
                 look="ON DELETE")  # fmt: skip


@check(points=1, runs="social", on=network)
def fills_in_the_moment(app: Social) -> None:
    """A tie knows since when it is there: now, unless somebody says otherwise. Nothing of it is
    ever missing."""
    ada, bob, eve = add(app), add(app), add(app)
    made = app.sql(f"{FOLLOW} RETURNING abs(extract(epoch FROM created_at - now())) < 60 AS recent",
                   [ada, bob])[0]  # fmt: skip
    expect.equal(made["recent"], True, "created_at is now", look="the default")
    insert = "INSERT INTO follows (follower_id, followee_id, created_at) VALUES (%s, %s, %s)"
    values = [bob, eve, "2026-05-01 12:00+02"]
    app.sql(insert, values)
    kept = app.sql("SELECT created_at FROM follows WHERE follower_id = %s", [bob])[0]["created_at"]
    wanted = datetime(2026, 5, 1, 10, 0, tzinfo=UTC)
    expect.that(isinstance(kept, datetime) and kept.tzinfo is not None and kept == wanted,
                f"created_at: {wanted}", str(kept), sent=app.sql.written_out(insert, values),
                look="the type of the column")  # fmt: skip
    moment = "2026-05-01T12:00Z"
    for values in ([None, eve, moment], [eve, None, moment], [eve, ada, None]):
        with contextlib.suppress(Refused):
            app.sql.attempt(insert, values)
        # A trigger may have put something better in its place.
        missing = app.sql("SELECT count(*) AS n FROM follows WHERE follower_id IS NULL"
                          " OR followee_id IS NULL OR created_at IS NULL")[0]["n"]  # fmt: skip
        expect.that(missing == 0, "no column of follows is ever NULL", "the database took it",
                    sent=app.sql.written_out(insert, values))  # fmt: skip


@check(points=1, runs="social", on=network, hidden=True)
def ties_late_users(app: Social) -> None:
    """Any user can follow and be followed: the three billionth as well, and one who has given up
    the account. Ties stay when one of their users does."""
    app.sql("INSERT INTO users (id, username, email, password_hash) OVERRIDING SYSTEM VALUE"
            " VALUES (%s, 'late', 'late@example.org', 'hash')", [LATE_USER])  # fmt: skip
    ada, bob, eve = add(app), add(app), add(app)
    app.sql(FOLLOW, [ada, LATE_USER])
    app.sql(FOLLOW, [LATE_USER, bob])
    expect.equal(ties(app, LATE_USER), [(ada, LATE_USER), (LATE_USER, bob)], "the ties")
    app.sql("UPDATE users SET deleted_at = now() WHERE id = %s", [bob])
    app.sql(FOLLOW, [ada, bob])
    app.sql(FOLLOW, [bob, eve])
    app.sql("UPDATE users SET deleted_at = now() WHERE id = %s", [LATE_USER])
    wanted = expect.in_any_order([(ada, LATE_USER), (LATE_USER, bob), (ada, bob), (bob, eve)])
    expect.equal(ties(app, ada, bob, LATE_USER), wanted,
                 "the ties after two accounts were given up",
                 look="does it matter whether a user is live?")  # fmt: skip


@check(points=1, runs="social", on=crowd)
def finds_whom_somebody_follows(app: Social) -> None:
    """Whom a user follows, and whether one follows another, is found with no more than 100 rows."""
    one, star = reader(app, 800), reader(app, 1)
    reads_few(app, "SELECT followee_id FROM follows WHERE follower_id = %s", [one], 4)
    reads_few(app, "SELECT created_at FROM follows WHERE follower_id = %s AND followee_id = %s",
              [one, star], 1)  # fmt: skip


@check(points=1, runs="social", on=crowd)
def finds_who_follows_somebody(app: Social) -> None:
    """Who follows a user is found with no more than 100 rows, if only a few do."""
    reads_few(app, "SELECT follower_id FROM follows WHERE followee_id = %s", [reader(app, 800)], 3)


@check(points=3, runs="social", on=crowd)
def shows_the_newest_followers(app: Social) -> None:
    """A page of 20 followers, the newest first, reads no more than 100 rows of a star's 1,499,
    though 1,000 came in one moment; and so does the page after it."""
    star = reader(app, 1)
    reads_few(app, NEWEST.format(""), [star], PAGE)
    after = NEWEST.format(" AND (created_at, follower_id) < (%s::timestamptz, %s::bigint)")
    reads_few(app, after, [star, MOMENT, reader(app, 500)], PAGE)


@check(points=1, runs="social", on=network)
def has_two_indexes(app: Social) -> None:
    """Two indexes are enough: a third one would be written at every follow, and read by nobody."""
    found = app.sql(
        "SELECT indexrelid::regclass::text AS name FROM pg_index"
        " WHERE indrelid = to_regclass('public.follows') ORDER BY 1"
    )
    names = [row["name"] for row in found]
    expect.that(1 <= len(names) <= 2, "two indexes of follows at most, those of keys among them",
                ", ".join(names) or "none",
                look="which of them answers a question that no other one answers")  # fmt: skip


@check(points=1, runs="social", on=network)
def is_built_on(app: Social) -> None:
    """The later parts can be built on your table."""
    app.complete()
