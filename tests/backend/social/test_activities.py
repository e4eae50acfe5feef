"""Activities lie in partitions by week, and are kept for 90 days."""

import psycopg2
import pytest
from psycopg2.extras import Json
from social_partitions import holds, partitions, without_partitions

INSERT = """
    INSERT INTO activities (user_id, activity_type, created_at)
    VALUES (%s, 'login', %s) RETURNING tableoid::regclass::text
"""


@pytest.fixture
def bare(db):
    without_partitions(db, "activities")
    return db


@pytest.fixture
def add(db, add_user):
    user = add_user()

    def add(**columns):
        columns = {"user_id": user, "activity_type": "login", **columns}
        names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
        db.rows(f"INSERT INTO activities ({names}) VALUES ({marks})", *columns.values())

    return add


def create(db, first, last):
    return db.value("SELECT create_activity_partitions(%s, %s)", first, last)


def drop(db, kept, at):
    return db.value("SELECT drop_old_activities(%s, %s)", kept, at)


def test_this_week_and_the_next_four_are_there(db):
    wanted = db.rows(
        "SELECT to_char(date_trunc('week', now() AT TIME ZONE 'UTC') + n * interval '7 days',"
        " 'YYYY_MM_DD') FROM generate_series(0, 4) AS n"
    )
    assert partitions(db, "activities") == [name for (name,) in wanted]


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/New_York"])
def test_weeks_begin_on_mondays_of_utc(bare, zone):
    bare.rows(
        "SELECT set_config('timezone', %s, true), set_config('datestyle', 'German', true)", zone
    )
    # A Sunday and the Monday after it; the clocks of New York change on that Sunday.
    assert create(bare, "2026-03-08T23:59Z", "2026-03-09T00:00Z") == 2
    assert partitions(bare, "activities") == ["2026_03_02", "2026_03_09"]
    bare.rows("SET LOCAL datestyle = 'ISO'")
    assert holds(bare, "activities_2026_03_02") == ["2026-03-02 00:00", "2026-03-09 00:00"]


def test_a_week_over_the_end_of_a_year_is_one(bare, add_user):
    user = add_user()
    assert create(bare, "2025-12-31T12:00Z", "2026-01-04T12:00Z") == 1
    assert create(bare, "2025-12-29T00:00Z", "2026-01-04T23:59Z") == 0
    for time in ("2025-12-29T00:00Z", "2026-01-04T23:59:59.999999Z", "2026-01-05T00:30+01:00"):
        assert bare.value(INSERT, user, time) == "activities_2025_12_29"
    with pytest.raises(psycopg2.errors.CheckViolation, match="no partition"):
        bare.rows(INSERT, user, "2026-01-05T00:00Z")


def test_a_week_goes_when_its_last_row_is_too_old(bare, add_user):
    user = add_user()
    create(bare, "2026-01-05T00:00Z", "2026-01-12T00:00Z")
    bare.rows(INSERT, user, "2026-01-11T23:59Z")
    assert drop(bare, "90 days", "2026-04-11T23:59Z") == 0
    assert drop(bare, "90 days", "2026-04-12T00:00Z") == 1
    assert partitions(bare, "activities") == ["2026_01_12"]
    assert drop(bare, "90 days", "2026-04-12T00:00Z") == 0


def test_ninety_days_and_now_unless_said(db):
    db.rows("SELECT create_activity_partitions(now() - interval '120 days', now())")
    kept = db.rows(
        "SELECT to_char(week, 'YYYY_MM_DD') FROM generate_series("
        "date_trunc('week', (now() - interval '90 days') AT TIME ZONE 'UTC'),"
        "now() AT TIME ZONE 'UTC' + interval '28 days', interval '7 days') AS week"
    )
    db.rows("SELECT drop_old_activities()")
    assert partitions(db, "activities") == [name for (name,) in kept]


@pytest.mark.parametrize(
    "call",
    [
        "drop_old_activities('-90 days')",
        "drop_old_activities('0')",
        "drop_old_activities(NULL)",
        "drop_old_activities('90 days', NULL)",
        "drop_old_activities('90 days', 'infinity')",
        "create_activity_partitions(NULL, now())",
        "create_activity_partitions(now(), 'infinity')",
        "create_activity_partitions('-infinity', now())",
    ],
)
def test_what_makes_no_sense_is_an_error(db, call):
    with pytest.raises(psycopg2.errors.InvalidParameterValue):
        db.rows(f"SELECT {call}")


def test_two_jobs_at_once_make_a_week_once(db, open_session, start_waiting):
    assert create(db, "2001-01-01T00:00Z", "2001-01-01T00:00Z") == 1
    late = start_waiting(
        open_session(), "SELECT create_activity_partitions('2001-01-01Z', '2001-01-08Z')"
    )
    db.commit()
    assert late.result(30) == [(1,)]
    assert drop(db, "1 day", "2001-02-01T00:00Z") == 2
    db.commit()


def test_what_an_activity_holds(db, add, add_user):
    add()
    add(activity_type="post_viewed", details=Json({"post_id": 7, "ü": None}), ip_address="10.0.0.1",
        user_agent="Browser/1.0")  # fmt: skip
    add(ip_address="2001:db8::1")
    assert db.rows("SELECT host(ip_address) FROM activities WHERE ip_address << '10.0.0.0/8'") == [
        ("10.0.0.1",)
    ]
    assert db.value("SELECT count(*) FROM activities WHERE details @> '{\"post_id\": 7}'") == 1


@pytest.mark.parametrize(
    ("constraint", "column", "values"),
    [
        ("type", "activity_type", ["", "Login", "post viewed", "_a", "a" * 51, "a\n", "ä"]),
        ("details", "details", [Json([]), Json("a"), Json(None)]),
        ("ip_address", "ip_address", ["10.0.0.0/8", "2001:db8::/32", "10.0.0.1/31"]),
        ("user_agent", "user_agent", ["a" * 1001]),
    ],
)
def test_what_a_column_refuses(db, add, constraint, column, values):
    add()
    for value in values:
        db.refuses(f"activities_{constraint}_check", f"UPDATE activities SET {column} = %s", value)


def test_they_go_with_the_user(db, add, add_user):
    add()
    db.rows("DELETE FROM users")
    assert db.value("SELECT count(*) FROM activities") == 0
