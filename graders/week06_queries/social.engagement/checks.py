"""The report of a user's days is judged by its rows, in several zones, and by what it reads."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from workbench.checking import CheckFailed, Social, check, expect

BERLIN = "Europe/Berlin"
COUNTS = ("post_count", "like_count", "repost_count", "reply_count")

#: What may be read of the archive, where its user has 8,000 posts and 140 in the week.
MOST_ROWS = 2000

POST = """
    INSERT INTO posts
        (user_id, content, created_at, like_count, repost_count, reply_count, is_hidden)
    VALUES (%s, 'Hello', %s, %s, %s, %s, %s) RETURNING id"""

#: Runs a query in a session of another zone; a loop over EXECUTE takes one statement only.
IN_ZONE = """
    CREATE OR REPLACE FUNCTION public.asked_in(session_zone text, statement text) RETURNS SETOF json
    LANGUAGE plpgsql AS $$
    DECLARE
        one record;
    BEGIN
        PERFORM set_config('TimeZone', session_zone, true);
        FOR one IN EXECUTE statement LOOP
            RETURN NEXT row_to_json(one);
        END LOOP;
    END $$"""


def quiet(app: Social) -> None:
    """Nobody has written yet: each check brings its own users and posts."""


def archive(app: Social) -> None:
    """12,000 posts of 400 days, 20 of each day by one user, of which 2 are hidden."""
    app.sql(
        "INSERT INTO users (username, email, password_hash)"
        " SELECT 'u' || n, 'u' || n || '@example.org', 'x' FROM generate_series(1, 100) AS n"
    )
    app.sql("DROP INDEX IF EXISTS posts_search_vector_idx, posts_hashtags_idx")
    app.sql("ALTER TABLE posts DISABLE TRIGGER USER")
    app.sql("""
        WITH people AS (SELECT array_agg(id ORDER BY id) AS ids FROM users)
        INSERT INTO posts (id, thread_id, user_id, content, created_at, like_count, is_hidden,
            search_vector)
        OVERRIDING SYSTEM VALUE
        SELECT n, n, ids[CASE WHEN n % 3 < 2 THEN 1 ELSE 2 + n % 99 END], 'Hello ' || n,
            '2025-01-01'::timestamptz + interval '1 day' * (n / 30)
                + interval '2800 seconds' * (n % 30),
            2, n % 10 = 5, ''
        FROM people, generate_series(0, 11999) AS n""")
    app.sql("ANALYZE posts")


def writer(app: Social, name: str) -> int:
    found = app.sql(
        "INSERT INTO users (username, email, password_hash)"
        " VALUES (%s, %s || '@example.org', 'x') RETURNING id",
        [name, name],
    )
    return int(found[0]["id"])


def write(
    app: Social,
    user: int,
    at: str,
    likes: int = 0,
    reposts: int = 0,
    replies: int = 0,
    *,
    is_hidden: bool = False,
) -> int:
    """A post whose counts are what they are said to be."""
    return int(app.sql(POST, [user, at, likes, reposts, replies, is_hidden])[0]["id"])


def sent(user: int, first: str, end: str, zone: str) -> dict[str, Any]:
    return {"user_id": user, "first_day": first, "end_day": end, "zone": zone}


def told(user: int, first: str, end: str, zone: str) -> str:
    return f"your query, user_id={user}, first_day={first}, end_day={end}, zone={zone}"


def report(app: Social, user: int, first: str, end: str, zone: str = "UTC") -> list[Any]:
    return list(app.ask(**sent(user, first, end, zone)))


def number(value: Any) -> Decimal | None:
    """The value as a number; None when it is none."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return None if found.is_nan() else found


def by_day(rows: list[Any]) -> dict[str, Any]:
    """The rows by their days; whatever carries a day says it first."""
    return {str(row["day"])[:10]: row for row in rows}


def earned(rows: list[Any], wanted: dict[str, Any], column: str, said: str, look: str) -> None:
    """These days have these numbers in the column."""
    found = by_day(rows)
    for day, value in wanted.items():
        row = found.get(day)
        if row is None:
            raise CheckFailed(
                f"a row for {day}", f"rows for {', '.join(found) or 'no day'}", said, look
            )
        expect.that(
            number(row[column]) == Decimal(str(value)),
            f"{column} of {day}: {value}",
            f"{row[column]}; all of the row: {expect.show(row)}",
            sent=said,
            look=look,
        )


@check(points=2, runs="social", on=quiet)
def gives_every_day(app: Social) -> None:
    """Every day has a row, in order; a day without posts has zeros, as has a user without any."""
    user = writer(app, "every_other_day")
    for day in ("2026-02-27", "2026-03-01"):
        write(app, user, f"{day} 12:00Z", 3)
    for who, year, zeros in (
        (user, 2026, ["2026-02-28", "2026-03-02"]),
        (writer(app, "never"), 2025, ["2025-02-27", "2025-02-28", "2025-03-01", "2025-03-02"]),
    ):
        asked = (who, f"{year}-02-27", f"{year}-03-03", "UTC")
        # Whether the end has a row, another check asks.
        rows = [row for row in report(app, *asked) if str(row["day"])[:10] < f"{year}-03-03"]
        wanted = [date(year, 2, 27) + timedelta(n) for n in range(4)]
        expect.that(
            [row["day"] for row in rows] == wanted and type(rows[0]["day"]) is date,
            "a row for each of " + ", ".join(map(str, wanted)) + ", `day` being a date",
            expect.show([row["day"] for row in rows]),
            sent=told(*asked),
            look="where the days come from: the posts do not know of days without posts",
        )
        for column in (*COUNTS, "likes_per_post"):
            earned(
                rows,
                dict.fromkeys(zeros, 0),
                column,
                told(*asked),
                "what a LEFT JOIN gives where there is nothing",
            )


@check(points=1, runs="social", on=quiet)
def leaves_the_end_out(app: Social) -> None:
    """A week has seven rows: end_day is left out, and the day before is in to its last moment."""
    user = writer(app, "at_the_edges")
    for at, likes in (
        ("2026-05-03 23:59:59.999999Z", 1),
        ("2026-05-04 00:00Z", 10),
        ("2026-05-10 23:59:59.999999Z", 100),
        ("2026-05-11 00:00Z", 1000),
    ):
        write(app, user, at, likes)
    asked = (user, "2026-05-04", "2026-05-11", "UTC")
    rows = report(app, *asked)
    outside = [day for day in by_day(rows) if not "2026-05-04" <= day <= "2026-05-10"]
    expect.that(
        not outside,
        "rows from 2026-05-04 to 2026-05-10",
        f"a row for {', '.join(outside)}, too",
        sent=told(*asked),
        look="whether end_day has a row",
    )
    earned(
        rows,
        {"2026-05-04": 10, "2026-05-10": 100},
        "like_count",
        told(*asked),
        "posts of the very first and the very last moment",
    )
    expect.equal(
        len(report(app, user, "2026-05-04", "2026-05-04")), 0, "rows from a day until before it"
    )


@check(points=2, runs="social", on=quiet)
def adds_up(app: Social) -> None:
    """A day adds up the counts of all posts of the user, replies among them, and nobody else's."""
    user, other = writer(app, "adds_up"), writer(app, "other")
    root = write(app, other, "2026-04-02 09:00Z", 1000, 1000, 1000)
    write(app, user, "2026-04-02 10:00Z", 1, 20, 0)
    write(app, user, "2026-04-02 10:00Z", 1, 0, 300)
    app.sql(
        "INSERT INTO posts (user_id, content, parent_post_id, thread_root_id, created_at)"
        " VALUES (%s, 'Yes', %s, %s, '2026-04-02 11:00Z')",
        [user, root, root],
    )
    write(app, user, "2026-04-03 10:00Z", 4, 5, 6)
    asked = (user, "2026-04-02", "2026-04-04", "UTC")
    rows = report(app, *asked)
    for column, first, second in (
        ("post_count", 3, 1),
        ("like_count", 2, 4),
        ("repost_count", 20, 5),
        ("reply_count", 300, 6),
        ("likes_per_post", "0.67", 4),
    ):
        earned(
            rows,
            {"2026-04-02": first, "2026-04-03": second},
            column,
            told(*asked),
            "which posts are counted, and in what kind of numbers is divided",
        )


@check(points=1, runs="social", on=quiet)
def leaves_out_what_is_hidden(app: Social) -> None:
    """Hidden posts earn nothing; a day that has only hidden ones is a day without posts."""
    user = writer(app, "hides")
    write(app, user, "2026-08-02 10:00Z", 7)
    write(app, user, "2026-08-02 12:00Z", 100, is_hidden=True)
    write(app, user, "2026-08-03 12:00Z", 100, 5, is_hidden=True)
    asked = (user, "2026-08-02", "2026-08-05", "UTC")
    rows = report(app, *asked)
    earned(rows, {"2026-08-02": 1}, "post_count", told(*asked), "is_hidden")
    earned(rows, {"2026-08-02": 7}, "like_count", told(*asked), "is_hidden")
    for row in rows:
        if str(row["day"])[:10] == "2026-08-03":
            earned([row], {"2026-08-03": 0}, "post_count", told(*asked), "is_hidden")


@check(points=2, runs="social", on=quiet)
def has_the_days_of_the_zone(app: Social) -> None:
    """A day goes from midnight to midnight of the zone, east or west, also where it is off by 45
    minutes."""
    user = writer(app, "travels")
    for zone, before, first, last, after in (
        (
            "Asia/Kathmandu",
            "2026-06-09 18:14Z",
            "2026-06-09 18:15Z",
            "2026-06-11 18:14Z",
            "2026-06-11 18:15Z",
        ),
        (
            "America/Los_Angeles",
            "2026-07-10 06:59Z",
            "2026-07-10 07:00Z",
            "2026-07-12 06:59Z",
            "2026-07-12 07:00Z",
        ),
    ):
        for at, likes in ((before, 1), (first, 10), (last, 100), (after, 1000)):
            write(app, user, at, likes)
        month = first[:7]
        asked = (user, f"{month}-10", f"{month}-12", zone)
        wanted = {f"{month}-10": 10, f"{month}-11": 100}
        look = "in which zone it is midnight at each end, and in which zone a post has its day"
        earned(report(app, *asked), wanted, "like_count", told(*asked), look)


@check(points=2, runs="social", on=quiet)
def has_days_of_23_and_25_hours(app: Social) -> None:
    """The days on which clocks are changed are as long as they are."""
    user = writer(app, "wakes_early")
    # Berlin: the 29th of March ends at 22:00Z, the 25th of October lasts from 22:00Z to 23:00Z.
    for at, likes in (
        ("2026-03-28 23:30Z", 1),
        ("2026-03-29 21:30Z", 2),
        ("2026-03-29 22:30Z", 10),
        ("2026-03-30 21:30Z", 20),
        ("2026-10-24 22:30Z", 1),
        ("2026-10-25 22:30Z", 2),
        ("2026-10-25 23:30Z", 10),
        ("2026-10-26 22:30Z", 20),
    ):
        write(app, user, at, likes)
    for first, second, end in (
        ("2026-03-29", "2026-03-30", "2026-03-31"),
        ("2026-10-25", "2026-10-26", "2026-10-27"),
    ):
        asked = (user, first, end, BERLIN)
        earned(
            report(app, *asked),
            {first: 3, second: 30},
            "like_count",
            told(*asked),
            "whether a day is 24 hours, or from one midnight to the next",
        )


@check(points=1, runs="social", on=quiet, hidden=True)
def is_the_same_in_any_session(app: Social) -> None:
    """Sessions in Kiribati and in Honolulu get the same rows."""
    app.sql(IN_ZONE)
    user = writer(app, "is_everywhere")
    for at in (
        "2026-08-09 21:59Z",
        "2026-08-09 22:01Z",
        "2026-08-10 09:00Z",
        "2026-08-10 21:59Z",
        "2026-08-11 11:00Z",
        "2026-08-11 21:59Z",
        "2026-08-11 22:01Z",
    ):
        write(app, user, at, 1)
    parameters = sent(user, "2026-08-10", "2026-08-12", BERLIN)
    app.ask(**parameters)  # it is one statement that PostgreSQL takes
    statement = app.sql.filled(app.answer, parameters)
    found = {}
    for session in ("UTC", "Pacific/Kiritimati", "Pacific/Honolulu"):
        rows = app.sql("SELECT asked AS row FROM asked_in(%s, %s) AS asked", [session, statement])
        found[session] = [
            (str(row["row"].get("day"))[:10], row["row"].get("like_count")) for row in rows
        ]
    for session, rows in found.items():
        expect.equal(
            rows,
            found["UTC"],
            f"days and likes in a session of {session}, as in one of UTC",
            look="casts between timestamptz and date or timestamp: they ask the session",
        )


@check(points=2, runs="social", on=archive)
def reads_only_its_days(app: Social) -> None:
    """A week of a user with 8,000 posts reads at most 2,000 rows of posts."""
    user = int(app.sql("SELECT id FROM users WHERE username = 'u1'")[0]["id"])
    asked = (user, "2025-10-06", "2025-10-13", "UTC")
    days = {str(date(2025, 10, 6) + timedelta(n)): 18 for n in range(7)}
    earned(report(app, *asked), days, "post_count", told(*asked), "which posts are counted")
    plan = app.explain(parameters=sent(*asked))
    rows = plan.rows_read("posts")
    expect.that(
        0 < rows <= MOST_ROWS,
        f"at most {MOST_ROWS} rows of posts are read",
        f"{rows}, kept or thrown away:\n{plan.text}",
        sent=told(*asked),
        look="Index Cond and Filter: a bound of time belongs to the first",
    )
