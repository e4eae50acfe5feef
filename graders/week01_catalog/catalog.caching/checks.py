"""The cache is judged by its marker, by the SQL that ran, and by what it leaves in Redis."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import redis

from workbench.checking import App, CheckFailed, Reply, check, expect, other_hashes

PRODUCTS = "/api/v1/products"
PREFIX = "cache:listing:"
MARKS = ("HIT", "MISS", "BYPASS")

SECONDS = 10_000
CLOCK = 1000  # milliseconds by which Redis' clock may be behind when it stores
MOST_KEY_BYTES = 200
WAIT = 8.0  # seconds that a busy machine may take for what should take none

#: A patient cache: a busy machine must not look like a Redis that is down.
SETTINGS = {"CACHE_SECONDS": str(SECONDS), "REDIS_TIMEOUT_MS": "8000"}
IMPATIENT = SETTINGS | {"REDIS_TIMEOUT_MS": "300"}

#: name, price, category
SHOP = (
    ("Chair", "49.90", "Garden"),
    ("Trowel", "9.99", "Garden"),
    ("Almanac", "0.00", "Books"),
    ("Atlas", "35.00", "Books"),
    ("Bowl", "5.00", "Kitchen"),
)


def shop(app: App) -> None:
    """Five products, stored before anybody asks, and a Redis without copies."""
    app.redis.flushdb()
    for name in sorted({category for _, _, category in SHOP}):
        app.sql("INSERT INTO categories (name) VALUES (%s)", [name])
    for name, price, category in SHOP:
        app.sql(
            "INSERT INTO products (name, price, category_id)"
            " SELECT %s, %s, id FROM categories WHERE name = %s",
            [name, price, category],
        )


def ask(app: App, query: str = "", method: str = "GET", **options: Any) -> Reply:
    """The listing for a query string as it stands; the marker must be one of the three."""
    reply = app.request(method, f"{PRODUCTS}?{query}" if query else PRODUCTS, **options)
    expect.status(reply, 200, look="what your cache does with this request")
    mark = expect.header(reply, "X-Cache", look="which header tells where an answer comes from")
    expect.that(mark in MARKS, f"X-Cache: one of {', '.join(MARKS)}", mark, sent=reply.sent)
    return reply


def computed(reply: Reply, look: str, mark: str = "MISS") -> Reply:
    """The reply was made from the database, and says so."""
    expect.equal(reply.headers["x-cache"], mark, "X-Cache", reply=reply, look=look)
    expect.that(len(reply.statements) > 0, "SQL for an answer that is no HIT", "none",
                sent=reply.sent, look="whether the marker tells the truth")  # fmt: skip
    return reply


def hit(reply: Reply, look: str) -> Reply:
    """The reply came from Redis, and says so."""
    expect.equal(reply.headers["x-cache"], "HIT", "X-Cache", reply=reply, look=look)
    expect.equal(len(reply.statements), 0, "SQL statements for a HIT", reply=reply, look=look)
    return reply


def keys(app: App) -> set[str]:
    """The keys of copies that are there now."""
    return set(app.redis.keys(f"{PREFIX}*"))


def new_key(app: App, query: str) -> str:
    """Ask for a query that nobody has asked for yet; the one key that came with it."""
    before = keys(app)
    reply = computed(ask(app, query), "a query that nobody has asked for yet")
    new = keys(app) - before
    expect.that(len(new) == 1, f"one new key that begins with the label ({PREFIX}...)",
                f"{len(new)} new keys {sorted(new)[:3]}", sent=reply.sent,
                look="what your key begins with, and whether the answer was kept")  # fmt: skip
    return new.pop()


#: A process in which Python's `hash` of a text is another one.
ELSEWHERE = [
    other_hashes("from backend.catalog.listing_cache import register_listing_cache\n"),
]


def names(reply: Reply) -> list[str]:
    return sorted(str(item["name"]) for item in reply["products"])


def named(app: App, reply: Reply, wanted: list[str], look: str) -> None:
    expect.equal(names(reply), sorted(wanted), "the names of the products", reply=reply, look=look)


@check(points=2, on=shop, settings=SETTINGS)
def answers_from_redis(app: App) -> None:
    """The second of two equal requests is answered from Redis, without SQL, and says HIT; also by
    another process."""
    first = computed(ask(app), "a query that nobody has asked for yet")
    second = hit(ask(app), "where the second answer comes from")
    expect.equal(second.json, first.json, "the body of the HIT, as of the MISS", reply=second)
    expect.equal(second.headers.get("content-type"), first.headers.get("content-type"),
                 "the content type of the HIT, as of the MISS", reply=second)  # fmt: skip
    named(app, second, [name for name, _, _ in SHOP], "what is kept")
    with app.altered("backend/app.py", ELSEWHERE) as other:
        hit(ask(other), "what two processes have not in common: memory, and the numbers of hash()")


@check(points=2, after=answers_from_redis, on=shop, settings=SETTINGS)
def has_one_entry_for_all_spellings(app: App) -> None:
    """However a query is spelled, it is the same entry."""
    spellings = (
        (
            "min_price=5&max_price=50&sort_by=price",
            "sort_by=price&max_price=50&min_price=5",
            "min_price=5.0&max_price=50.00&sort_by=price",
            "min_price=05&max_price=50&sort_by=price&page=1",
            "min_price=5&max_price=50&sort_by=price&per_page=20&sort_order=desc",
        ),
        ("search=al&category=Books", "category=B%6fo%6bs&search=%20al+"),
        ("category=Kitchen", "category=Kitchen&search=",
         "search=+&category=Kitchen&sort_by=created_at"),
    )  # fmt: skip
    for first, *others in spellings:
        computed(ask(app, first), "a query that nobody has asked for yet")
        for other in others:
            hit(ask(app, other), f"what makes this another query than {first}")


@check(points=2, after=answers_from_redis, on=shop, settings=SETTINGS)
def keeps_queries_apart(app: App) -> None:
    """Two different queries never share an entry."""
    different = (
        "per_page=1", "per_page=2", "per_page=2&page=2", "max_price=0", "max_price=1",
        "min_price=1", "max_price=10", "max_price=1.01", "sort_by=name", "sort_by=price",
        "sort_order=asc",
        "category=Garden", "category=garden", "search=Garden", "category=", "category=None",
        "search=None", "search=null", "category=Garden%20", "category=Garden&search=Garden",
        "category=1", "search=1", "category=caf%C3%A9", "category=cafe%CC%81",
    )  # fmt: skip
    for query in different:
        computed(ask(app, query), "what this query has in common with one before it")
    named(app, hit(ask(app, "category=Garden"), "a repeated query"), ["Chair", "Trowel"],
          "whose answer this is")  # fmt: skip


@check(points=1, after=answers_from_redis, on=shop, settings=SETTINGS, hidden=True)
def cannot_be_deceived_by_a_value(app: App) -> None:
    """A value that holds what stands between values in a key is still only a value."""
    look = "what tells the end of one value from the beginning of the next"
    for between in _betweens():
        one = {"category": f"x{between}y", "search": "z"}
        other = {"category": "x", "search": f"y{between}z"}
        for query in (one, other):
            computed(app.get(PRODUCTS, params=query), look)


def _betweens() -> tuple[str, ...]:
    """What keys that people write have between the category and the search."""
    return (
        "&search=", "|", ":", ",", "/", "', 'search': '",
        "&max_price=None&min_price=None&page=1&per_page=20&search=",
        "&page=1&per_page=20&search=",
        "|None|None|1|20|", ":None:None:1:20:", "|1|20|", ":1:20:", ":None:None:", "|None|None|",
    )  # fmt: skip


@check(points=2, after=answers_from_redis, on=shop, settings=SETTINGS)
def has_bounded_keys_and_plain_values(app: App) -> None:
    """Keys are short whatever is asked for, and values are JSON."""
    key = new_key(app, "category=" + "long" * 1000)
    size = len(key.encode("utf-8", "surrogateescape"))
    expect.that(size <= MOST_KEY_BYTES, f"a key of at most {MOST_KEY_BYTES} bytes",
                f"{size} bytes: {key[:80]}...", sent="a category of 4000 characters",
                look="what of the query stands in the key")  # fmt: skip
    key = new_key(app, "search=Atlas&per_page=7")
    try:
        value = json.loads(app.redis.get(key) or "")
    except (ValueError, redis.ResponseError):
        raise CheckFailed("JSON text under the key", "something else", f"GET {key}",
                          look="how the answer is stored") from None  # fmt: skip
    expect.that(isinstance(value, dict | list) and "Atlas" in json.dumps(value),
                "a JSON object with the products", expect.show(value), sent=f"GET {key}",
                look="how the answer is stored")  # fmt: skip


@check(points=2, after=answers_from_redis, on=shop, settings=SETTINGS)
def gives_every_key_a_lifetime_of_its_own(app: App) -> None:
    """Every key expires after 80 to 100 % of CACHE_SECONDS, and not all at once."""
    lifetimes = []
    for query in (f"search=x{number}" for number in range(20)):
        lifetime = lifetime_of_new(app, query)
        least, most = lifetime
        shown = "for ever" if most < 0 else f"about {most // 1000} s"
        expect.that(most >= SECONDS * 800 and least <= SECONDS * 1000,
                    f"{SECONDS * 4 // 5} to {SECONDS} s, as CACHE_SECONDS is {SECONDS}", shown,
                    sent=f"GET {PRODUCTS}?{query}", look="the lifetime of each key")  # fmt: skip
        lifetimes.append(lifetime)
    expect.that(apart(lifetimes) >= 3, "lifetimes that differ",
                expect.show(sorted({most // 1000 for _, most in lifetimes})),
                sent=f"{len(lifetimes)} queries in a row",
                look="what happens when all that was stored together expires together")  # fmt: skip


def lifetime_of_new(app: App, query: str) -> tuple[int, int]:
    """Between which bounds the lifetime is that a new key was given, in milliseconds; below 0 for
    one that never expires."""
    before = clock(app)
    key = new_key(app, query)
    ends = int(app.redis.pexpiretime(key))
    if ends < 0:
        return -1, -1
    return ends - clock(app) - CLOCK, ends - before + CLOCK


def clock(app: App) -> int:
    seconds, microseconds = app.redis.time()
    return int(seconds * 1000 + microseconds // 1000)


def apart(bounds: list[tuple[int, int]]) -> int:
    """How many lifetimes are different for sure, whenever in between they began."""
    count, reached = 0, 0
    for least, most in sorted(bounds, key=lambda one: one[1]):
        if least > reached:
            count, reached = count + 1, most
    return count


@check(points=2, after=answers_from_redis, on=shop, settings=SETTINGS)
def keeps_no_errors(app: App) -> None:
    """Errors are passed on and never kept; a copy is served while PostgreSQL is away."""
    ask(app, "per_page=11")
    before = keys(app)
    for query in ("page=0", "sort_by=colour", "colour=red", "page=0"):
        reply = app.get(f"{PRODUCTS}?{query}")
        expect.problem(reply, 422, query.partition("=")[0])
    with app.system.ways.postgres.cut():
        for _ in range(2):
            expect.problem(app.get(f"{PRODUCTS}?per_page=12"), 503,
                           look="an error that came up below your cache")  # fmt: skip
        hit(ask(app, "per_page=11"), "a copy that was made while PostgreSQL was there")
    new = keys(app) - before
    expect.equal(sorted(new), [], "keys that errors left behind", look="which answers are kept")
    computed(ask(app, "per_page=12"), "what was kept of the error before")


@check(points=1, after=answers_from_redis, on=shop, settings=SETTINGS)
def serves_head_from_the_same_entry(app: App) -> None:
    """HEAD uses the entry of GET, and leaves a whole answer for it."""
    computed(ask(app, "per_page=31"), "a query that nobody has asked for yet")
    head = hit(ask(app, "per_page=31", method="HEAD"), "HEAD after GET")
    expect.equal(head.text, "", "the body of HEAD", reply=head)
    ask(app, "per_page=32", method="HEAD")
    named(app, ask(app, "per_page=32"), [name for name, _, _ in SHOP], "GET after HEAD")


@check(points=1, after=answers_from_redis, on=shop, settings=SETTINGS)
def serves_all_callers_from_the_same_entry(app: App) -> None:
    """The listing is the same for everybody, so all callers share its entry."""
    computed(ask(app, "per_page=41", role=None), "a query that nobody has asked for yet")
    for role in ("viewer", "admin"):
        hit(
            ask(app, "per_page=41", role=role),
            f"the listing for a {role}, after one without a token",
        )


@check(points=2, after=answers_from_redis, on=shop, settings=SETTINGS)
def works_without_redis(app: App) -> None:
    """While Redis is away every request is answered from the database, and says BYPASS."""
    computed(ask(app, "per_page=51"), "a query that nobody has asked for yet")
    with app.system.ways.redis.cut():
        for query in ("per_page=51", "category=Books&per_page=51", "per_page=51"):
            computed(ask(app, query), "an answer without Redis", "BYPASS")
        reply = ask(app, "category=Books&per_page=51")
        named(app, reply, ["Almanac", "Atlas"], "an answer without Redis")
    ask(app, "per_page=52")
    hit(ask(app, "per_page=52"), "the time after Redis has come back")


@check(points=1, after=works_without_redis, on=shop, settings=SETTINGS)
def survives_a_redis_that_goes_away(app: App) -> None:
    """Redis may go away while a page is computed: the page is answered all the same."""
    ask(app)
    with ThreadPoolExecutor(1) as pool, ExitStack() as redis_is_away:
        with app.system.ways.postgres.hold() as held:
            reader = pool.submit(app.get, f"{PRODUCTS}?per_page=71")
            held(1, WAIT)
            redis_is_away.enter_context(app.system.ways.redis.cut())
        reply = reader.result()
    expect.status(reply, 200, look="a page that is computed and cannot be kept")
    named(app, reply, [name for name, _, _ in SHOP], "a page that cannot be kept")


@check(points=1, after=works_without_redis, on=shop, settings=IMPATIENT)
def asks_a_silent_redis_only_once(app: App) -> None:
    """A Redis that does not answer costs a request one timeout, not several."""
    ask(app)
    with app.system.ways.redis.hold() as held:
        # What the rest of the system asks Redis, rate limits among it, is asked in vain as well.
        expect.status(app.get("/api/v1/categories"), 200)
        others = next(count for count in range(20) if not held(count + 1, 0.0))
        reply = computed(ask(app), "an answer when Redis says nothing", "BYPASS")
        named(app, reply, [name for name, _, _ in SHOP], "an answer without Redis")
        once = not held(2 * others + 2, 0.0)
        expect.that(once, "one attempt to ask Redis", "two or more in a row", sent=reply.sent,
                    look="what you do after the first timeout")  # fmt: skip


@check(points=2, after=has_bounded_keys_and_plain_values, on=shop, settings=SETTINGS)
def survives_what_it_did_not_write(app: App) -> None:
    """A value that cannot be the cache's own is a miss, and is replaced."""
    key = new_key(app, "per_page=61&category=Garden")
    aliens: tuple[str | bytes, ...] = (
        "no JSON", "", "[]", "{}", '"text"', "null", "12", '{"products": [', "[" * 50_000,
        '{"detail": "another kind of object"}', b"\x80\x04\x95\xff",
    )  # fmt: skip
    for alien in aliens:
        app.redis.set(key, alien, ex=SECONDS)
        shown = f"{alien[:60]!r} under the key, then"
        reply = app.get(f"{PRODUCTS}?per_page=61&category=Garden")
        look = f"what your code does with {alien[:40]!r} in place of a copy"
        expect.status(reply, 200, look=look)
        named(app, reply, ["Chair", "Trowel"], look)
        expect.that(reply.headers.get("x-cache") != "HIT", "another mark than HIT", "HIT",
                    sent=f"{shown} {reply.sent}", look=look)  # fmt: skip
        hit(
            ask(app, "per_page=61&category=Garden"),
            f"the request after the one that found {alien[:40]!r}",
        )
    app.redis.delete(key)
    app.redis.rpush(key, "a list")
    reply = app.get(f"{PRODUCTS}?per_page=61&category=Garden")
    expect.status(reply, 200, look="a key that holds a list")
    named(app, reply, ["Chair", "Trowel"], "a key that holds a list")


@check(points=1, after=answers_from_redis, settings=SETTINGS)
def uses_the_label_of_the_moment(app: App) -> None:
    """After a product has changed, the old copy is not used any more."""
    shop(app)
    computed(ask(app, "search=Bowl"), "a query that nobody has asked for yet")
    hit(ask(app, "search=Bowl"), "where the second answer comes from")
    bowl = ask(app, "search=Bowl")["products", 0, "id"]
    for price in ("6.00", "7.00"):
        expect.status(app.patch(f"{PRODUCTS}/{bowl}", json={"price": price}), 200)
        reply = computed(ask(app, "search=Bowl"), "what your keys begin with, and when you ask")
        expect.equal(reply["products", 0, "price"], price, "the price", reply=reply)
        hit(ask(app, "search=Bowl"), "where the second answer comes from")


@check(points=2, after=uses_the_label_of_the_moment, settings=SETTINGS, seconds=30, hidden=True)
def keeps_a_page_under_the_label_it_began_with(app: App) -> None:
    """A page that was read before a change is not kept where it is found after it."""
    shop(app)
    bowl = ask(app.twin, "search=Bowl&per_page=3")["products", 0, "id"]
    with ThreadPoolExecutor(1) as pool, ExitStack() as redis_waits:
        with app.system.ways.postgres.hold() as asked:
            reader = pool.submit(ask, app, "search=Bowl")
            asked(1, WAIT)
            keeping = redis_waits.enter_context(app.system.ways.redis.hold())
        # PostgreSQL has answered with the old price, and the page is on its way to Redis.
        keeping(1, WAIT)
        expect.status(app.twin.patch(f"{PRODUCTS}/{bowl}", json={"price": "8.00"}), 200)
        redis_waits.close()
        reader.result()
    reply = ask(app, "search=Bowl")
    expect.equal(reply["products", 0, "price"], "8.00", "the price after the change", reply=reply,
                 look="when you ask for the label, and how often")  # fmt: skip
