"""The users are judged by what PostgreSQL takes and refuses, and by what a visit costs."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from itertools import count
from typing import Any

from workbench.checking import CheckFailed, Refused, Social, check, expect

NEVER_NULL = (
    "username", "email", "password_hash", "bio", "is_verified",
    "created_at", "updated_at", "last_active_at",
)  # fmt: skip

#: A change of each column that belongs to the account.
CHANGES = {
    "username": "changed_name",
    "email": "changed@example.org",
    "password_hash": "another hash",
    "display_name": "Ada, the first",
    "bio": "Writes",
    "avatar_url": "https://example.org/ada.png",
    "is_verified": True,
    "deleted_at": "2026-05-01T12:00Z",
}

INSERT = "INSERT INTO users (username, email, password_hash) VALUES (%s, %s, 'hash') RETURNING id"
NAME_LOOK = "which users may not share a name, and how names are compared"

#: Pages that finding one user may touch, and how many users there are.
MOST_PAGES, MANY = 20, 2000

#: An update stays within its page only where there is room: so several users visit several times.
VISITORS, VISITS = 12, 4

_numbers = count(1)


def network(app: Social) -> None:
    """An empty network: every check has users of its own."""


def fresh() -> str:
    """A name that nobody has."""
    return f"user_{next(_numbers)}"


def add(app: Social, name: str | None = None, email: str | None = None) -> Any:
    """The id of a new user. Everybody else differs from it, unless they are told not to."""
    own = fresh()
    return app.sql(INSERT, [name or own, email or f"{own}@example.org"])[0]["id"]


def user(app: Social, key: Any) -> dict[str, Any]:
    return app.sql("SELECT * FROM users WHERE id = %s", [key])[0]


def give_up(app: Social, key: Any, at: str = "2026-03-01T00:00Z") -> None:
    app.sql("UPDATE users SET deleted_at = %s WHERE id = %s", [at, key])


def refuses(app: Social, column: str, values: list[str], look: str) -> None:
    """A user who is otherwise in order cannot change the column to any of these."""
    key = add(app)
    update = f"UPDATE users SET {column} = %s WHERE id = %s"
    for value in values:
        shown = value if len(value) < 40 else f"{value[:8]}...{value[-4:]}, {len(value)} characters"
        expect.refused(app.sql, update, [value, key], f"{column} = {shown!r}", look)


def takes(app: Social, column: str, values: list[str | None]) -> None:
    """A user can have each of these in the column, and has it as it was written."""
    key = add(app)
    update = f"UPDATE users SET {column} = %s WHERE id = %s"
    for value in values:
        app.sql(update, [value, key])
        expect.equal(user(app, key)[column], value, f"{column} after it was set")


@check(points=1, runs="social", on=network)
def fills_in_what_is_left_out(app: Social) -> None:
    """Who signs up needs a name, an address and a password's hash: PostgreSQL fills in the rest,
    and gives numbers that are `bigint`."""
    own = fresh()
    shown = app.sql(
        f"{INSERT}, pg_typeof(id OPERATOR(pg_catalog.+) 0)::text AS id_type,"
        " (bio, is_verified)::text AS given,"
        " display_name IS NULL AND avatar_url IS NULL AND deleted_at IS NULL AS empty,"
        " abs(extract(epoch FROM created_at - now())) < 60"
        " AND abs(extract(epoch FROM updated_at - now())) < 60"
        " AND abs(extract(epoch FROM last_active_at - now())) < 60 AS recent",
        [own, f"{own}@example.org"],
    )[0]
    wanted = {"id_type": "bigint", "given": '("",f)', "empty": True, "recent": True}
    what = ("the type of id; bio and is_verified; are display_name, avatar_url and deleted_at"
            " empty? are the three moments now?")  # fmt: skip
    expect.equal({name: shown[name] for name in wanted}, wanted, what, look="the defaults")
    expect.that(add(app) != shown["id"], "another id for the next user", f"{shown['id']} again")


@check(points=1, runs="social", on=network)
def keeps_moments(app: Social) -> None:
    """A moment is stored as a moment, whatever the clock of the one who writes it shows."""
    key = add(app)
    wanted = datetime(2026, 5, 1, 10, 0, tzinfo=UTC)
    for column in ("created_at", "last_active_at", "deleted_at"):
        update = f"UPDATE users SET {column} = '2026-05-01 12:00+02' WHERE id = %s"
        app.sql(update, [key])
        got = user(app, key)[column]
        expect.that(
            isinstance(got, datetime) and got.tzinfo is not None and got == wanted,
            f"{column}: {wanted}", str(got), sent=app.sql.written_out(update, [key]),
            look="the type of the column",
        )  # fmt: skip


@check(points=1, runs="social", on=network)
def holds_no_null(app: Social) -> None:
    """Where the text says so, nothing is ever missing."""
    key = add(app)
    for column in NEVER_NULL:
        update = f"UPDATE users SET {column} = NULL WHERE id = %s"
        with contextlib.suppress(Refused):
            app.sql.attempt(update, [key])
        # A trigger may have put something better in its place.
        expect.that(user(app, key)[column] is not None, f"{column} is never NULL",
                    "the database took it", sent=update,
                    look="what a CHECK says of NULL")  # fmt: skip


@check(points=2, runs="social", on=network)
def bounds_names(app: Social) -> None:
    """A name is 1 to 30 letters A-Z and a-z, digits and underscores, and is kept as it was
    written."""
    takes(app, "username", ["a", "Z9", "_", "Ada_Lovelace_1815", "A1_" * 10])
    look = "the whole of the text must fit the pattern"
    refuses(app, "username", ["", " ", "a b", " ada", "ada ", "a\n", "\nada", "a\nb", "a-b", "a.b",
                              "a'b", "@ada", "Ädä", "\u0430da", "ada\u00a0", "名前", "🦉",
                              "a" * 31, "a" * 30 + " "], look)  # fmt: skip


@check(points=2, runs="social", on=network)
def bounds_addresses(app: Social) -> None:
    """An address is printable ASCII without spaces and has one @, with something before and after
    it: up to 254 characters."""
    takes(app, "email", ["x@y", "Ada+tag@Sub.example.org", "o'neil_%!#{}~@localhost",
                         "a" * 252 + "@b", "a@" + "b" * 252])  # fmt: skip
    look = "the whole of the text must fit the pattern"
    refuses(app, "email", ["", "ada", "@", "a@", "@b", "a@b@c", "a@@b", "a b@c", "a@b ", " a@b",
                           "a@b\n", "a@b\nc@d", "a\t@b", "a\x01@b", "a@b\x7f", "ä@b", "a@bücher",
                           "a" * 253 + "@b", "a@" + "b" * 253, "a@" + "c" * 252 + " "],
            look)  # fmt: skip


@check(points=1, runs="social", on=network, hidden=True)
def bounds_the_other_texts(app: Social) -> None:
    """What was given still holds: bounds of the hash, the display name, the bio and the picture."""
    look = "what stood in the cell at first"
    takes(app, "password_hash", ["!", "h" * 300])
    takes(app, "display_name", [None, "A", "Ädä 🦉" * 20, " x "])
    takes(app, "bio", ["", "ß" * 500])
    takes(app, "avatar_url", [None, "http://example.org/a", "https://example.org/ä.png",
                              "https://" + "ä" * 1992])  # fmt: skip
    refuses(app, "password_hash", [""], look)
    refuses(app, "display_name", ["", "   ", "a" * 101], look)
    refuses(app, "bio", ["b" * 501], look)
    refuses(app, "avatar_url", ["", "javascript:alert(1)", "//example.org/a.png", "httpx://a",
                                "httpss://a", "http:/a", "https:a", "https://" + "a" * 1993],
            look)  # fmt: skip


@check(points=3, runs="social", on=network)
def gives_a_name_once(app: Social) -> None:
    """Of live users one alone has a name, and one alone an address, in any case of letters."""
    name, other = fresh(), fresh()
    written = name.capitalize()
    key = add(app, written, f"{written}@Example.org")
    for again in (written, name, name.upper()):
        expect.refused(app.sql, INSERT, [again, f"{fresh()}@example.org"],
                       f"the name {again} beside {written}", NAME_LOOK)  # fmt: skip
        email = f"{again}@example.ORG"
        expect.refused(app.sql, INSERT, [fresh(), email],
                       f"the address {email} beside {written}@Example.org", NAME_LOOK)  # fmt: skip
    second = add(app, other, f"{other}@example.org")
    rename = "UPDATE users SET {} = %s WHERE id = %s"
    expect.refused(app.sql, rename.format("username"), [name.upper(), second],
                   f"to rename a user to {name.upper()} beside {written}", NAME_LOOK)  # fmt: skip
    expect.refused(app.sql, rename.format("email"), [f"{name}@example.org", second],
                   f"an address of {written}'s for another user", NAME_LOOK)  # fmt: skip
    app.sql(rename.format("username"), [name.upper(), key])  # it is one's own
    expect.equal(user(app, key)["username"], name.upper(), "the name after its owner's change")


@check(points=3, runs="social", on=network)
def frees_a_name(app: Social) -> None:
    """Name and address of an account that was given up are free at once, however many had them
    before; it can come back when nobody has them, and only then."""
    name = fresh()
    email = f"{name}@example.org"
    look = "which rows are compared with which others"
    # Both are given up at the same moment, as a job that cleans up does it.
    gone = []
    for spelling in (name, name.upper()):
        what = f"the name {spelling} and its address, which no live user has"
        gone.append(expect_taken(app, [spelling, email], what, look))
        give_up(app, gone[-1])
    first = gone[0]
    third = expect_taken(app, [name, email], f"{name} and its address, which no live user has",
                         look)  # fmt: skip
    back = "UPDATE users SET deleted_at = NULL WHERE id = %s"
    expect.refused(app.sql, back, [first],
                   "that an account that was given up comes back to a name that a live one has",
                   look)  # fmt: skip
    app.sql("UPDATE users SET username = %s WHERE id = %s", [fresh(), third])
    expect.refused(app.sql, back, [first],
                   "that an account that was given up comes back to an address that a live one"
                   " has", look)  # fmt: skip
    give_up(app, third)
    app.sql(back, [first])
    expect.equal(user(app, first)["deleted_at"], None, "deleted_at of who came back")


def expect_taken(app: Social, values: list[str], what: str, look: str) -> Any:
    """The id of the user that is made."""
    try:
        return app.sql.attempt(INSERT, values)[0]["id"]
    except Refused as error:
        sent = app.sql.written_out(INSERT, values)
        raise CheckFailed(f"the database takes {what}", str(error), sent, look) from None


@check(points=2, runs="social", on=network)
def lets_one_of_two_have_it(app: Social) -> None:
    """Two want one name at the same moment: one gets it. When the first one gives up, the other
    one does."""
    for end, wanted in (("COMMIT", False), ("ROLLBACK", True)):
        name = fresh()
        first, second = app.session(), app.session()
        first("BEGIN")
        first(INSERT, [name, f"{fresh()}@example.org"])
        later = second.try_out(INSERT, [name.upper(), f"{fresh()}@example.org"])
        ended = first.try_out(end).result()
        code = later.result()
        live = app.sql("SELECT username FROM users WHERE lower(username) = %s", [name])
        expect.that(
            len(live) == 1 and (wanted is False or not code),
            f"one live user called {name}, when the first of two says {end}",
            f"{len(live)}; {end} gave {ended or 'no error'}, the second INSERT {code or 'none'}",
            look="what two transactions see of each other before they end",
        )


@check(points=2, runs="social", on=network)
def tells_of_changes(app: Social) -> None:
    """`updated_at` moves when the account is changed, and not when somebody only visits."""
    key = add(app)
    for column, value in CHANGES.items():
        before = user(app, key)
        update = f"UPDATE users SET {column} = %s, last_active_at = now() WHERE id = %s"
        app.sql(update, [value, key])
        moved(app, before, key, app.sql.written_out(update, [value, key]))
    before = user(app, key)
    app.sql("UPDATE users SET deleted_at = NULL WHERE id = %s", [key])
    moved(app, before, key, "UPDATE users SET deleted_at = NULL")
    before = user(app, key)
    app.sql("UPDATE users SET last_active_at = now() WHERE id = %s", [key])
    expect.that(user(app, key)["updated_at"] == before["updated_at"],
                f"updated_at stays {before['updated_at']} at a visit",
                f"{user(app, key)['updated_at']}",
                sent="UPDATE users SET last_active_at = now()",
                look="which columns are the account's")  # fmt: skip


def later(moment: Any, than: Any) -> bool:
    """Are both moments, and is the first the later one?"""
    both = isinstance(moment, datetime) and isinstance(than, datetime)
    return both and (moment.tzinfo is None) == (than.tzinfo is None) and moment > than


def moved(app: Social, before: dict[str, Any], key: Any, sent: str) -> None:
    now = user(app, key)
    look = "what sets updated_at when a row changes"
    expect.that(later(now["updated_at"], before["updated_at"]),
                f"updated_at after {before['updated_at']}", f"{now['updated_at']}",
                sent=sent, look=look)  # fmt: skip
    expect.equal(now["created_at"], before["created_at"], "created_at", look=look)


@check(points=1, runs="social", on=network, hidden=True)
def visits_touch_no_index(app: Social) -> None:
    """A visit writes a new version of the row, and touches no index."""
    keys = [add(app) for _ in range(VISITORS)]
    session = app.session()
    session("BEGIN")
    for _ in range(VISITS):
        session("UPDATE users SET last_active_at = clock_timestamp() WHERE id = ANY (%s)", [keys])
    asked = "SELECT pg_stat_get_xact_tuples_hot_updated('public.users'::regclass) AS n"
    within = session(asked)[0]["n"]
    session("ROLLBACK")
    expect.that(within > 0, "visits that stay within their page and touch no index (HOT updates)",
                f"none of {VISITORS * VISITS}",
                sent="UPDATE users SET last_active_at = clock_timestamp()",
                look="which index holds what a visit changes")  # fmt: skip


@check(points=2, runs="social")
def finds_by_name(app: Social) -> None:
    """Of 2,000 users one is found by name, or by address, with no more than 20 pages."""
    app.sql(
        "INSERT INTO users (username, email, password_hash, bio)"
        " SELECT 'Reader_' || n, 'Reader_' || n || '@example.org', 'hash', repeat('b', 500)"
        " FROM generate_series(1, %s) AS n",
        [MANY],
    )
    app.sql("ANALYZE users")
    for column, value in (("username", "READER_777"), ("email", "reader_777@Example.org")):
        query = f"SELECT * FROM users WHERE lower({column}) = lower(%s) AND deleted_at IS NULL"
        plan = app.explain(query, [value])
        expect.equal(plan.rows, 1, f"users that are found by {column}")
        expect.that(plan.buffers <= MOST_PAGES, f"at most {MOST_PAGES} pages", plan.text,
                    sent=app.sql.written_out(query, [value]),
                    look="an index serves a condition that is written as it is")  # fmt: skip


@check(points=1, runs="social", on=network)
def is_built_on(app: Social) -> None:
    """Posts, follows and all that comes after them can be built on your table."""
    app.complete()
