"""Notifications lie in partitions by month, which are made ahead and dropped when they are old."""

import psycopg2
import pytest
from social_partitions import holds, partitions, without_partitions

INSERT = """
    INSERT INTO notifications (user_id, actor_id, notification_type, post_id, created_at)
    VALUES (%s, %s, %s, %s, coalesce(%s, now())) RETURNING tableoid::regclass::text
"""


@pytest.fixture
def bare(db):
    without_partitions(db, "notifications")
    return db


def create(db, first, last):
    return db.value("SELECT create_notification_partitions(%s, %s)", first, last)


def drop(db, oldest):
    return db.value("SELECT drop_notification_partitions(%s)", oldest)


def test_this_month_and_the_next_three_are_there(db):
    wanted = db.rows(
        "SELECT to_char((now() AT TIME ZONE 'UTC') + n * interval '1 month', 'YYYY_MM')"
        " FROM generate_series(0, 3) AS n"
    )
    assert partitions(db, "notifications") == [name for (name,) in wanted]


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2026-01-31", "2026-01-31", ["2026_01"]),
        ("2026-01-31", "2026-03-01", ["2026_01", "2026_02", "2026_03"]),
        ("2024-02-29", "2024-02-29", ["2024_02"]),
        ("2025-12-31", "2026-01-01", ["2025_12", "2026_01"]),
        ("2026-03-01", "2026-02-28", []),
    ],
)
def test_every_month_from_the_first_day_s_to_the_last_day_s(bare, first, last, months):
    assert create(bare, first, last) == len(months)
    assert partitions(bare, "notifications") == months


@pytest.mark.parametrize(
    "zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"]
)
@pytest.mark.parametrize("style", ["ISO", "SQL, DMY", "German", "Postgres, MDY"])
def test_months_are_those_of_utc_whatever_the_session_says(bare, zone, style):
    bare.rows(
        "SELECT set_config('timezone', %s, true), set_config('datestyle', %s, true)", zone, style
    )
    assert create(bare, "2026-03-01", "2026-03-31") == 1
    assert drop(bare, "2026-03-31") == 0
    assert bare.value("SHOW timezone") == zone
    bare.rows("SET LOCAL datestyle = 'ISO'")
    assert holds(bare, "notifications_2026_03") == ["2026-03-01 00:00", "2026-04-01 00:00"]
    bare.rows(
        "SELECT set_config('timezone', %s, true), set_config('datestyle', %s, true)", zone, style
    )
    assert drop(bare, "2026-04-01") == 1


def test_rows_go_to_the_month_of_their_instant(bare, add_user):
    ada, bob = add_user(), add_user()
    create(bare, "2026-01-01", "2026-02-01")
    for created_at, partition in (
        ("2026-01-31T23:59:59.999999Z", "notifications_2026_01"),
        ("2026-02-01T00:00Z", "notifications_2026_02"),
        ("2026-02-01T00:59+01:00", "notifications_2026_01"),
        ("2026-01-31T19:00-05:00", "notifications_2026_02"),
    ):
        assert bare.value(INSERT, ada, bob, "follow", None, created_at) == partition
    with pytest.raises(psycopg2.errors.CheckViolation, match="no partition"):
        bare.rows(INSERT, ada, bob, "follow", None, "2026-03-01T00:00Z")


def test_making_again_makes_only_what_is_missing(bare, add_user):
    ada, bob = add_user(), add_user()
    create(bare, "2026-02-01", "2026-02-01")
    bare.rows(INSERT, ada, bob, "follow", None, "2026-02-10T00:00Z")
    assert create(bare, "2026-01-01", "2026-03-31") == 2
    assert create(bare, "2026-01-01", "2026-03-31") == 0
    assert bare.value("SELECT count(*) FROM notifications") == 1


def test_only_months_that_are_over_are_dropped(bare, add_user):
    ada, bob = add_user(), add_user()
    create(bare, "2025-11-01", "2026-03-01")
    for created_at in ("2025-12-31T23:59Z", "2026-01-01T00:00Z"):
        bare.rows(INSERT, ada, bob, "follow", None, created_at)
    assert drop(bare, "2026-01-31") == 2
    assert partitions(bare, "notifications") == ["2026_01", "2026_02", "2026_03"]
    assert bare.value("SELECT count(*) FROM notifications") == 1
    assert drop(bare, "2026-01-01") == 0


@pytest.mark.parametrize("day", [None, "infinity", "-infinity"])
def test_no_day_is_an_error_and_not_the_end_of_everything(db, day):
    for call, parameters in (
        ("create_notification_partitions(%s, '2026-01-01')", [day]),
        ("create_notification_partitions('2026-01-01', %s)", [day]),
        ("drop_notification_partitions(%s)", [day]),
    ):
        with pytest.raises(psycopg2.errors.InvalidParameterValue):
            db.rows(f"SELECT {call}", *parameters)
        db.rollback()


def test_a_table_in_the_way_is_told_of(bare):
    bare.rows("CREATE TABLE notifications_2026_01 ()")
    with pytest.raises(psycopg2.errors.DuplicateTable):
        create(bare, "2026-01-01", "2026-01-01")


def test_a_partition_under_another_name_is_dropped_by_what_it_holds(bare):
    create(bare, "2026-01-01", "2026-01-01")
    bare.rows("ALTER TABLE notifications_2026_01 RENAME TO old")
    assert drop(bare, "2026-02-01") == 1


def test_two_jobs_at_once_make_a_month_once(db, open_session, start_waiting):
    assert create(db, "2001-01-01", "2001-01-01") == 1
    late = start_waiting(
        open_session(), "SELECT create_notification_partitions('2001-01-01', '2001-02-01')"
    )
    db.commit()
    assert late.result(30) == [(1,)]
    assert drop(db, "2001-03-01") == 2
    db.commit()


def test_a_month_is_made_while_others_read_and_write(db, open_session, add_user):
    ada, bob = add_user(), add_user()
    db.commit()
    db.rows(INSERT, ada, bob, "follow", None, None)  # and its transaction stays open
    job = open_session()
    job.rows("SET LOCAL lock_timeout = '10s'")
    assert create(job, "2001-01-01", "2001-01-01") == 1
    other = open_session()
    other.rows("SET LOCAL lock_timeout = '10s'")
    other.rows(INSERT, bob, ada, "follow", None, None)  # the new month is not committed yet


def test_partitions_have_the_table_s_indexes_and_constraints(bare, add_user, add_post):
    create(bare, "2026-01-01", "2026-01-01")
    count = "SELECT count(*) FROM pg_index WHERE indrelid = %s::regclass"
    assert bare.value(count, "notifications_2026_01") == bare.value(count, "notifications")
    ada, bob, post = add_user(), add_user(), add_post()
    at = "2026-01-10T00:00Z"
    bare.refuses("notifications_type_check", INSERT, ada, bob, "poke", post, at)
    bare.refuses("notifications_post_check", INSERT, ada, bob, "follow", post, at)
    bare.refuses("notifications_post_check", INSERT, ada, bob, "like", None, at)
    bare.refuses("notifications_not_oneself_check", INSERT, ada, ada, "like", post, at)
    bare.refuses("notifications_user_id_fkey", INSERT, 0, bob, "like", post, at)
    bare.refuses("notifications_actor_id_fkey", INSERT, ada, 0, "like", post, at)
    bare.refuses("notifications_post_id_fkey", INSERT, ada, bob, "like", 0, at)


def test_what_is_gone_takes_its_notifications_along(db, add_user, add_post):
    ada, bob, eve, post = add_user(), add_user(), add_user(), add_post()
    for user, actor, about in (
        (ada, bob, post),
        (ada, eve, None),
        (bob, ada, None),
        (eve, bob, None),
    ):
        db.rows(INSERT, user, actor, "like" if about else "follow", about, None)
    count = "SELECT count(*) FROM notifications"
    db.rows("DELETE FROM posts WHERE id = %s", post)
    assert db.value(count) == 3
    db.rows("DELETE FROM users WHERE id = %s", ada)
    assert db.value(count) == 1


def test_a_query_of_one_month_reads_one_partition(bare):
    create(bare, "2026-01-01", "2026-06-01")
    plan = bare.rows("EXPLAIN SELECT FROM notifications WHERE created_at >= '2026-02-01T00:00Z'"
                     " AND created_at < '2026-03-01T00:00Z'")  # fmt: skip
    assert {name for (line,) in plan for name in line.split() if "_2026_" in name} >= {
        "notifications_2026_02"
    }
    assert not any("_2026_03" in line or "_2026_01" in line for (line,) in plan)
