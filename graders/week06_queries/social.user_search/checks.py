"""The search is judged by whom it finds, in which order, and by what PostgreSQL reads for it."""

from __future__ import annotations

from itertools import count
from typing import Any

from workbench.checking import Plan, Social, check, expect

#: Users in the large network; every 500th is a quartz, and every 15th a granite.
MANY = 6000
QUARTZES, GRANITES = MANY // 500, MANY // 15
FOLLOWERS = 25
MOST_USERS, MOST_PAGES, MOST_FOLLOWS = 200, 200, 1000
PAGE = 10

_numbers = count(1)


def names(app: Social) -> None:
    """Nobody yet: every check has users of its own, with letters that no other check has."""


def crowd(app: Social) -> None:
    """Six thousand users with long texts about themselves, and who follows whom among them."""
    # At the end and all at once: row by row they would take most of the time.
    app.sql("DROP INDEX users_live_names_idx")
    app.sql("DROP INDEX follows_followee_id_created_at_idx")
    app.sql("ALTER TABLE follows DROP CONSTRAINT follows_follower_id_fkey,"
            " DROP CONSTRAINT follows_followee_id_fkey")  # fmt: skip
    app.sql(
        "INSERT INTO users (id, username, email, password_hash, display_name, bio)"
        " OVERRIDING SYSTEM VALUE"
        " SELECT n, CASE WHEN n %% 1000 = 0 THEN 'Quartz_' ELSE 'member_' END || n,"
        " 'm' || n || '@example.org', 'hash',"
        " CASE WHEN n %% 1000 = 500 THEN 'Rosa Quartz ' || n"
        " WHEN n %% 15 = 1 THEN 'Granite ' || n WHEN n %% 2 = 0 THEN 'Somebody ' || n END,"
        " repeat('About me. ', 40) FROM generate_series(1, %s) AS n",
        [MANY],
    )
    app.sql(
        "INSERT INTO follows (follower_id, followee_id)"
        " SELECT (n + k * 7 - 1) %% %(many)s + 1, n FROM generate_series(1, %(many)s) AS n"
        " CROSS JOIN LATERAL"
        " generate_series(1, CASE WHEN n %% 15 = 1 THEN %(followers)s ELSE 4 END) AS k",
        {"many": MANY, "followers": FOLLOWERS},
    )
    app.sql(
        "CREATE INDEX follows_followee_id_created_at_idx"
        " ON follows (followee_id, created_at DESC, follower_id DESC)"
    )
    app.sql(
        "CREATE INDEX users_live_names_idx ON users"
        " USING gin (lower(username) gin_trgm_ops, lower(display_name) gin_trgm_ops)"
        " WHERE deleted_at IS NULL"
    )
    app.vacuum("users", "follows")


def add(app: Social, username: str, display_name: str | None = None, **more: Any) -> Any:
    """The id of a new user."""
    values = {"username": username, "display_name": display_name, "password_hash": "hash",
              "email": f"{next(_numbers)}@example.org", **more}  # fmt: skip
    columns, places = ", ".join(values), ", ".join(f"%({name})s" for name in values)
    insert = f"INSERT INTO users ({columns}) VALUES ({places}) RETURNING id"
    return app.sql(insert, values)[0]["id"]


def found(app: Social, term: str, page_size: int = 50) -> list[str]:
    """The usernames that the answer finds, in its order."""
    rows = app.ask(term=term, viewer_id=None, page_size=page_size)
    return expect.texts(rows, "username")


def finds(app: Social, term: str, wanted: list[str], look: str = "") -> None:
    """The answer finds exactly these, in whatever order."""
    expect.equal(sorted(found(app, term)), sorted(wanted), f"who is found by {term!r}", look=look)


def ranks(app: Social, term: str, wanted: list[str], look: str = "") -> None:
    """The answer finds exactly these, in this order."""
    expect.equal(found(app, term), wanted, f"who is found by {term!r}, in order", look=look)


def plan_of(app: Social, term: str) -> Plan:
    return app.explain(parameters={"term": term, "viewer_id": 3, "page_size": PAGE})


@check(points=2, runs="social", on=names)
def finds_a_piece_of_a_name(app: Social) -> None:
    """Whoever has the term in the username or in the display name is found, once, however the
    letters and the term are written."""
    add(app, "Joanna_Vorlik", "Jo")
    add(app, "joe_1", "The great VORLIK herself")
    add(app, "VORLIKA", "Vorlik Vorlik")
    add(app, "vorlik_b")
    add(app, "vor_lik", "Vor Lik")
    wanted = ["Joanna_Vorlik", "joe_1", "VORLIKA", "vorlik_b"]
    for term in ("vorlik", "VorLik", "  vorlik "):
        finds(app, term, wanted, "case, spaces around the term, and display names that are NULL")
    finds(app, "vorliks", [])
    finds(app, "great vor", ["joe_1"])
    # A display name is longer than any username may be.
    add(app, "joe_2", "Whose name is as long as the way from Oslo to the Cape: vorl")
    finds(app, "is as long as the way from oslo to the cape: vorl", ["joe_2"], "a long term")


@check(points=1, runs="social", on=names)
def leaves_out_who_has_left(app: Social) -> None:
    """An account that was given up is not found, though somebody else may have its name now."""
    add(app, "Tamsin", "Tamsin Old", deleted_at="2026-05-01T12:00Z")
    new = add(app, "tamsin", "Tamsin New")
    add(app, "other_tam", "Old Tamsin", deleted_at="2026-05-01T12:00Z")
    rows = app.ask(term="tamsin", viewer_id=None, page_size=50)
    expect.equal([row["id"] for row in rows], [new], "the ids of who is found by 'tamsin'")


@check(points=2, runs="social", on=names)
def ranks_the_best_first(app: Social) -> None:
    """First the very username, then usernames that begin with the term, then display names that
    do, then the rest, whatever else is alike; a page is the beginning of that."""
    add(app, "a_kestrel", "The Kestrel", is_verified=True)
    add(app, "b_bird", "Kestrel hawk", is_verified=True)
    add(app, "kestrel_fan", "Kestrel watcher", is_verified=True)
    add(app, "KESTREL", "Zed")
    add(app, "a_a_bird", "my kestrel")
    add(app, "a_c_kestrel")
    add(app, "c_bird", "kestrels")
    add(app, "d_bird", "Kestrel")
    add(app, "kestrel_a")
    add(app, "kestrels", "Kestrels are we")
    wanted = ["KESTREL", "kestrel_fan", "kestrel_a", "kestrels", "b_bird", "c_bird", "d_bird",
              "a_kestrel", "a_a_bird", "a_c_kestrel"]  # fmt: skip
    ranks(app, "Kestrel", wanted, "which four ranks there are, and what counts within each")
    ranks(app, " kestrel  ", wanted, "the term by which it is ranked")
    for size in (1, 4):
        page = found(app, "kestrel", size)
        expect.equal(page, wanted[:size], f"the first {size}", look="what is cut off, and when")


@check(points=2, runs="social", on=names)
def decides_between_equals(app: Social) -> None:
    """Among those that match equally well the verified come first, and then it goes by
    lower(username); that decides who is on the page, however short or long it is."""
    for username, verified in (
        ("osprey_d", False), ("Osprey_C", True), ("osprey_b", False), ("OSPREY_A", False),
        ("osprey_z", True), ("Osprey_E", False), ("osprey_a9", True),
    ):  # fmt: skip
        one = add(app, username, is_verified=verified)
        # Whoever came first does not matter, nor how many follow.
        if username in ("osprey_d", "osprey_z"):
            app.sql("INSERT INTO follows (follower_id, followee_id) SELECT id, %(one)s FROM users"
                    " WHERE id <> %(one)s", {"one": one})  # fmt: skip
    wanted = ["osprey_a9", "Osprey_C", "osprey_z", "OSPREY_A", "osprey_b", "osprey_d", "Osprey_E"]
    ranks(app, "osprey", wanted)
    for size in range(1, len(wanted)):
        expect.equal(found(app, "osprey", size), wanted[:size], f"the first {size} ospreys",
                     look="by what the page is cut off")  # fmt: skip
    # A hundred and twenty, of whom every third is verified, and who came in any order.
    app.sql(
        "INSERT INTO users (username, email, password_hash, is_verified)"
        " SELECT 'merlin' || n, 'merlin' || n || '@example.org', 'hash', n % 3 = 0"
        " FROM generate_series(101, 220) AS n ORDER BY md5(n::text)"
    )
    wanted = [f"merlin{n}" for n in sorted(range(101, 221), key=lambda n: (n % 3 != 0, n))]
    for size in (15, 110):
        expect.equal(found(app, "merlin", size), wanted[:size], f"the first {size} of 120 merlins",
                     look="by what the page is cut off, and how many rows it has")  # fmt: skip


@check(points=2, runs="social", on=names)
def takes_a_term_as_it_is_written(app: Social) -> None:
    """`%`, `_` and the backslash are characters like any other, wherever they stand; and so is
    everything else in the term but the spaces around it."""
    add(app, "wyx_1", "100% wool")
    add(app, "wyx_2", "1000 wools")
    add(app, "wyx_3", "C:\\wool\\")
    add(app, "wyx_4", "C:wool")
    add(app, "wyx05", "back\\%slash")
    look = "which characters a pattern takes for something else"
    finds(app, "100% w", ["wyx_1"], look)
    finds(app, "wyx_", ["wyx_1", "wyx_2", "wyx_3", "wyx_4"], look)
    finds(app, "yx_", ["wyx_1", "wyx_2", "wyx_3", "wyx_4"], look)
    finds(app, "wool\\", ["wyx_3"], look)
    finds(app, "c:\\wool", ["wyx_3"], look)
    finds(app, "\\%s", ["wyx05"], look)
    finds(app, "%%%", [], look)
    finds(app, "w%l", [], look)
    # What an ESCAPE or a regular expression would make a special character.
    add(app, "wyx06", "wow! c++ (a.b)")
    add(app, "wyx07", "wow! c++ (a,b)")
    add(app, "wyx08", "x#1^2~3|4=5/6$7[8]{9}*?")
    finds(app, "wow!", ["wyx06", "wyx07"], look)
    finds(app, "c++ (a.b)", ["wyx06"], look)
    finds(app, "x#1^2~3|4=5/6$7[8]{9}*?", ["wyx08"], look)
    # Nor is anything left out of it, or put in.
    finds(app, "@wow", [], "what is done with the term")
    finds(app, "wow!  c++", [], "what is done with the spaces inside of the term")
    finds(app, "wow! (a.b)", [], "what is done with the spaces inside of the term")


@check(points=1, runs="social", on=names, hidden=True)
def ranks_by_the_term_as_it_is_written(app: Social) -> None:
    """A wildcard in the term does not make a match better than it is, nor worse."""
    add(app, "hibou_1", "H_B lover")
    add(app, "hab_h_b")
    add(app, "hub", "is no h_b")
    add(app, "huz", "Hub, or h_b")
    look = "the patterns by which it is ranked"
    ranks(app, "h_b", ["hibou_1", "hab_h_b", "hub", "huz"], look)
    add(app, "h_z1", "H:\\b! and more")
    add(app, "h_a1", "is h:\\b! no more")
    ranks(app, "h:\\b!", ["h_z1", "h_a1"], look)


@check(points=2, runs="social", on=names)
def looks_for_short_terms_at_the_beginning(app: Social) -> None:
    """One or two characters are looked for at the beginning of both names only. An empty term
    finds nobody."""
    add(app, "Zqa", "Nobody")
    add(app, "a_zqb", "zq too")
    add(app, "a_zqc", "a zq")
    add(app, "a_zqd")
    add(app, "e_zqe", "_%")
    add(app, "_zq_f", "öö, or not öö")
    add(app, "g", "not öö")
    for term in ("zq", "ZQ", " zq "):
        finds(app, term, ["Zqa", "a_zqb"], "how many characters the term has, and which beginning")
    finds(app, "zqa", ["Zqa"])
    finds(app, "_z", ["_zq_f"], "how many characters the term has, as it was typed")
    finds(app, "_%", ["e_zqe"], "how many characters the term has, as it was typed")
    finds(app, "öö", ["_zq_f"], "characters, not bytes")
    finds(app, "%", [])
    for term in ("", " ", "    "):
        finds(app, term, [], "what is left of the term without its spaces")


@check(points=2, runs="social", on=names)
def says_who_follows(app: Social) -> None:
    """Of each user found it says how many follow them, none counted as 0, and whether the one who
    looks does; nobody in particular may look."""
    ada = add(app, "finch_a", "Ada", is_verified=True)
    bob, eve = add(app, "finch_b"), add(app, "finch_c", " Eve ")
    gone = add(app, "finch_d", deleted_at="2026-05-01T12:00Z")
    for pair in ((bob, ada), (eve, ada), (gone, ada), (ada, bob)):
        app.sql("INSERT INTO follows (follower_id, followee_id) VALUES (%s, %s)", pair)
    app.sql("WITH more AS (INSERT INTO users (username, email, password_hash)"
            " SELECT 'flock' || n, 'flock' || n || '@example.org', 'hash'"
            " FROM generate_series(1, 120) AS n RETURNING id)"
            " INSERT INTO follows (follower_id, followee_id) SELECT id, %s FROM more",
            [ada])  # fmt: skip
    followed_by = {ada: [False, True, False], bob: [True, False, False], eve: [True, False, False],
                   None: [False, False, False]}  # fmt: skip
    for viewer, followed in followed_by.items():
        rows = app.ask(term="finch", viewer_id=viewer, page_size=50)
        got = [
            {name: row[name] for name in ("id", "username", "display_name", "is_verified",
                                          "follower_count", "is_followed")}
            for row in rows
        ]  # fmt: skip
        wanted = [
            {"id": ada, "username": "finch_a", "display_name": "Ada", "is_verified": True,
             "follower_count": 123, "is_followed": followed[0]},
            {"id": bob, "username": "finch_b", "display_name": None, "is_verified": False,
             "follower_count": 1, "is_followed": followed[1]},
            {"id": eve, "username": "finch_c", "display_name": " Eve ", "is_verified": False,
             "follower_count": 0, "is_followed": followed[2]},
        ]  # fmt: skip
        got.sort(key=lambda row: str(row["username"]))
        expect.equal(got, wanted, f"who is found by 'finch' when {viewer} looks")


@check(points=3, runs="social", on=crowd)
def reads_only_whom_it_finds(app: Social) -> None:
    """Among 6,000 users it reads no more than 200 rows of users and touches no more than 200 pages
    for a term that twelve names have; and for one of two letters with which six begin."""
    for term, matches in (("quartz", QUARTZES), ("qu", QUARTZES // 2)):
        plan = plan_of(app, term)
        shown = min(matches, PAGE)
        expect.that(plan.rows == shown, f"{shown} rows for {term!r}", plan.text)
        read = plan.rows_read("users")
        expect.that(read <= MOST_USERS, f"at most {MOST_USERS} rows of users are read for {term!r}",
                    f"{read}:\n{plan.text}",
                    look="the expressions and the WHERE of users_live_names_idx")  # fmt: skip
        expect.that(plan.buffers <= MOST_PAGES, f"at most {MOST_PAGES} pages are touched"
                    f" for {term!r}", plan.text,
                    look="the expressions and the WHERE of users_live_names_idx")  # fmt: skip


@check(points=2, runs="social", on=crowd)
def counts_for_what_is_shown(app: Social) -> None:
    """Of 400 users who are found and have 25 followers each it shows 10, and reads no more than
    1,000 rows of follows."""
    plan = plan_of(app, "granite")
    expect.that(plan.rows == PAGE, f"{PAGE} rows for 'granite'", plan.text)
    read = plan.rows_read("follows")
    expect.that(read <= MOST_FOLLOWS, f"at most {MOST_FOLLOWS} rows of follows are read",
                f"{read}:\n{plan.text}",
                look="for how many users their followers are counted")  # fmt: skip
