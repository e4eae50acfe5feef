"""Notifications are judged by what the table takes, where its rows lie, and what plans read.

Months are long ago, so that none depends on today; only `is_there_in_time` asks for the months from
now on. All but the checks of the function make their month themselves, under a name of their own.
What an answer that drops months does with those is up to it: it is asked to where there are none.
"""

from __future__ import annotations

import contextlib
from typing import Any

from workbench.checking import Refused, Social, check, expect

INSERT = """
    INSERT INTO notifications (user_id, actor_id, notification_type, post_id, created_at)
    VALUES (%s, %s, %s, %s, %s) RETURNING id, tableoid::regclass::text AS lies_in
"""
CREATE = "SELECT create_notification_partitions(%s::date, %s::date) AS made"
DROP = "SELECT drop_notification_partitions(%s::date) AS dropped"
COUNT = "SELECT count(*) AS n FROM notifications WHERE user_id = %s"

FOREIGN_KEY, UNIQUE, NO_PARTITION = "23503", "23505", "23514"

OVER = "which months end before that of the day begins, and what becomes of their tables"

#: Rows of each busy month, and how many a question about a few of them may read.
A_MONTH, MOST_READ = 2500, 100
BUSY = ("2018-01", "2018-02", "2018-03")


def people(app: Social) -> None:
    """Users 1 to 60, and a post of each of the first forty."""
    app.sql(
        "INSERT INTO users (username, email, password_hash)"
        " SELECT 'user_' || n, n || '@example.org', '!' FROM generate_series(1, 60) AS n"
    )
    app.sql(
        "INSERT INTO posts (user_id, content) SELECT n, 'Hello' FROM generate_series(1, 40) AS n"
    )


def busy(app: Social) -> None:
    """Three months with 2500 notifications each, two hundred of them for user 1."""
    app.sql(
        "INSERT INTO users (username, email, password_hash)"
        " SELECT 'user_' || n, n || '@example.org', '!' FROM generate_series(1, 500) AS n"
    )
    app.sql(
        "INSERT INTO posts (user_id, content) SELECT n, 'Hello' FROM generate_series(1, 500) AS n"
    )
    for month in BUSY:
        make(app, month)
        app.sql(
            "INSERT INTO notifications (user_id, actor_id, notification_type, post_id, created_at)"
            " SELECT CASE WHEN n %% 12 = 0 THEN 1 ELSE 2 + n * 7 %% 249 END, 251 + n * 11 %% 250,"
            " 'like', 1 + n * 13 %% 500, %s::timestamptz + n * interval '15 minutes'"
            " FROM generate_series(1, %s) AS n",
            [f"{month}-01T00:00Z", A_MONTH],
        )
    app.sql("ANALYZE notifications")


def make(app: Social, month: str) -> None:
    """A partition of this month, made by hand: not every check is about the function. Where there
    are no partitions, none is needed."""
    with contextlib.suppress(Refused):
        app.sql.attempt(
            f"CREATE TABLE by_hand_{month.replace('-', '_')} PARTITION OF notifications"
            " FOR VALUES FROM (%s) TO (%s::timestamptz + interval '1 month')",
            [f"{month}-01T00:00Z", f"{month}-01T00:00Z"],
        )


def tried(app: Social, statement: str, values: list[Any]) -> str:
    """The SQLSTATE with which it is refused; "" when it is taken."""
    try:
        app.sql.attempt(statement, values)
    except Refused as error:
        return error.code
    return ""


def lies_in(app: Social, at: str) -> str:
    """The table in which a new row of this time lies; "no partition" when there is none for it."""
    values = [1, 2, "follow", None, at]
    try:
        row = app.sql.attempt(INSERT, values)[0]
    except Refused as error:
        return "no partition" if error.code == NO_PARTITION else str(error)
    return str(row["lies_in"])


def lie_where_they_belong(app: Social, wanted: dict[str, str], look: str) -> None:
    for at, partition in wanted.items():
        got = lies_in(app, at)
        expect.that(
            got == partition,
            f"a notification of {at} lies in {partition}"
            if partition != "no partition"
            else f"there is no partition for {at}: 23514",
            got,
            look=look,
        )


@check(points=2, runs="social", on=people)
def keeps_what_happened(app: Social) -> None:
    """A notification of any of the five kinds is kept; it numbers itself, and nobody has read it
    yet."""
    make(app, "2010-01")
    ids = []
    for kind in ("like", "repost", "reply", "mention", "follow"):
        post = None if kind == "follow" else 3
        row = app.sql(INSERT, [1, 2, kind, post, f"2010-01-1{len(ids)}T12:00Z"])[0]
        ids.append(row["id"])
        expect.that(row["id"] is not None, "an id that the table gives", "NULL")
        kept = app.sql(
            "SELECT user_id, actor_id, notification_type::text AS kind, post_id, read_at"
            " FROM notifications"
            " WHERE id = %s",
            [row["id"]],
        )
        wanted = {"user_id": 1, "actor_id": 2, "kind": kind, "post_id": post, "read_at": None}
        expect.equal([dict(one) for one in kept], [wanted], "the rows with the new id")
    app.sql("UPDATE notifications SET read_at = '2010-01-20T08:00Z' WHERE id = %s", [ids[0]])
    unread = app.sql(
        "SELECT id FROM notifications WHERE user_id = 1 AND read_at IS NULL"
        " AND created_at < '2010-02-01' ORDER BY created_at"
    )
    expect.equal(
        [row["id"] for row in unread], ids[1:], "ids of what is unread, after one was read"
    )


@check(points=1, runs="social", on=people)
def has_a_key(app: Social) -> None:
    """Two notifications never share both their id and their time: 23505."""
    make(app, "2010-06")
    twice = (
        "INSERT INTO notifications (id, user_id, actor_id, notification_type, created_at)"
        " OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, 'follow', '2010-06-05T12:00Z')"
    )
    app.sql(twice, [900001, 5, 6])
    app.sql(twice, [900002, 5, 6])
    for user, actor in ((5, 6), (7, 8)):
        expect.equal(
            tried(app, twice, [900001, user, actor]),
            UNIQUE,
            f"the SQLSTATE of a second one with the id of user 5's, for user {user}",
            look="what a primary key of a partitioned table may consist of",
        )


@check(points=2, runs="social", on=people)
def refuses_what_cannot_be(app: Social) -> None:
    """What makes no sense is refused: another kind, a follow about a post, a like about none,
    oneself."""
    make(app, "2010-03")
    at = "2010-03-10T12:00Z"
    good = [7, 8, "like", 5, at]
    expect.equal(tried(app, INSERT, good), "", "the SQLSTATE of a like that is well")
    for what, values in {
        "a kind that is none of the five": [7, 8, "poke", 5, at],
        "a kind in capitals": [7, 8, "Like", 5, at],
        "no kind": [7, 8, None, 5, at],
        "a follow about a post": [7, 8, "follow", 5, at],
        "a like about no post": [7, 8, "like", None, at],
        "a repost about no post": [7, 8, "repost", None, at],
        "a reply about no post": [7, 8, "reply", None, at],
        "a mention about no post": [7, 8, "mention", None, at],
        "somebody told of what they did themselves": [7, 7, "like", 5, at],
        "a notification for nobody": [None, 8, "like", 5, at],
        "a notification of nobody's doing": [7, None, "like", 5, at],
    }.items():
        expect.that(
            bool(tried(app, INSERT, values)),
            f"the database refuses {what}",
            "it took it",
            sent=app.sql.written_out(INSERT, values),
        )
    expect.equal(tried(app, INSERT, good), "", "the SQLSTATE of a second like that is well")


@check(points=2, runs="social", on=people)
def goes_with_what_it_is_about(app: Social) -> None:
    """User, actor and post exist (23503), and a notification goes with any of the three."""
    make(app, "2010-05")
    at = "2010-05-10T12:00Z"
    good = [50, 51, "like", 40, at]
    app.sql(INSERT, good)
    for place, what in ((0, "user_id"), (1, "actor_id"), (3, "post_id")):
        values = [*good[:place], 999999, *good[place + 1 :]]
        expect.equal(tried(app, INSERT, values), FOREIGN_KEY, f"the SQLSTATE for an unknown {what}")
    app.sql(INSERT, [50, 52, "follow", None, at])
    app.sql(INSERT, [50, 53, "follow", None, at])
    app.sql(INSERT, [54, 50, "follow", None, at])
    for gone, mine, others in (
        ("DELETE FROM posts WHERE id = 40", 2, 1),
        ("DELETE FROM users WHERE id = 52", 1, 1),
        ("DELETE FROM users WHERE id = 54", 1, 0),
    ):
        app.sql(gone)
        got = [app.sql(COUNT, [user])[0]["n"] for user in (50, 54)]
        expect.equal(got, [mine, others], f"notifications that users 50 and 54 have after {gone}")


@check(points=3, runs="social", on=people)
def lies_by_month(app: Social) -> None:
    """`create_notification_partitions` makes every month from the first day's to the last day's,
    and each row lies in that of its instant."""
    app.sql(CREATE, ["2020-01-31", "2020-03-01"])
    app.sql(CREATE, ["2021-12-31", "2022-01-01"])
    lie_where_they_belong(
        app,
        {
            "2019-12-31T23:59:59Z": "no partition",
            "2020-01-01T00:00Z": "notifications_2020_01",
            "2020-01-31T23:59:59.999999Z": "notifications_2020_01",
            "2020-02-01T00:00Z": "notifications_2020_02",
            "2020-02-01T00:59+01:00": "notifications_2020_01",
            "2020-02-29T23:59:59.5Z": "notifications_2020_02",
            "2020-02-29T19:00-05:00": "notifications_2020_03",
            "2020-03-31T23:59:59.999999Z": "notifications_2020_03",
            "2020-04-01T00:00Z": "no partition",
            "2021-12-01T00:00Z": "notifications_2021_12",
            "2022-01-31T12:00Z": "notifications_2022_01",
        },
        look="which months there are between the two days, and where each begins and ends",
    )


@check(points=2, runs="social", on=people)
def makes_what_is_missing(app: Social) -> None:
    """It makes only months that are missing, says how many, and can be run again and again."""
    for first, last, made in (
        ("2012-02-10", "2012-02-20", 1),
        ("2012-01-31", "2012-03-01", 2),
        ("2012-01-01", "2012-03-31", 0),
        ("2012-02-29", "2012-02-29", 0),
        ("2012-12-31", "2013-02-01", 3),
        ("2014-03-01", "2014-02-28", 0),
        ("2014-05-20", "2014-05-05", 1),
    ):
        got = app.sql(CREATE, [first, last])[0]["made"]
        expect.equal(
            got,
            made,
            f"months that it made from {first} to {last}",
            look="in which months the two days lie, and which of those are there",
        )
        if first == "2012-02-10":
            app.sql(INSERT, [9, 10, "follow", None, "2012-02-15T12:00Z"])
    expect.equal(app.sql(COUNT, [9])[0]["n"], 1, "rows of February, which was there before")


@check(points=2, runs="social", on=people, hidden=True)
def means_utc(app: Social) -> None:
    """Months begin and end at midnight UTC, whatever the session's time zone is."""
    for zone, month, before, after in (
        ("Pacific/Kiritimati", "2015-03", "2015-02-28", "2015-04-01"),
        ("Pacific/Pago_Pago", "2016-03", "2016-02-29", "2016-04-01"),
        ("Europe/Berlin", "2017-03", "2017-02-28", "2017-04-01"),
    ):
        app.sql(f"SET timezone = '{zone}'; {CREATE}", [f"{month}-01", f"{month}-31"])
        name = f"notifications_{month.replace('-', '_')}"
        lie_where_they_belong(
            app,
            {
                f"{before}T23:59:59Z": "no partition",
                f"{month}-01T00:00Z": name,
                f"{month}-31T23:59:59Z": name,
                f"{after}T00:00Z": "no partition",
            },
            look=f"what a date is in a session whose time zone is {zone}",
        )


@check(points=2, runs="social")
def drops_what_is_over(app: Social) -> None:
    """`drop_notification_partitions` drops the months before that of the day, and says how many;
    the month of the day stays whole, whatever the session's time zone."""
    people(app)
    months = ("1995_01", "1995_02", "1995_03", "1995_04")
    for zone in ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
        job = app.session()
        job("BEGIN")
        try:
            for month, end in zip(months, (*months[1:], "1995_05"), strict=True):
                job(
                    f"CREATE TABLE notifications_{month} PARTITION OF notifications FOR VALUES"
                    f" FROM ('{month.replace('_', '-')}-01Z') TO ('{end.replace('_', '-')}-01Z')"
                )
            for at in ("1995-02-28T23:59:59Z", "1995-03-01T00:00Z", "1995-04-30T23:59:59Z"):
                job(INSERT, [17, 18, "follow", None, at])
            for day, dropped, left in (
                ("1995-01-31", 0, 3),
                ("1995-03-01", 2, 2),
                ("1995-03-31", 0, 2),
                ("1995-05-01", 2, 0),
            ):
                said = f"in a session with the time zone {zone}, for {day}"
                got = job(f"SET LOCAL timezone = '{zone}'; {DROP}", [day])[0]["dropped"]
                expect.equal(got, dropped, f"how many months it dropped {said}", look=OVER)
                rows = job(COUNT, [17])[0]["n"]
                expect.equal(rows, left, f"rows that are left {said}", look=OVER)
            there = job("SELECT relname FROM pg_class WHERE relname ~ '^notifications_1995_..$'")
            expect.equal(len(there), 0, "tables that are left of months that are over", look=OVER)
        finally:
            job("ROLLBACK")


@check(points=3, runs="social", on=people)
def is_made_while_others_work(app: Social) -> None:
    """While a month is being made, others read notifications and write them into months that are
    there."""
    make(app, "2002-01")
    job, other = app.session(), app.session()
    job("BEGIN")
    try:
        job(CREATE, ["2001-01-01", "2001-01-31"])
        job(INSERT, [11, 12, "follow", None, "2001-01-05T12:00Z"])
        asked, what = other.send(COUNT, [13]), "read"
        if not other.waits:
            asked.result()
            asked, what = other.send(INSERT, [13, 14, "follow", None, "2002-01-05T12:00Z"]), "write"
        waiting = other.waits
    finally:
        job("ROLLBACK")
    asked.result()
    expect.that(
        not waiting,
        "nobody waits for the transaction that makes a month",
        f"who would {what} notifications waits for it",
        sent=job.written_out(CREATE, ["2001-01-01", "2001-01-31"]),
        look="which lock each statement takes on the table whose partition it makes",
    )


@check(points=2, runs="social", on=busy)
def reads_one_month(app: Social) -> None:
    """A question about one month reads only the partition of that month."""
    homes = {
        month: app.sql(
            "SELECT tableoid::regclass::text AS name FROM notifications WHERE created_at = %s",
            [f"{month}-02T00:00Z"],
        )[0]["name"]
        for month in BUSY
    }
    plan = app.explain(
        "SELECT count(*) FROM notifications"
        " WHERE created_at >= '2018-02-01T00:00Z' AND created_at < '2018-03-01T00:00Z'"
    )
    read = {node.relation for node in plan.nodes if node.relation and node.loops}
    expect.that(
        len(set(homes.values())) == len(BUSY) and read == {homes["2018-02"]},
        "the plan reads the partition of February, and each month has its own",
        plan.text,
        look="PARTITION BY",
    )


@check(points=2, runs="social", on=busy)
def finds_without_searching(app: Social) -> None:
    """A user's newest page, all of one actor and all about one post: each reads at most 100 rows of
    7500."""
    page = (
        "SELECT id FROM notifications WHERE user_id = 1 ORDER BY created_at DESC, id DESC LIMIT 20"
    )
    for question, rows in (
        (page, 20),
        ("SELECT id FROM notifications WHERE actor_id = 300", 30),
        ("SELECT id FROM notifications WHERE post_id = 77", 15),
    ):
        plan = app.explain(question)
        expect.equal(plan.rows, rows, f"rows of {question}")
        expect.that(
            plan.rows_read() <= MOST_READ,
            f"at most {MOST_READ} rows of notifications are read",
            f"{plan.rows_read()}:\n{plan.text}",
            sent=question,
            look="which index finds these rows, and in their order",
        )


@check(points=2, runs="social", on=people)
def is_there_in_time(app: Social) -> None:
    """This month and the next three are there from the start; a row without a month is refused
    (23514)."""
    row = app.sql(
        "INSERT INTO notifications (user_id, actor_id, notification_type)"
        " VALUES (15, 16, 'follow')"
        " RETURNING abs(extract(epoch FROM clock_timestamp() - created_at)) < 60 AS now"
    )[0]
    expect.equal(row["now"], True, "whether created_at is now, unless said")
    # Five minutes ago: a month may have begun since the part was run.
    months = app.sql(
        "SELECT ((date_trunc('month', (now() - interval '5 minutes') AT TIME ZONE 'UTC')"
        " + n * interval '1 month' + interval '1 hour') AT TIME ZONE 'UTC')::text AS later"
        " FROM generate_series(1, 3) AS n"
    )
    for month in months:
        code = tried(app, INSERT, [15, 16, "follow", None, month["later"]])
        expect.equal(code, "", f"the SQLSTATE of a notification of {month['later']}")
    code = tried(app, INSERT, [15, 16, "follow", None, "1999-06-05T12:00Z"])
    expect.equal(
        code, NO_PARTITION, "the SQLSTATE of a notification of 1999, a year that nobody made"
    )


@check(points=1, runs="social")
def is_built_on(app: Social) -> None:
    """The rest of the schema can be built on it."""
    app.complete()
