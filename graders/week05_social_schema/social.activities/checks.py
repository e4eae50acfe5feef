"""Activities are judged by what the table takes, where its rows lie, and when a week of them goes.

Weeks are long ago, so that none depends on today; only two checks ask for what is now. Who drops
does so in a transaction that is rolled back, and in years before those of all other checks: nothing
else is older.
"""

from __future__ import annotations

import contextlib
from concurrent.futures import wait
from typing import Any

from workbench.checking import Refused, Session, Social, check, expect

INSERT = "INSERT INTO activities (user_id, activity_type, created_at) VALUES (%s, %s, %s)"
WHERE = f"{INSERT} RETURNING tableoid::regclass::text AS lies_in"
CREATE = "SELECT create_activity_partitions(%s::timestamptz, %s::timestamptz) AS made"
DROP = "SELECT drop_old_activities(%s::interval, %s::timestamptz) AS dropped"

FOREIGN_KEY, NO_PARTITION, LOCKED, TOO_LATE = "23503", "23514", "55P03", "57014"

#: A statement of the session that has waited for one lock for 5 seconds, and began to wait at once.
WAITS_TOO_LONG = """
    SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE pid = %s AND NOT granted
        AND now() - waitstart >= interval '5 s'
        AND waitstart - query_start <= interval '0.4 s'
"""

#: Rows of each busy week, and how many a page of one user may read.
A_WEEK, MOST_READ = 2500, 100


def people(app: Social) -> None:
    """Users 1 to 40."""
    app.sql(
        "INSERT INTO users (username, email, password_hash)"
        " SELECT 'user_' || n, n || '@example.org', '!' FROM generate_series(1, 40) AS n"
    )


def week(monday: str) -> tuple[str, list[Any]]:
    """The statement that makes this week by hand, under the name that the text asks for."""
    name = f"activities_{monday.replace('-', '_')}"
    statement = (
        f"CREATE TABLE {name} PARTITION OF activities"
        " FOR VALUES FROM (%s) TO (%s::timestamptz + '7 days')"
    )
    return statement, [f"{monday}T00:00Z", f"{monday}T00:00Z"]


def make(app: Social, monday: str) -> None:
    """A week made by hand: not every check is about the function. Where there are no partitions,
    none is needed."""
    with contextlib.suppress(Refused):
        app.sql.attempt(*week(monday))


def tried(app: Social, statement: str, values: list[Any]) -> str:
    """The SQLSTATE with which it is refused; "" when it is taken."""
    try:
        app.sql.attempt(statement, values)
    except Refused as error:
        return error.code
    return ""


def lie_where_they_belong(app: Social, wanted: dict[str, str], look: str) -> None:
    for at, partition in wanted.items():
        try:
            got = str(app.sql.attempt(WHERE, [1, "login", at])[0]["lies_in"])
        except Refused as error:
            got = "no partition" if error.code == NO_PARTITION else str(error)
        claim = (
            f"an activity of {at} lies in {partition}"
            if partition != "no partition"
            else f"there is no partition for {at}: 23514"
        )
        expect.that(got == partition, claim, got, look=look)


def keeps(app: Social, column: str, kind: str, good: list[Any], bad: list[Any], at: str) -> None:
    """The column takes these values, and refuses those."""
    insert = (
        f"INSERT INTO activities (user_id, activity_type, {column}, created_at)"
        f" VALUES (2, 'login', %s::{kind}, %s)"
    )
    if column == "activity_type":
        insert = "INSERT INTO activities (user_id, activity_type, created_at) VALUES (2, %s, %s)"
    for value in good:
        code = tried(app, insert, [value, at])
        expect.that(
            code == "",
            f"{column} takes {expect.show(value)}",
            f"it is refused: {code}",
            sent=app.sql.written_out(insert, [value, at]),
        )
    for value in bad:
        code = tried(app, insert, [value, at])
        expect.that(
            code != "",
            f"{column} refuses {expect.show(value)}",
            "the database took it",
            sent=app.sql.written_out(insert, [value, at]),
        )


@check(points=1, runs="social", on=people)
def keeps_what_was_done(app: Social) -> None:
    """An activity numbers itself, and has `{}` for its details and no address unless they are
    said."""
    make(app, "2010-01-04")
    found = [
        app.sql(f"{INSERT} RETURNING *", [3, kind, "2010-01-05T12:00Z"])[0]
        for kind in ("login", "search")
    ]
    wanted = {"user_id": 3, "details": {}, "ip_address": None, "user_agent": None}
    for row in found:
        expect.equal({name: row[name] for name in wanted}, wanted, "the new row")
        expect.that(row["id"] is not None, "an id that the table gives", "NULL")
    expect.that(found[0]["id"] != found[1]["id"], "two ids", "the same one twice")


@check(points=2, runs="social", on=people)
def names_what_was_done(app: Social) -> None:
    """A kind is 1 to 50 small letters and underscores, a letter first; a program's name has at most
    1000 characters."""
    make(app, "2010-02-01")
    at = "2010-02-02T12:00Z"
    keeps(
        app,
        "activity_type",
        "text",
        ["login", "a", "post_viewed", "x_", "a" * 50],
        ["", "Login", "LOGIN", "post viewed", "_a", "log-in", "a1", "a" * 51, "ä", "a\n", None],
        at,
    )
    keeps(app, "user_agent", "text", ["Browser/1.0", "ü" * 1000, None], ["a" * 1001], at)


@check(points=2, runs="social", on=people)
def knows_machines(app: Social) -> None:
    """An address is that of one machine, IPv4 or IPv6, and is found by its network."""
    make(app, "2010-03-01")
    at = "2010-03-02T12:00Z"
    keeps(
        app,
        "ip_address",
        "inet",
        ["10.1.2.3", "10.0.0.0/32", "255.255.255.255", "2001:db8::1", "::1/128", None],
        [
            "10.0.0.0/8",
            "10.0.0.1/31",
            "0.0.0.0/0",
            "2001:db8::/32",
            "2001:db8::1/127",
            "10.1.2.3.4",
        ],
        at,
    )
    found = app.sql(
        "SELECT host(ip_address) AS one FROM activities WHERE ip_address << inet '10.0.0.0/8'"
        " AND created_at = %s ORDER BY ip_address",
        [at],
    )
    expect.equal(
        [row["one"] for row in found],
        ["10.0.0.0", "10.1.2.3"],
        "addresses in 10.0.0.0/8",
        look="the type of ip_address",
    )


@check(points=2, runs="social", on=people)
def holds_details(app: Social) -> None:
    """Details are a JSON object, whatever is in it, and are found by what they contain."""
    make(app, "2010-04-05")
    at = "2010-04-06T12:00Z"
    keeps(
        app,
        "details",
        "jsonb",
        [
            "{}",
            '{"post_id": 7, "at": {"x": [1, null]}}',
            '{"post_id": 77}',
            '{"ü": null}',
            '{"": 7}',
        ],
        ["[]", '[{"post_id": 7}]', '"post_id"', "7", "true", "null", "{", None],
        at,
    )
    found = app.sql(
        "SELECT details->>'post_id' AS post FROM activities"
        " WHERE details @> '{\"post_id\": 7}' AND created_at = %s",
        [at],
    )
    expect.equal(
        [row["post"] for row in found],
        ["7"],
        'the posts of what contains {"post_id": 7}',
        look="the type of details",
    )


@check(points=1, runs="social", on=people)
def goes_with_its_user(app: Social) -> None:
    """It belongs to a user who exists (23503), and goes when the user does."""
    make(app, "2010-05-03")
    at = "2010-05-04T12:00Z"
    for user in (30, 30, 31):
        app.sql(INSERT, [user, "login", at])
    expect.equal(
        tried(app, INSERT, [999999, "login", at]), FOREIGN_KEY, "the SQLSTATE for an unknown user"
    )
    expect.that(
        bool(tried(app, INSERT, [None, "login", at])),
        "the database refuses nobody's activity",
        "it took it",
    )
    app.sql("DELETE FROM users WHERE id = 30")
    left = app.sql("SELECT user_id FROM activities WHERE created_at = %s", [at])
    expect.equal([row["user_id"] for row in left], [31], "whose activities are left")


@check(points=3, runs="social", on=people)
def lies_by_week(app: Social) -> None:
    """`create_activity_partitions` makes all weeks between two times that are missing, from Monday
    to Sunday, and says how many."""
    for first, last, made in (
        ("2019-12-31T12:00Z", "2020-01-05T23:59Z", 1),
        ("2019-03-10T23:59Z", "2019-03-11T00:00Z", 2),
        ("2019-05-15T00:00Z", "2019-05-15T00:00Z", 1),
        ("2019-05-08T18:00Z", "2019-05-20T06:00Z", 2),
        ("2019-05-06T00:00Z", "2019-05-26T23:59Z", 0),
        ("2018-06-11T00:00Z", "2018-06-10T23:59Z", 0),
        ("2018-08-15T00:00Z", "2018-08-14T23:59Z", 1),
    ):
        got = app.sql(CREATE, [first, last])[0]["made"]
        expect.equal(
            got,
            made,
            f"weeks that it made from {first} to {last}",
            look="in which weeks the two times lie, and which of those are there",
        )
    lie_where_they_belong(
        app,
        {
            "2019-12-29T23:59:59.999999Z": "no partition",
            "2019-12-30T00:00Z": "activities_2019_12_30",
            "2020-01-05T23:59:59.999999Z": "activities_2019_12_30",
            "2020-01-06T00:59+01:00": "activities_2019_12_30",
            "2020-01-06T00:00Z": "no partition",
            "2019-03-10T12:00Z": "activities_2019_03_04",
            "2019-03-11T00:00Z": "activities_2019_03_11",
            "2019-05-06T00:00Z": "activities_2019_05_06",
            "2019-05-13T00:00Z": "activities_2019_05_13",
            "2019-05-26T23:59:59.9Z": "activities_2019_05_20",
            "2018-06-11T00:00Z": "no partition",
        },
        look="the day on which a week begins",
    )


@check(points=2, runs="social", on=people)
def is_made_once(app: Social) -> None:
    """Two jobs that make weeks at the same time: none fails, and each week is made once."""
    first, second = app.session(), app.session()
    wanted = ["2001-01-01T00:00Z", "2001-01-08T00:00Z"]
    with first.transaction():
        made = first(CREATE, [wanted[0], wanted[0]])[0]["made"]
        later = second.try_out(CREATE, wanted)
    code = later.result()
    if code == LOCKED:  # it did not want to wait: the next run makes the rest
        code = tried(app, CREATE, wanted)
    expect.equal(
        code,
        "",
        "the SQLSTATE of the second job, which began before the first had ended",
        look="what the second one sees, and when it looks",
    )
    expect.equal(made, 1, "weeks that the first one made")
    lie_where_they_belong(
        app,
        {
            "2001-01-02T00:00Z": "activities_2001_01_01",
            "2001-01-09T00:00Z": "activities_2001_01_08",
        },
        look="",
    )


@check(points=3, runs="social", on=people)
def goes_when_all_is_too_old(app: Social) -> None:
    """`drop_old_activities` drops a week as soon as its last moment is too old, and no sooner: the
    table is gone."""
    job = app.session()
    weeks = ["1995-01-02", "1995-01-09", "1995-01-16"]
    look = "which end of a week is compared, and with what"
    job("BEGIN")
    try:
        for monday, at in zip(
            weeks, ["01-08T23:59:59Z", "01-10T12:00Z", "01-16T00:00Z"], strict=True
        ):
            job(*week(monday))
            job(INSERT, [4, "login", f"1995-{at}"])
        for kept, at, left in (
            ("90 days", "1995-04-08T23:59:59Z", 3),
            ("90 days", "1995-04-09T00:00Z", 2),
            ("90 days", "1995-04-09T00:00Z", 2),
            ("30 days", "1995-02-14T12:00Z", 2),
            ("720:00:00", "1995-02-22T00:00Z", 0),
        ):
            before = len(there(job, weeks))
            got = job(DROP, [kept, at])[0]["dropped"]
            expect.equal(
                there(job, weeks),
                weeks[3 - left :],
                f"weeks that are there at {at}, when {kept} are kept",
                look=look,
            )
            expect.equal(
                got,
                before - left,
                f"weeks that it dropped at {at}, when {kept} are kept",
                look=look,
            )
    finally:
        job("ROLLBACK")


def there(sql: Session, mondays: list[str]) -> list[str]:
    """The weeks of these whose tables exist."""
    rows = sql(
        "SELECT monday FROM unnest(%s) AS monday"
        " WHERE to_regclass('public.activities_' || replace(monday, '-', '_')) IS NOT NULL"
        " ORDER BY monday",
        [mondays],
    )
    return [str(row["monday"]) for row in rows]


@check(points=1, runs="social", on=people)
def keeps_ninety_days(app: Social) -> None:
    """Unless said, 90 days before now are kept."""
    job = app.session()
    mondays = [
        str(row["monday"])
        for row in job(
            "SELECT to_char(date_trunc('week',"
            " now() AT TIME ZONE 'UTC' - days * interval '1 day'), 'YYYY-MM-DD')"
            " AS monday FROM unnest('{120,80}'::int[]) AS days ORDER BY monday"
        )
    ]
    for call in ("drop_old_activities()", "drop_old_activities('90 days')"):
        job("BEGIN")
        try:
            for monday in mondays:
                job(*week(monday))
            job(f"SELECT {call}")
            expect.equal(
                there(job, mondays),
                mondays[1:],
                f"weeks that are there after {call}, of those 120 and 80 days ago",
            )
        finally:
            job("ROLLBACK")
    one = "1995-01-02"
    for at, left in (("1995-04-08T12:00Z", [one]), ("1995-04-09T12:00Z", [])):
        job("BEGIN")
        try:
            job(*week(one))
            call = f"drop_old_activities(at => '{at}')"
            job(f"SELECT {call}")
            expect.equal(there(job, [one]), left, f"weeks that are there after {call}")
        finally:
            job("ROLLBACK")


@check(points=2, runs="social", on=people, hidden=True)
def means_utc(app: Social) -> None:
    """A week is one of UTC and a day is 24 hours, whatever the session's time zone is."""
    for zone, monday, sunday, after in (
        ("Pacific/Kiritimati", "2015-03-02", "2015-03-08", "2015-03-09"),
        ("America/New_York", "2018-10-29", "2018-11-04", "2018-11-05"),
        ("Pacific/Pago_Pago", "2016-03-07", "2016-03-13", "2016-03-14"),
    ):
        app.sql(f"SET timezone = '{zone}'; {CREATE}", [f"{monday}T00:00Z", f"{sunday}T23:59Z"])
        name = f"activities_{monday.replace('-', '_')}"
        lie_where_they_belong(
            app,
            {
                f"{monday}T00:00Z": name,
                f"{sunday}T23:59:59Z": name,
                f"{after}T00:00Z": "no partition",
            },
            look=f"when it is Monday in a session whose time zone is {zone}",
        )
    job = app.session()
    monday = "1996-03-11"  # in Berlin, clocks change before the ninety days are over
    for at, left in (("1996-06-15T23:30:00Z", [monday]), ("1996-06-16T00:00Z", [])):
        job("BEGIN")
        try:
            job(*week(monday))
            job(f"SET LOCAL timezone = 'Europe/Berlin'; {DROP}", ["90 days", at])
            expect.equal(
                there(job, [monday]),
                left,
                f"weeks that are there at {at} in Berlin's time zone",
                look="how long 90 days are when the clocks change",
            )
        finally:
            job("ROLLBACK")


@check(points=1, runs="social", on=people, hidden=True)
def cannot_run_wild(app: Social) -> None:
    """No time to be kept, less than none, and an endless time are errors: nothing is dropped."""
    job = app.session()
    for kept, at in (("0", "1997-06-01Z"), ("-90 days", "1997-06-01Z"), ("90 days", "infinity")):
        job("BEGIN")
        try:
            code = job.try_out(DROP, [kept, at]).result()
        finally:
            job("ROLLBACK")
        expect.that(
            code != "",
            "an error",
            "it dropped what it found",
            sent=job.written_out(DROP, [kept, at]),
            look="a slip of the sign",
        )


@check(points=3, runs="social")
def gives_up(app: Social) -> None:
    """While somebody reads activities in a transaction that stays open, dropping fails with 55P03
    within 5 seconds, and drops nothing."""
    people(app)
    old = ["1985-01-07", "1985-01-14"]
    for monday in old:
        make(app, monday)
        app.sql(INSERT, [5, "login", f"{monday}T12:00Z"])
    reader, job = app.session(), app.session()
    reader("BEGIN")
    reader("SELECT count(*) FROM activities")
    try:
        code = gave_up_with(app, job)
    finally:
        reader("ROLLBACK")
    expect.that(
        code == LOCKED,
        "the SQLSTATE 55P03 (lock_not_available), after 5 seconds at most",
        {
            "": "it did not wait for the reader",
            TOO_LATE: "it still waited when the session lost patience",
        }.get(code, code),
        sent=job.written_out(DROP, ["90 days", "1986-01-01Z"]),
        look="who waits behind a job that waits, and which setting bounds that",
    )
    expect.equal(there(job, old), old, "weeks that are there after it gave up")
    expect.equal(
        job(DROP, ["90 days", "1986-01-01Z"])[0]["dropped"],
        2,
        "weeks dropped once the reader has gone",
    )
    expect.equal(there(job, old), [], "weeks that are there then")


def gave_up_with(app: Social, job: Session) -> str:
    """The SQLSTATE with which dropping ends while somebody reads; TOO_LATE when it waits for more
    than 5 seconds.

    The session's patience ends a little later than a wait of 5 seconds that begins at once. Where
    both ends are over, PostgreSQL tells the earlier one, however late it comes to look. So what is
    told counts, and no clock of ours: when a wait is seen that began at once, and was 5 seconds old
    while it still went on, and then patience is what ended, the job did not want to give up yet.
    When none is seen (the machine is too slow, or it tries again and again), patience is longer.
    """
    pid = job("SELECT pg_backend_pid() AS pid")[0]["pid"]
    code = TOO_LATE
    for patience in ("5.4 s", "8.5 s"):
        statement = f"SET statement_timeout = '{patience}'; {DROP}"
        later = job.try_out(statement, ["90 days", "1986-01-01Z"])
        too_long = False
        while not later.done():
            too_long = too_long or bool(app.sql(WAITS_TOO_LONG, [pid]))
            wait([later], 0.02)
        code = later.result()
        if code != TOO_LATE or too_long:
            break
    return code


@check(points=1, runs="social")
def finds_a_page(app: Social) -> None:
    """A user's newest page reads at most 100 rows of 5000."""
    people(app)
    for monday in ("2017-01-02", "2017-01-09"):
        make(app, monday)
        app.sql(
            "INSERT INTO activities (user_id, activity_type, created_at)"
            " SELECT CASE WHEN n %% 10 = 0 THEN 1 ELSE 2 + n %% 39 END, 'search',"
            " %s::timestamptz + n * interval '4 minutes' FROM generate_series(1, %s) AS n",
            [f"{monday}T00:00Z", A_WEEK],
        )
    app.sql("ANALYZE activities")
    page = "SELECT id FROM activities WHERE user_id = 1 ORDER BY created_at DESC, id DESC LIMIT 20"
    plan = app.explain(page)
    expect.equal(plan.rows, 20, "rows of the page")
    expect.that(
        plan.rows_read() <= MOST_READ,
        f"at most {MOST_READ} rows of activities are read",
        f"{plan.rows_read()}:\n{plan.text}",
        sent=page,
        look="which index finds these rows, and in their order",
    )


@check(points=1, runs="social", on=people)
def is_there_in_time(app: Social) -> None:
    """This week and the next four are there from the start; a row without a week is refused
    (23514)."""
    row = app.sql(
        "INSERT INTO activities (user_id, activity_type) VALUES (6, 'login')"
        " RETURNING abs(extract(epoch FROM clock_timestamp() - created_at)) < 60 AS now"
    )[0]
    expect.equal(row["now"], True, "whether created_at is now, unless said")
    # Five minutes ago: a week may have begun since the part was run.
    weeks = app.sql(
        "SELECT ((date_trunc('week', (now() - interval '5 minutes') AT TIME ZONE 'UTC')"
        " + n * interval '7 days' + interval '1 hour') AT TIME ZONE 'UTC')::text AS later"
        " FROM generate_series(1, 4) AS n"
    )
    for one in weeks:
        code = tried(app, INSERT, [6, "login", one["later"]])
        expect.equal(code, "", f"the SQLSTATE of an activity of {one['later']}")
    code = tried(app, INSERT, [6, "login", "1999-06-05T12:00Z"])
    expect.equal(code, NO_PARTITION, "the SQLSTATE of an activity of 1999, a year that nobody made")


@check(points=1, runs="social")
def is_built_on(app: Social) -> None:
    """The rest of the schema can be built on it."""
    app.complete()
