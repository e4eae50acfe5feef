"""Clients that ask too often: alone, through two processes, under false names, without Redis."""

from __future__ import annotations

import hashlib
import re
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from workbench.checking import App, Reply, check, expect, other_hashes

PRODUCTS = "/api/v1/products"
LIMIT, WINDOW = 5, 600

#: Who holds which token. Two of them are editors.
HOLDERS = {
    "viewer-token-of-the-workbench": "viewer",
    "editor-token-of-the-workbench": "editor",
    "admin-token-of-the-workbench": "admin",
    "second-editor-token": "editor",
}
LIMITED = {
    "RATE_LIMIT_REQUESTS": str(LIMIT),
    "RATE_LIMIT_WINDOW_SECONDS": str(WINDOW),
    "ACCESS_TOKENS": ",".join(
        f"{role}={hashlib.sha256(token.encode()).hexdigest()}" for token, role in HOLDERS.items()
    ),
}
#: A process in which Python's `hash` of a text is another one.
ELSEWHERE = [other_hashes("from backend.rate_limiting import register_rate_limits\n")]
#: A window that ends by itself, and a whole second of the clock.
BRIEF = LIMITED | {"RATE_LIMIT_WINDOW_SECONDS": "1"}
PROXIED = {"RATE_LIMIT_REQUESTS": "3", "RATE_LIMIT_WINDOW_SECONDS": "7200", "TRUSTED_PROXIES": "1"}

#: How often the check tries what must be done before a short window ends.
ATTEMPTS = 10

#: What a client library says of its own accord.
SET_UP = ("HELLO", "AUTH", "CLIENT", "SELECT", "SCRIPT")


def nobody_counted(app: App) -> None:
    """A Redis in which no window has begun."""
    app.redis.flushdb()


def exhaust(app: App, limit: int = LIMIT, **options: object) -> None:
    """Make all the requests that a client has, and see that the next one is refused."""
    for number in range(1, limit + 1):
        expect.status(app.get(PRODUCTS, **options), 200,
                      look=f"{limit} are allowed, and this was number {number}")  # fmt: skip
    refused(app.get(PRODUCTS, **options))


def refused(reply: Reply, look: str = "") -> None:
    """The reply is the 429 problem."""
    expect.problem(reply, 429, look=look)


#: Longer numbers are none that anybody counts.
COUNT, SECONDS = "[0-9]{1,10}", "[1-9][0-9]{0,9}"


def told(reply: Reply) -> tuple[int, int]:
    """What RateLimit says: the requests that remain, and the seconds that are left."""
    value = expect.header(reply, "RateLimit", look="which answers carry it")
    name, *rest = (part.strip() for part in value.split(";"))
    found = dict(part.split("=", 1) for part in rest if "=" in part)
    holds = name == '"default"' and all(re.fullmatch(COUNT, found.get(key, "")) for key in "rt")
    expect.that(holds, 'RateLimit: "default";r=<requests>;t=<seconds>', value, sent=reply.sent)
    return int(found["r"]), int(found["t"])


def keys(app: App) -> list[str]:
    """All keys, of which there must be one at least."""
    found = sorted(app.redis.keys("*"))
    expect.that(bool(found), "a key in Redis after a request", "none", sent=f"GET {PRODUCTS}",
                look="where the count is kept")  # fmt: skip
    return found


@check(points=2, on=nobody_counted, settings=LIMITED)
def stops_at_the_limit(app: App) -> None:
    """A client may make 5 requests where 5 are allowed; the next ones are answered with 429."""
    app.redis.flushdb()
    exhaust(app)


@check(points=1, after=stops_at_the_limit, on=nobody_counted, settings=LIMITED)
def refuses_whatever_is_asked(app: App) -> None:
    """The limit holds for every method, also for one that would have been refused anyhow."""
    app.redis.flushdb()
    exhaust(app)
    for method in ("HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        expect.status(app.request(method, PRODUCTS), 429, look=f"whether {method} counts")


@check(points=2, after=stops_at_the_limit, on=nobody_counted, settings=LIMITED)
def says_when_to_come_back(app: App) -> None:
    """The 429 is a problem with Retry-After: the seconds until the client's window ends."""
    app.redis.flushdb()
    exhaust(app)
    for seconds in (WINDOW, 50):
        for key in keys(app):
            app.redis.expire(key, seconds)
        before = max(app.redis.pttl(key) for key in keys(app))
        reply = app.get(PRODUCTS)
        after = min(app.redis.pttl(key) for key in keys(app))
        refused(reply)
        kind = reply.headers.get("content-type", "")
        expect.equal(kind, "application/problem+json", "Content-Type", reply=reply)
        value = expect.header(reply, "Retry-After", look="what a 429 owes to its client")
        expect.that(bool(re.fullmatch(SECONDS, value)), "Retry-After: whole seconds from 1",
                    value, sent=reply.sent)  # fmt: skip
        expect.that(after // 1000 <= int(value) <= -(-before // 1000),
                    f"Retry-After: the {-(-before // 1000)} seconds that the key still has", value,
                    sent=reply.sent, look="how much of the window is left?")  # fmt: skip
        expect.equal(told(reply), (0, int(value)), "r and t of RateLimit beside it", reply=reply)
        expect.equal([one.text for one in reply.statements], [], "SQL of a refused request",
                     reply=reply, look="when the count is asked")  # fmt: skip
    for _ in range(ATTEMPTS):
        for key in keys(app):
            app.redis.pexpire(key, 400)
        reply = app.get(PRODUCTS)
        if reply.status == 429:
            expect.equal((reply.headers.get("retry-after"), told(reply)), ("1", (0, 1)),
                         "Retry-After, and r and t of RateLimit", reply=reply,
                         look="a window that ends in less than a second")  # fmt: skip
            break
        app.redis.flushdb()  # this machine was slow, and the window has ended
        exhaust(app)


@check(points=2, on=nobody_counted, settings=LIMITED)
def counts_down(app: App) -> None:
    """Every answer says what is left, and by which rule: RateLimit and RateLimit-Policy."""
    app.redis.flushdb()
    ways = (("GET", PRODUCTS, 200), ("GET", "/nowhere", 404), ("POST", PRODUCTS, 415),
            ("GET", f"{PRODUCTS}?page=0", 422), ("HEAD", PRODUCTS, 200), ("GET", PRODUCTS, 429),
            ("GET", PRODUCTS, 429))  # fmt: skip
    for number, (method, path, status) in enumerate(ways, 1):
        reply = app.request(method, path)
        expect.status(reply, status)
        policy = expect.header(reply, "RateLimit-Policy", look="which answers carry it")
        name, *rest = policy.replace(" ", "").split(";")
        expect.equal((name, sorted(rest)), ('"default"', [f"q={LIMIT}", f"w={WINDOW}"]),
                     "RateLimit-Policy", reply=reply)  # fmt: skip
        remaining, seconds = told(reply)
        expect.equal(remaining, max(0, LIMIT - number), f"r after {number} requests", reply=reply)
        expect.that(1 <= seconds <= WINDOW, f"t: 1 to {WINDOW} seconds", str(seconds),
                    sent=reply.sent)  # fmt: skip


@check(points=2, on=nobody_counted, settings=LIMITED)
def counts_for_all_processes(app: App) -> None:
    """Two processes of the system count together: five requests in all, not five each."""
    app.redis.flushdb()
    for one in (app, app.twin, app, app.twin, app):
        expect.status(one.get(PRODUCTS), 200)
    look = "what two processes have in common, and what not: memory, and the numbers of hash()"
    refused(app.twin.get(PRODUCTS), look=look)
    refused(app.get(PRODUCTS))
    with app.altered("backend/app.py", ELSEWHERE) as other:
        refused(other.get(PRODUCTS), look=look)


@check(points=3, on=nobody_counted, settings=LIMITED)
def counts_in_one_step(app: App) -> None:
    """A request asks Redis once: a command, a script or a transaction. Of 24 requests at the same
    time exactly 5 are served."""
    for _ in range(2):  # first with connections and scripts that are new, then without
        app.redis.flushdb()
        replies = [app.get(PRODUCTS) for _ in range(LIMIT + 2)]
    for reply in replies:
        asked = [words for words in reply.commands if words[0] not in SET_UP]
        names = [words[0] for words in asked]
        whole = names[:1] == ["MULTI"] and names.index("EXEC") == len(names) - 1
        expect.that(len(names) == 1 or whole,
                    "one command, one script, or MULTI and EXEC around everything",
                    "\n".join(" ".join(words)[:200] for words in asked) or "no command",
                    sent=reply.sent,
                    look="a process may die between two commands")  # fmt: skip
    app.redis.flushdb()
    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(one.get, PRODUCTS) for one in (app, app.twin) for _ in range(12)]
        replies = [one.result() for one in asking]
    served = sum(reply.status == 200 for reply in replies)
    expect.equal(served, LIMIT, "served of 24 requests at the same time", reply=replies[0])


@check(points=1, on=nobody_counted, settings=LIMITED)
def every_count_expires(app: App) -> None:
    """Every key has an expiry from the first request on, of 600 seconds at most."""
    app.redis.flushdb()
    for _ in range(LIMIT + 2):
        reply = app.get(PRODUCTS)
        for key in keys(app):
            left = app.redis.pttl(key)
            expect.that(0 < left <= WINDOW * 1000, f"an expiry within {WINDOW} s on {key}",
                        "none" if left < 0 else f"{left} ms", sent=reply.sent,
                        look="which command sets an expiry, and when")  # fmt: skip


@check(points=2, after=every_count_expires, on=nobody_counted, settings=LIMITED)
def a_window_ends(app: App) -> None:
    """A window ends when its key expires, and neither served nor refused requests put that off."""
    app.redis.flushdb()
    app.get(PRODUCTS)
    for _ in range(LIMIT + 2):
        for key in keys(app):
            app.redis.expire(key, 50)
        reply = app.get(PRODUCTS)
        for key in keys(app):
            expect.that(app.redis.pttl(key) <= 50_000, "a window that ends when it would have",
                        f"{app.redis.pttl(key)} ms left of 50000", sent=reply.sent,
                        look="who asks again and again must still be let in some day")  # fmt: skip
    refused(app.get(PRODUCTS))
    app.redis.delete(*keys(app))
    exhaust(app)


@check(points=1, after=a_window_ends, on=nobody_counted, settings=BRIEF)
def is_no_window_of_the_clock(app: App) -> None:
    """A window ends when its key expires, and not when the clock comes to a full second, minute or
    hour."""
    for _ in range(ATTEMPTS):
        app.redis.flushdb()
        app.get(PRODUCTS)
        if sum(app.redis.expire(key, WINDOW) for key in app.redis.keys("*")):
            break  # in time: the window of a second has become one of ten minutes
    for _ in range(LIMIT):
        app.get(PRODUCTS)
    began = time.monotonic()
    while True:
        later = time.monotonic() > began + 1.1  # the clock has come to a full second
        refused(app.get(PRODUCTS), look="what tells one window of a client from the next")
        if later:
            break


@check(points=1, on=nobody_counted, settings=LIMITED)
def knows_clients_by_their_tokens(app: App) -> None:
    """Each holder of a token counts for himself, and whoever has none by his address."""
    app.redis.flushdb()
    for role in ("viewer", "editor", None):
        exhaust(app, role=role)
    exhaust(app, headers={"Authorization": "Bearer second-editor-token"})
    exhaust(app, headers={"Authorization": "bEARER admin-token-of-the-workbench"})
    refused(app.get(PRODUCTS, role="admin"), look="who sends the same token is the same client")


@check(points=2, on=nobody_counted, settings=LIMITED)
def sees_through_invented_tokens(app: App) -> None:
    """A token that nobody was given makes nobody a new client: the address counts."""
    app.redis.flushdb()
    for number in range(LIMIT):
        header = {"Authorization": f"{('Bearer', 'Basic')[number % 2]} {uuid.uuid4().hex}"}
        expect.status(app.patch(f"{PRODUCTS}/{uuid.uuid4()}", headers=header, json={}), 401)
    header = {"Authorization": f"Bearer {uuid.uuid4().hex}"}
    refused(app.patch(f"{PRODUCTS}/{uuid.uuid4()}", headers=header, json={}),
            look="what it costs to invent one more token")  # fmt: skip
    refused(app.get(PRODUCTS, role=None), look="without a token it is the same address")
    header = {"Authorization": f"Basic {next(iter(HOLDERS))}"}
    refused(app.get(PRODUCTS, headers=header), look="a token that was not sent as a bearer's")


@check(points=1, on=nobody_counted, settings=LIMITED)
def sees_through_forged_addresses(app: App) -> None:
    """Where no proxy is trusted, no header changes who the client is."""
    app.redis.flushdb()
    exhaust(app, role=None)
    for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP"):
        value = "for=203.0.113.9" if name == "Forwarded" else "203.0.113.9"
        refused(app.get(PRODUCTS, role=None, headers={name: value, "User-Agent": name}),
                look="who has written this header")  # fmt: skip


@check(points=1, on=nobody_counted, settings=PROXIED)
def looks_behind_its_proxy(app: App) -> None:
    """Behind one trusted proxy, the last address of X-Forwarded-For is the client; those before it
    are claims."""
    app.redis.flushdb()
    for address in ("203.0.113.7", "203.0.113.8"):
        exhaust(app, 3, role=None, headers={"X-Forwarded-For": address})
    for claim in ("198.51.100.1", "198.51.100.2, 10.0.0.1"):
        header = {"X-Forwarded-For": f"{claim}, 203.0.113.7"}
        refused(app.get(PRODUCTS, role=None, headers=header), look="which entry the proxy wrote")
    exhaust(app, 3, role=None, headers={"X-Forwarded-For": "203.0.113.7, 203.0.113.9"})


@check(points=1, on=nobody_counted, settings=PROXIED)
def knows_a_token_in_every_place(app: App) -> None:
    """Whoever holds a token is one client, from whatever addresses the requests come."""
    app.redis.flushdb()
    for number in range(4):
        reply = app.get(PRODUCTS, headers={"X-Forwarded-For": f"203.0.113.{number}"})
        expect.status(reply, 200 if number < 3 else 429,
                      look=f"3 are allowed, and this was number {number + 1}")  # fmt: skip


@check(points=1, on=nobody_counted, settings=LIMITED)
def lets_probes_through(app: App) -> None:
    """/healthz and /readyz are neither limited nor counted."""
    app.redis.flushdb()
    for role in (None, "admin"):
        for path in ("/healthz", "/readyz") * LIMIT:
            expect.status(app.get(path, role=role), 200)
        exhaust(app, role=role)
        for path in ("/healthz", "/readyz"):
            expect.status(app.get(path, role=role), 200,
                          look="what follows when a probe is told 429")  # fmt: skip


@check(points=1, on=nobody_counted, settings=LIMITED)
def counts_everything_else(app: App) -> None:
    """Every other request counts: HEAD, OPTIONS, what does not exist, what is refused, /docs/."""
    for method, path, status in (("HEAD", PRODUCTS, 200), ("OPTIONS", PRODUCTS, 200),
                                 ("GET", "/nowhere", 404), ("GET", "/healthzz", 404),
                                 ("POST", PRODUCTS, 401), ("GET", f"{PRODUCTS}?page=0", 422),
                                 ("GET", "/docs/", 200),
                                 ("GET", "/api/v1/openapi.json", 200)):  # fmt: skip
        app.redis.flushdb()
        for _ in range(LIMIT):
            expect.status(app.request(method, path, role=None), status)
        refused(app.get(PRODUCTS, role=None), look=f"{LIMIT} times {method} {path} before")


@check(points=1, on=nobody_counted, settings=LIMITED)
def keeps_no_names(app: App) -> None:
    """Every key begins with `ratelimit:`, and neither a token nor an address stands in Redis."""
    app.redis.flushdb()
    for role in ("viewer", "editor", None):
        app.get(PRODUCTS, role=role)
    commands = app.get(PRODUCTS, role="editor").commands + app.get(PRODUCTS, role=None).commands
    for key in keys(app):
        expect.that(key.startswith("ratelimit:"), "keys that begin with ratelimit:", key)
    sent = "\n".join(" ".join(words) for words in commands if words[0] not in SET_UP)
    for secret in (*HOLDERS, "127.0.0.1", "::1"):
        expect.that(secret not in sent and not any(secret in key for key in keys(app)),
                    "Redis never hears of a token or an address", f"{secret} in\n{sent}",
                    look="a digest tells two clients apart, too")  # fmt: skip


@check(points=2, after=stops_at_the_limit, on=nobody_counted, settings=LIMITED)
def serves_without_redis(app: App) -> None:
    """While Redis is lost or silent everybody is served, without a limit; then counting goes on."""
    app.redis.flushdb()
    exhaust(app)
    with app.system.ways.redis.cut():
        for _ in range(LIMIT + 1):
            expect.status(app.get(PRODUCTS), 200,
                          look="a shop without its counter is still a shop")  # fmt: skip
        expect.status(app.get("/nowhere"), 404)
        expect.status(app.post(PRODUCTS, role=None), 401)
    app.redis.flushdb()
    exhaust(app)
    # At the very end: what is held up comes to Redis afterwards, at any time.
    with app.system.ways.redis.hold():
        expect.status(app.get(PRODUCTS), 200, look="a Redis that takes what is sent and is silent")
