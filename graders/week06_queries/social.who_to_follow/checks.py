"""Suggestions are judged by who is in them, and by how much of the network is read for them."""

from __future__ import annotations

from itertools import count
from typing import Any

from workbench.checking import Social, check, expect

#: In the large network everybody follows 15 others. One follows 10, who follow 15 each.
MANY, FOLLOWED, PAGE = 4000, 15, 10
MOST_ROWS = 8000

_numbers = count(1)


def network(app: Social) -> None:
    """Nobody yet: every check has users of its own."""


def crowd(app: Social) -> None:
    """Four thousand users, of whom everybody follows fifteen others; and one more."""
    # At the end and all at once: row by row they would take most of the time.
    app.sql("ALTER TABLE follows DROP CONSTRAINT follows_follower_id_fkey,"
            " DROP CONSTRAINT follows_followee_id_fkey, DROP CONSTRAINT follows_pkey")  # fmt: skip
    app.sql("DROP INDEX follows_followee_id_created_at_idx")
    app.sql("DROP INDEX users_live_names_idx")
    app.sql(
        "INSERT INTO users (id, username, email, password_hash) OVERRIDING SYSTEM VALUE"
        " SELECT n, 'member_' || n, 'm' || n || '@example.org', 'hash'"
        " FROM generate_series(1, %s + 1) AS n",
        [MANY],
    )
    app.sql(
        "INSERT INTO follows (follower_id, followee_id)"
        " SELECT n, (n + k * k * 7 - 1) %% %(many)s + 1 FROM generate_series(1, %(many)s) AS n"
        " CROSS JOIN generate_series(1, %(followed)s) AS k"
        " UNION ALL SELECT %(many)s + 1, k * 300 FROM generate_series(1, 10) AS k"
        " ORDER BY 2, 1",
        {"many": MANY, "followed": FOLLOWED},
    )
    app.sql(
        "ALTER TABLE follows ADD CONSTRAINT follows_pkey PRIMARY KEY (follower_id, followee_id)"
    )
    app.sql(
        "CREATE INDEX follows_followee_id_created_at_idx"
        " ON follows (followee_id, created_at DESC, follower_id DESC)"
    )
    app.vacuum("users", "follows")


def people(app: Social, *names: str, gone: str = "") -> dict[str, Any]:
    """New users by their names, whose ids ascend in this order; `gone` has left."""
    ids = {}
    for name in names:
        number = next(_numbers)
        ids[name] = app.sql(
            "INSERT INTO users (username, email, password_hash, display_name, deleted_at)"
            " VALUES (%s, %s, 'hash', %s, CASE WHEN %s THEN now() END) RETURNING id",
            [
                f"{name}_{number}",
                f"{number}@example.org",
                f" {name} " if number % 2 else None,
                name == gone,
            ],
        )[0]["id"]
    return ids


def follow(app: Social, ids: dict[str, Any], ties: str) -> None:
    """Ties as they are drawn: "ada: bob eve; bob: eve"."""
    for one in ties.split(";"):
        follower, followed = one.split(":")
        for name in followed.split():
            app.sql("INSERT INTO follows (follower_id, followee_id) VALUES (%s, %s)",
                    [ids[follower.strip()], ids[name]])  # fmt: skip


def suggested(app: Social, ids: dict[str, Any], user: str, page_size: int = 50) -> list[str]:
    """Who is suggested to the user, in the answer's order."""
    rows = app.ask(user_id=ids[user], page_size=page_size)
    return [name_of(ids, row["id"]) for row in rows]


def name_of(ids: dict[str, Any], wanted: Any) -> str:
    """Whose id this is."""
    names = (name for name, id_ in ids.items() if id_ == wanted)
    return next(names, f"somebody else ({wanted})")


def suggests(app: Social, ids: dict[str, Any], user: str, wanted: str, look: str = "") -> None:
    """Exactly these are suggested, in whatever order."""
    expect.equal(sorted(suggested(app, ids, user)), sorted(wanted.split()),
                 f"who is suggested to {user}", look=look)  # fmt: skip


@check(points=2, runs="social", on=network)
def suggests_friends_of_friends(app: Social) -> None:
    """Suggested is who is followed by somebody whom the user follows: nobody else, each once."""
    ids = people(app, "ada", "bob", "eve", "fay", "gus", "hal", "ivy", "joe")
    follow(app, ids, "ada: bob eve; bob: fay gus; eve: gus; fay: hal; ivy: bob ada; hal: ada;"
           " joe: ivy; bob: joe")  # fmt: skip
    look = "which end of the first tie is which end of the second"
    # When they were here the last time does not matter.
    app.sql("UPDATE users SET last_active_at = '2020-01-01T12:00Z' WHERE id = %s", [ids["joe"]])
    suggests(app, ids, "ada", "fay gus joe", look)
    suggests(app, ids, "bob", "hal ivy", look)
    suggests(app, ids, "joe", "ada bob", look)


@check(points=1, runs="social", on=network, hidden=True)
def suggests_nobody_to_who_follows_nobody(app: Social) -> None:
    """To a user who follows nobody, nobody is suggested, nor where the followed follow nobody."""
    ids = people(app, "ada", "bob", "eve", "fay")
    follow(app, ids, "ada: bob; eve: ada bob")
    suggests(app, ids, "fay", "")
    suggests(app, ids, "ada", "")
    suggests(app, ids, "bob", "")


@check(points=2, runs="social", on=network)
def leaves_out_the_user_and_the_followed(app: Social) -> None:
    """Neither the user nor anybody whom the user follows already is suggested, nor takes
    somebody's place on the page."""
    ids = people(app, "ada", "bob", "eve", "fay", "gus")
    follow(app, ids, "ada: bob eve fay; bob: ada eve fay gus; eve: bob ada; fay: eve gus")
    suggests(app, ids, "ada", "gus")
    suggests(app, ids, "eve", "fay gus")
    expect.equal(suggested(app, ids, "ada", 1), ["gus"], "the first one who is suggested to ada",
                 look="what is cut off, and when")  # fmt: skip
    # That somebody follows the user does not matter.
    follow(app, ids, "gus: ada")
    suggests(app, ids, "ada", "gus", "whom the user follows, and not who follows the user")


@check(points=1, runs="social", on=network)
def leaves_out_who_has_left(app: Social) -> None:
    """Accounts that were given up are not suggested, and take nobody's place on the page."""
    ids = people(app, "ada", "bob", "eve", "gone", "fay", "gus", gone="gone")
    follow(app, ids, "ada: bob eve; bob: gone fay gus; eve: gone fay")
    suggests(app, ids, "ada", "fay gus")
    expect.equal(suggested(app, ids, "ada", 1)[:1], ["fay"], "who is suggested first",
                 look="what is cut off, and when")  # fmt: skip


@check(points=2, runs="social", on=network)
def counts_mutual_ties(app: Social) -> None:
    """`mutual_count` says how many of those whom the user follows do follow the suggested one."""
    ids = people(app, "ada", "bob", "eve", "fay", "gus", "hal", "ivy", "joe", "gone", gone="gone")
    follow(app, ids, "ada: bob eve fay gone; bob: gus hal eve; eve: gus hal; fay: gus;"
           " gone: hal ivy; ivy: joe hal; joe: gus ivy; gus: hal bob; hal: bob eve")  # fmt: skip
    rows = app.ask(user_id=ids["ada"], page_size=50)
    wanted = {"gus": 3, "hal": 3, "ivy": 1}
    counted = {name_of(ids, row["id"]): row["mutual_count"] for row in rows}
    got = {name: counted.get(name) for name in wanted}
    expect.equal(got, wanted, "mutual_count by name",
                 look="whose ties are counted")  # fmt: skip
    # And when there are many of them: kim follows 120 others, who all follow lea.
    ids = people(app, "kim", "lea")
    app.sql("WITH more AS (INSERT INTO users (username, email, password_hash)"
            " SELECT 'friend_' || n, 'friend_' || n || '@example.org', 'hash'"
            " FROM generate_series(1, 120) AS n RETURNING id)"
            " INSERT INTO follows (follower_id, followee_id)"
            " SELECT %(kim)s, id FROM more UNION ALL SELECT id, %(lea)s FROM more",
            ids)  # fmt: skip
    rows = app.ask(user_id=ids["kim"], page_size=50)
    got = [(row["id"], row["mutual_count"]) for row in rows]
    expect.equal(got, [(ids["lea"], 120)], "id and mutual_count, of whom 120 friends follow")


@check(points=2, runs="social", on=network)
def orders_by_mutual_ties(app: Social) -> None:
    """Those with most mutual ties come first, and among equals the lower id; a page is the
    beginning of that, however many are equal."""
    ids = people(app, "zed", "hal", "bob", "ada", "eve", "fay", "kim", "gus", "ivy", "lea", "max")
    follow(app, ids, "ada: bob eve fay; fay: max gus lea; bob: ivy gus zed max;"
           " eve: lea gus hal max; kim: hal zed; gus: hal zed; ivy: zed")  # fmt: skip
    wanted = ["gus", "max", "lea", "zed", "hal", "ivy"]
    expect.equal(suggested(app, ids, "ada"), wanted, "who is suggested to ada, in order")
    for size in (1, 4):
        expect.equal(suggested(app, ids, "ada", size), wanted[:size], f"the first {size}",
                     look="what is cut off, and when")  # fmt: skip
    # Two hundred: each of them is followed by one, and many by two or by three. Where they lie in
    # the table says nothing of their ids.
    base = 500_000
    ids = people(app, "lou", "ann", "dan", "tom")
    follow(app, ids, "lou: ann dan tom")
    ties = {base + n: 3 if n > 120 and n % 4 else 1 + n % 3 % 2 for n in range(1, 201)}
    app.sql(
        "INSERT INTO users (id, username, email, password_hash, is_verified)"
        " OVERRIDING SYSTEM VALUE"
        " SELECT id, 'crowd_' || id, 'crowd_' || id || '@example.org', 'hash', id %% 5 = 0"
        " FROM unnest(%s::bigint[]) AS id ORDER BY md5(id::text)",
        [list(ties)],
    )
    for place, name in enumerate(("ann", "dan", "tom"), start=1):
        app.sql("INSERT INTO follows (follower_id, followee_id)"
                " SELECT %s, id FROM unnest(%s::bigint[]) AS id ORDER BY md5(id::text)",
                [ids[name], [id_ for id_, number in ties.items() if number >= place]])  # fmt: skip
    order = sorted(ties, key=lambda id_: (-ties[id_], id_))
    for size in (10, 75, 110, 200):
        rows = app.ask(user_id=ids["lou"], page_size=size)
        expect.equal([row["id"] for row in rows], order[:size],
                     f"the ids of the first {size} who are suggested to lou, of 200",
                     look="what decides between equals, and what is cut off")  # fmt: skip


@check(points=1, runs="social", on=network)
def says_who_they_are(app: Social) -> None:
    """Of each one suggested it gives id, username and display_name, which may be NULL."""
    ids = people(app, "ada", "bob", "Eve", "Fay")
    follow(app, ids, "ada: bob; bob: Eve Fay")
    columns = ("id", "username", "display_name")
    rows = app.ask(user_id=ids["ada"], page_size=50)
    got = [{name: row[name] for name in columns} for row in rows]
    got.sort(key=lambda row: str(row["username"]))
    wanted = app.sql("SELECT id, username, display_name FROM users WHERE id = ANY (%s) ORDER BY id",
                     [[ids["Eve"], ids["Fay"]]])  # fmt: skip
    expect.equal(got, [dict(row) for row in wanted], "who is suggested")


@check(points=3, runs="social", on=crowd)
def reads_only_the_ties_around(app: Social) -> None:
    """Among 60,000 ties it reads 8,000 at most for a user who follows 10, who follow 15 each."""
    plan = app.explain(parameters={"user_id": MANY + 1, "page_size": PAGE})
    expect.that(plan.rows == PAGE, f"{PAGE} rows", plan.text)
    read = plan.rows_read("follows")
    expect.that(read <= MOST_ROWS, f"at most {MOST_ROWS} rows of follows are read",
                f"{read}:\n{plan.text}", look="from which end the query begins")  # fmt: skip
