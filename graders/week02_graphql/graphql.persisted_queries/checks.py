"""Documents that are asked for by their digests, and strangers who store what they like."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from workbench.checking import App, GraphReply, Reply, check, expect

PREFIX = "graphql:query:"
SECONDS, MOST, MOST_BYTES = 6000, 3, 10_000
SETTINGS = {"PERSISTED_QUERY_SECONDS": str(SECONDS), "PERSISTED_QUERIES": str(MOST)}
SLOW = ("KEYS", "SCAN", "FLUSHDB", "FLUSHALL", "RANDOMKEY")

NOT_FOUND, MISMATCH = "PERSISTED_QUERY_NOT_FOUND", "PERSISTED_QUERY_HASH_MISMATCH"


def nothing_kept(app: App) -> None:
    """A Redis that knows no document."""
    app.redis.flushdb()


def query_of(name: str) -> str:
    """A document that asks for one alias of this name."""
    return f"{{ {name}: __typename }}"


def digest_of(query: str) -> str:
    return hashlib.sha256(query.encode()).hexdigest()


def named(query: str) -> dict[str, Any]:
    """The extensions that name a document."""
    return {"persistedQuery": {"version": 1, "sha256Hash": digest_of(query)}}


def keep(app: App, name: str) -> GraphReply:
    """Send a document with its digest, and see that it is answered."""
    query = query_of(name)
    reply = app.graphql(query, extensions=named(query))
    expect.graphql_data(reply, {name: "Query"}, "a whole document that comes with its digest")
    return reply


def use(app: App, name: str) -> GraphReply:
    """Ask by the digest alone, and see that it is answered."""
    reply = app.graphql(None, extensions=named(query_of(name)))
    expect.graphql_data(reply, {name: "Query"}, f"the digest of {query_of(name)}, which was kept")
    return reply


def unknown(app: App, query: str, look: str) -> None:
    """The digest of this document is not known, and there is no copy of it."""
    key = f"{PREFIX}{digest_of(query)}"
    expect.that(not app.redis.exists(key), f"no key {key}", "it is there", look=look)
    reply = app.graphql(None, extensions=named(query))
    expect.graphql_not_executed(reply, NOT_FOUND, look)


def documents(app: App) -> list[str]:
    return sorted(app.redis.keys(f"{PREFIX}*"))


def all_keys(app: App) -> list[str]:
    return sorted(app.redis.keys("graphql:*"))


def pass_seconds(app: App, seconds: int) -> None:
    """What would have expired after so many seconds is gone."""
    for key in all_keys(app):
        if 0 <= app.redis.pttl(key) <= seconds * 1000:
            app.redis.delete(key)


def asked(reply: Reply) -> list[str]:
    """The commands about documents that a request has sent to Redis."""
    return [" ".join(words)[:120] for words in reply.commands if "graphql:" in " ".join(words)]


@check(points=2, on=nothing_kept, settings=SETTINGS)
def is_sent_once(app: App) -> None:
    """A digest that is not known is told so; after the document came with it, the digest is
    enough, by POST and by GET."""
    app.redis.flushdb()
    reply = app.graphql(None, extensions=named(query_of("lamp")))
    expect.graphql_not_executed(reply, NOT_FOUND, "a digest that nobody has sent a document for")
    error = expect.graphql_error(reply, NOT_FOUND)
    expect.equal(error.get("message"), "PersistedQueryNotFound", "its message", reply=reply,
                 look="what client libraries look for")  # fmt: skip
    keep(app, "lamp")
    use(app, "lamp")
    got = app.get("/graphql", params={"extensions": json.dumps(named(query_of("lamp")))})
    expect.status(got, 200)
    expect.equal(got["data"], {"lamp": "Query"}, "data", reply=got)


@check(points=1, after=is_sent_once, on=nothing_kept, settings=SETTINGS)
def all_processes_know_it(app: App) -> None:
    """What one process has kept another one finds."""
    app.redis.flushdb()
    keep(app, "lamp")
    use(app.twin, "lamp")
    keep(app.twin, "chair")
    use(app, "chair")


@check(points=1, after=is_sent_once, on=nothing_kept, settings=SETTINGS)
def keeps_the_text_as_it_is(app: App) -> None:
    """The document comes back as it was sent, to the last letter; its digest is that of its UTF-8
    bytes."""
    app.redis.flushdb()
    query = '# Œuvre \N{SNOWMAN} "quoted" \\ \r\n{ node(id: "日本") { id } a: __typename }\n\n'
    for sent in (query, None):
        reply = app.graphql(sent, extensions=named(query))
        expect.graphql_error(reply, "BAD_USER_INPUT", ["node"], "what became of the document")
        expect.equal(reply.data["a"], "Query", "data.a", reply=reply)


@check(points=2, on=nothing_kept, settings=SETTINGS)
def refuses_another_name(app: App) -> None:
    """A document with the digest of another one is refused, and neither of them is kept."""
    app.redis.flushdb()
    cheap, dear = query_of("cheap"), "{ products { name } }"
    reply = app.graphql(dear, extensions=named(cheap))
    expect.graphql_not_executed(reply, MISMATCH, "whether the digest is the document's own")
    expect.equal([one.text for one in reply.statements], [], "SQL", reply=reply)
    long = f"{dear}#{'x' * MOST_BYTES}"
    reply = app.graphql(long, extensions=named(cheap))
    expect.graphql_not_executed(reply, MISMATCH, "a document too long to be kept, under that name")
    for query in (cheap, dear):
        unknown(app, query, "what is kept of a document under a false name")
    expect.equal(documents(app), [], "the documents in Redis", reply=reply)


@check(points=1, after=refuses_another_name, on=nothing_kept, settings=SETTINGS)
def refuses_what_it_does_not_know(app: App) -> None:
    """Another version than 1, or a digest that is not 64 hexadecimal digits in lower case, is
    BAD_REQUEST, with and without a document."""
    app.redis.flushdb()
    query = query_of("lamp")
    digest = digest_of(query)
    for wrong in (
        {"version": 2, "sha256Hash": digest}, {"sha256Hash": digest}, {"version": 1}, {}, 1, "x",
        [digest], *({"version": 1, "sha256Hash": one} for one in (
            None, 1, "", "x", "*", digest.upper(), digest[:-1], digest + "0", [digest],
            "g" * 64, "0x" + digest[2:], digest + "\n", "../" + digest)),
    ):  # fmt: skip
        for sent in (query, None):
            reply = app.graphql(sent, extensions={"persistedQuery": wrong})
            expect.graphql_not_executed(reply, "BAD_REQUEST", "the extension that was sent")
    expect.equal(all_keys(app), [], "keys that were left behind")


@check(points=1, on=nothing_kept, settings=SETTINGS)
def leaves_others_alone(app: App) -> None:
    """A document without a digest is answered, and Redis hears nothing of it."""
    app.redis.flushdb()
    for extensions in (None, {}, {"tracing": {"version": 1}}, {"persistedQuery": None}):
        reply = app.graphql(query_of("lamp"), extensions=extensions)
        expect.graphql_data(reply, {"lamp": "Query"}, "a document without a digest")
        expect.equal(asked(reply), [], "commands about documents", reply=reply)
    unknown(app, query_of("lamp"), "which documents are kept")
    keep(app, "lamp")
    use(app, "lamp")


@check(points=2, after=is_sent_once, on=nothing_kept, settings=SETTINGS)
def keeps_it_for_a_while(app: App) -> None:
    """A document is kept for the time of the setting after its last use, by its digest or whole;
    no key is kept for longer, or for ever."""
    app.redis.flushdb()
    keep(app, "lamp")
    key = f"{PREFIX}{digest_of(query_of('lamp'))}"
    expect.that(bool(app.redis.exists(key)), f"the document as a key {key}",
                f"only {all_keys(app)}", look="what the key of a document is called")  # fmt: skip
    for again, seconds in ((use, 50), (keep, 50), (use, SECONDS - 1000)):
        for one in all_keys(app):
            left = app.redis.pttl(one)
            expect.that(0 < left <= SECONDS * 1000, f"an expiry within {SECONDS} s on {one}",
                        "none" if left < 0 else f"{left} ms",
                        look="everything that you keep")  # fmt: skip
        app.redis.expire(key, seconds)
        reply = again(app, "lamp")
        left = app.redis.ttl(key)
        expect.that(left > SECONDS - 60, f"{SECONDS} s left after it was used", f"{left} s",
                    sent=reply.sent, look="from when on the time counts")  # fmt: skip
    app.redis.expire(key, 50)
    pass_seconds(app, 60)
    unknown(app, query_of("lamp"), "a document that has expired")
    keep(app, "lamp")
    use(app, "lamp")


@check(points=3, after=is_sent_once, on=nothing_kept, settings=SETTINGS)
def keeps_no_more_than_it_may(app: App) -> None:
    """Of all processes together no more than 3 documents are kept where 3 may be, and what is
    remembered about them is no more."""
    app.redis.flushdb()
    for number in range(1, MOST + 8):
        reply = keep((app, app.twin)[number % 2], f"n{number}")
        expect.equal(len(documents(app)), min(number, MOST), "documents in Redis", reply=reply,
                     look=f"{number} different documents were sent")  # fmt: skip
        slow = [words[0] for words in reply.commands if words[0] in SLOW]
        expect.equal(slow, [], "commands that walk through all keys", reply=reply)
    sizes = {"zset": "zcard", "hash": "hlen", "list": "llen", "set": "scard", "stream": "xlen"}
    for key in all_keys(app):
        measure = sizes.get(app.redis.type(key))
        size = getattr(app.redis, measure)(key) if measure else 1
        expect.that(size <= 2 * MOST, f"no more than {2 * MOST} entries in {key}", str(size),
                    look="what is remembered of documents that are gone")  # fmt: skip
    expect.that(len(all_keys(app)) <= 2 * MOST + 2, f"no more than {2 * MOST + 2} keys",
                ", ".join(all_keys(app)),
                look="what is remembered of documents that are gone")  # fmt: skip


@check(points=3, after=keeps_no_more_than_it_may, on=nothing_kept, settings=SETTINGS)
def the_least_recently_used_goes(app: App) -> None:
    """When there is one too many, the one goes that has not been used for longest, in whichever
    process; sending it whole is a use as well."""
    # In both orders of the digests: a tie must not help. And in both orders of the processes.
    ordered = sorted(("a", "b", "c"), key=lambda name: digest_of(query_of(name)))
    orders = ((ordered, app, app.twin), (ordered[::-1], app.twin, app))
    for (first, second, third), one, other in orders:
        for again in (use, keep):
            app.redis.flushdb()
            for name in (first, second, third):
                keep(one, name)
            again(other, first)
            keep(one, "d")
            look = (
                f"{first}, {second}, {third} were kept by a process, {first} was used in another"
                " one, then d was kept by the first"
            )
            unknown(app, query_of(second), look)
            for name in (third, first, "d"):
                use(one, name)
            keep(one, "e")
            unknown(app, query_of(third), f"{look}; {third}, {first} and d were used; e was kept")


@check(points=2, after=keeps_no_more_than_it_may, on=nothing_kept, settings=SETTINGS, hidden=True)
def does_not_lose_count(app: App) -> None:
    """A document that is used on and on is still counted when everything else has expired."""
    app.redis.flushdb()
    for name in ("a", "b"):
        keep(app, name)
    for key in all_keys(app):
        app.redis.expire(key, 50)
    use(app, "a")
    app.redis.expire(f"{PREFIX}{digest_of(query_of('a'))}", SECONDS)
    pass_seconds(app, 60)
    for name in ("c", "d", "e"):
        keep(app, name)
    look = "a was used, then all that was 50 s from its end has expired, then c, d, e were kept"
    expect.equal(len(documents(app)), MOST, "documents in Redis", look=look)
    unknown(app, query_of("a"), look)


@check(points=2, after=is_sent_once, on=nothing_kept, settings=SETTINGS)
def keeps_no_long_ones(app: App) -> None:
    """A document of 10,000 bytes is kept; a longer one is answered and not kept."""
    app.redis.flushdb()
    start = query_of("lamp") + "#"
    for padding, kept in (
        ("x" * (MOST_BYTES - len(start)), True), ("x" * (MOST_BYTES - len(start) + 1), False),
        ("é" * (MOST_BYTES // 2 + 1), False), ("x" * 60_000, False),
    ):  # fmt: skip
        query = start + padding
        size = len(query.encode())
        reply = app.graphql(query, extensions=named(query))
        expect.graphql_data(reply, {"lamp": "Query"}, f"a document of {size} bytes")
        if kept:
            again = app.graphql(None, extensions=named(query))
            expect.graphql_data(again, {"lamp": "Query"}, f"a document of {size} bytes")
        else:
            unknown(app, query, f"a document of {size} bytes")


@check(points=2, after=is_sent_once, on=nothing_kept, settings=SETTINGS)
def works_without_redis(app: App) -> None:
    """While Redis is away or does not answer, a digest is not known and a whole document is
    answered; false names are still refused."""
    app.redis.flushdb()
    keep(app, "lamp")
    with app.system.ways.redis.cut():
        for _ in range(2):
            reply = app.graphql(None, extensions=named(query_of("lamp")))
            expect.graphql_not_executed(reply, NOT_FOUND, "a digest while Redis is away")
            keep(app, "lamp")
        reply = app.graphql(query_of("chair"), extensions=named(query_of("lamp")))
        expect.graphql_not_executed(reply, MISMATCH, "a false name while Redis is away")
    with app.system.ways.redis.hold():
        reply = app.graphql(None, extensions=named(query_of("lamp")))
        expect.graphql_not_executed(reply, NOT_FOUND, "a digest while Redis does not answer")
        keep(app, "lamp")
    use(app, "lamp")
