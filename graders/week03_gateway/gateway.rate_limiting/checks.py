"""Clients that ask too often: at one gateway, at two, under false names, and without Redis."""

from __future__ import annotations

import base64
import re
import time
from concurrent.futures import ThreadPoolExecutor

from workbench.checking import Answer, Gateway, Reply, check, expect, other_hashes

ADA, BOB = "0b9f5c2e-3f1c-4a52-9a0e-5a3f0f0e5a10", "5d1e7a34-90ab-4c1e-8a77-2f0c9f4d7b21"
ORDERS, PRODUCTS, NOWHERE = "/api/v1/orders", "/api/v1/products", "/api/v1/nowhere"
OPERATORS = ("/healthz", "/readyz", "/metrics")

#: A window as long as this hardly ever ends, by anybody's reckoning, while a check runs.
LIMIT, WINDOW = 4, 1_000_000
#: A Redis that has much to do is not a silent one.
PATIENT = {"REDIS_TIMEOUT_MS": "2000", "RETRY_ATTEMPTS": "1", "BREAKER_FAILURES": "1000"}
LIMITED = {
    "RATE_LIMIT_REQUESTS": str(LIMIT), "RATE_LIMIT_WINDOW_SECONDS": str(WINDOW), **PATIENT,
}  # fmt: skip
#: Behind two proxies of our own.
PROXIED = {**LIMITED, "TRUSTED_PROXIES": "2"}

FOREIGN_KEY = "a-key-that-somebody-else-has-chosen-himself"

COMPOSITION = "backend/gateway/app.py"
#: What is another on another machine: the time by the process's own clock, and Python's `hash`.
#: (Here both processes have one clock, and the same seed for `hash`.)
ELSEWHERE = [
    (
        "import os\nimport time\n",
        f"import os\nimport time\n\n_here = time.time\ntime.time = lambda: _here() + {WINDOW}\n",
    ),
    other_hashes("from backend.gateway.rate_limiting import"),
]

#: What a client library says of its own accord.
SET_UP = ("HELLO", "AUTH", "CLIENT", "SELECT", "SCRIPT")

#: How often the check tries what must be done before a short window ends.
ATTEMPTS = 10


def nobody_counted(app: Gateway) -> None:
    """A Redis in which no window has begun."""
    app.redis.flushdb()


def anew(app: Gateway) -> None:
    """Nobody has been counted, and the services have heard nothing."""
    app.redis.flushdb()
    for service in (app.users, app.orders, app.products):
        service.forget()


def exhaust(app: Gateway, path: str = PRODUCTS, **options: object) -> None:
    """Make all the requests that a client has, and see that the next one is refused."""
    for number in range(1, LIMIT + 1):
        expect.status(app.get(path, **options), 200,
                      look=f"{LIMIT} are allowed, and this was number {number}")  # fmt: skip
    refused(app.get(path, **options))


def refused(reply: Reply, look: str = "") -> None:
    """The reply is the 429 problem."""
    expect.problem(reply, 429, look=look)


#: Longer numbers are none that anybody counts.
COUNT, SECONDS = "[0-9]{1,10}", "[1-9][0-9]{0,9}"


def told(reply: Reply) -> tuple[int, int]:
    """What RateLimit says: the requests that remain, and the seconds that are left."""
    found = reply.headers.get_list("ratelimit")
    expect.that(len(found) == 1, "one RateLimit header", f"{len(found)}: {found}", sent=reply.sent,
                look="which answers carry it, and what a service has said")  # fmt: skip
    name, *rest = (part.strip() for part in found[0].split(";"))
    said = dict(part.split("=", 1) for part in rest if "=" in part)
    holds = name == '"default"' and all(re.fullmatch(COUNT, said.get(key, "")) for key in "rt")
    expect.that(holds, 'RateLimit: "default";r=<requests>;t=<seconds>', found[0], sent=reply.sent)
    return int(said["r"]), int(said["t"])


def readable(text: str) -> str:
    """The text, and what it says in base64 and in hexadecimal digits."""
    said = [text.encode("utf-8", "surrogateescape")]
    for run in re.findall("[A-Za-z0-9+/_-]{12,}", text):
        run = run.replace("-", "+").replace("_", "/")
        for piece in (run[start:] for start in range(4)):
            piece = piece[: len(piece) - (len(piece) % 4 == 1)]
            said.append(base64.b64decode(piece + "=" * (-len(piece) % 4)))
    for run in re.findall("(?:[0-9A-Fa-f]{2}){6,}", text):
        said.append(bytes.fromhex(run))
    return b"\n".join(said).decode(errors="replace")


def keys(app: Gateway) -> list[str]:
    """All keys, of which there must be one at least."""
    found = sorted(app.redis.keys("*"))
    expect.that(bool(found), "a key in Redis after a request", "none", sent=f"GET {PRODUCTS}",
                look="where the count is kept")  # fmt: skip
    return found


@check(points=2, runs="gateway", on=nobody_counted, settings=LIMITED)
def stops_at_the_limit(app: Gateway) -> None:
    """A client may make 4 requests where 4 are allowed; the next ones are the problem 429."""
    anew(app)
    exhaust(app)


@check(points=2, after=stops_at_the_limit, runs="gateway", on=nobody_counted, settings=LIMITED)
def one_limit_for_all_services(app: Gateway) -> None:
    """The limit holds for all services together and for whatever is asked; of a request that is
    refused no service hears."""
    anew(app)
    token = app.token(ADA, "admin")
    for path, status in ((ORDERS, 200), (PRODUCTS, 200), (f"/api/v1/users/{BOB}", 200),
                         (NOWHERE, 404)):  # fmt: skip
        expect.status(app.get(path, token=token), status, look=f"{LIMIT} are allowed")
    heard = [len(service.asked) for service in (app.users, app.orders, app.products)]
    for method, path in (("GET", PRODUCTS), ("POST", ORDERS), ("DELETE", PRODUCTS),
                         ("OPTIONS", PRODUCTS), ("GET", NOWHERE),
                         ("GET", f"/api/v1/dashboard/{BOB}")):  # fmt: skip
        reply = app.request(method, path, token=token)
        refused(reply, look=f"{LIMIT} requests were made before")
        now = [len(service.asked) for service in (app.users, app.orders, app.products)]
        expect.equal(now, heard, "requests that users, orders and products have heard of",
                     reply=reply, look="when the count is asked")  # fmt: skip
    reply = app.request("HEAD", PRODUCTS, token=token)
    expect.status(reply, 429, look="HEAD is a method like others")


@check(points=2, after=stops_at_the_limit, runs="gateway", on=nobody_counted, settings=LIMITED)
def says_when_to_come_back(app: Gateway) -> None:
    """The 429 has Retry-After: the seconds until the client's window ends, and at least 1."""
    anew(app)
    exhaust(app)
    for seconds in (WINDOW, 50):
        for key in keys(app):
            app.redis.expire(key, seconds)
        before = max(app.redis.pttl(key) for key in keys(app))
        reply = app.get(PRODUCTS)
        after = min(app.redis.pttl(key) for key in keys(app))
        refused(reply)
        value = expect.header(reply, "Retry-After", look="what a 429 owes to its client")
        expect.that(bool(re.fullmatch(SECONDS, value)), "Retry-After: whole seconds from 1",
                    value, sent=reply.sent)  # fmt: skip
        expect.that(after // 1000 <= int(value) <= -(-before // 1000),
                    f"Retry-After: the {-(-before // 1000)} seconds that the key still has", value,
                    sent=reply.sent, look="how much of the window is left?")  # fmt: skip
    for _ in range(ATTEMPTS):
        for key in keys(app):
            app.redis.pexpire(key, 400)
        reply = app.get(PRODUCTS)
        if reply.status == 429:
            expect.equal(reply.headers.get("retry-after"), "1", "Retry-After", reply=reply,
                         look="a window that ends in less than a second")  # fmt: skip
            break
        anew(app)  # this machine was slow, and the window has ended
        exhaust(app)


@check(points=3, runs="gateway", on=nobody_counted, settings=LIMITED)
def tells_what_is_left(app: Gateway) -> None:
    """Every answer has RateLimit and RateLimit-Policy once, ours and not a service's: answers of
    services, of the gateway, and refusals."""
    anew(app)
    theirs = [("RateLimit", '"catalog";r=77;t=7'), ("RateLimit-Policy", '"catalog";q=99;w=7')]
    app.products.answer(Answer(200, [b"a long", b" answer"], theirs))
    app.orders.answer(Answer(500, b"", theirs))
    token = app.token(ADA)
    for number, (path, status) in enumerate((
        (PRODUCTS, 200), (NOWHERE, 404), (ORDERS, 500), (f"/api/v1/dashboard/{BOB}", 403),
        (PRODUCTS, 429), (ORDERS, 429),
    ), 1):  # fmt: skip
        reply = app.get(path, token=token)
        expect.status(reply, status)
        remaining, seconds = told(reply)
        expect.equal(remaining, max(0, LIMIT - number), f"r after {number} requests", reply=reply)
        expect.that(1 <= seconds <= WINDOW, f"t: 1 to {WINDOW} seconds", str(seconds),
                    sent=reply.sent)  # fmt: skip
        policies = [one.replace(" ", "") for one in reply.headers.get_list("ratelimit-policy")]
        expect.that(len(policies) == 1, "one RateLimit-Policy header", f"{policies}",
                    sent=reply.sent)  # fmt: skip
        name, *rest = policies[0].split(";")
        expect.equal([name, *sorted(rest)], ['"default"', f"q={LIMIT}", f"w={WINDOW}"],
                     "RateLimit-Policy", reply=reply)  # fmt: skip
    told(app.get(ORDERS))
    for key in keys(app):
        app.redis.expire(key, 50)
    reply = app.get(PRODUCTS, token=token)
    seconds = told(reply)[1]
    expect.that(1 <= seconds <= 50, "t: the 50 seconds that the key still has", str(seconds),
                sent=reply.sent, look="how much of the window is left?")  # fmt: skip
    app.products.answer(Answer.json({}))
    app.orders.answer(Answer.json({}))


@check(points=2, after=stops_at_the_limit, runs="gateway", on=nobody_counted, settings=LIMITED)
def counts_in_one_step(app: Gateway) -> None:
    """A request asks Redis once: a command, a script or a transaction. Of 20 requests at the same
    time exactly 4 are served."""
    for _ in range(2):  # first with connections and scripts that are new, then without
        anew(app)
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
    anew(app)
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: app.get(PRODUCTS), range(20)))
    served = sum(reply.status == 200 for reply in replies)
    expect.equal(served, LIMIT, "served of 20 requests at the same time", reply=replies[0])


@check(points=2, after=stops_at_the_limit, runs="gateway", on=nobody_counted, settings=LIMITED)
def counts_for_all_gateways(app: Gateway) -> None:
    """Two gateways count together, whatever time it is by their own clocks: four requests in all,
    not four each."""
    anew(app)
    look = "two machines have neither memory, nor a clock, nor the numbers of hash() in common"
    with app.altered(COMPOSITION, ELSEWHERE) as other:
        for one in (app, other, other, app):
            expect.status(one.get(PRODUCTS), 200)
        refused(other.get(PRODUCTS), look=look)
        refused(app.get(PRODUCTS), look=look)


@check(points=2, after=stops_at_the_limit, runs="gateway", on=nobody_counted, settings=LIMITED)
def a_window_ends(app: Gateway) -> None:
    """Every key expires, from the first request on; when it does, the window has ended. Neither
    served nor refused requests put that off."""
    anew(app)
    reply = app.get(PRODUCTS)
    for key in keys(app):
        left = app.redis.pttl(key)
        expect.that(0 < left <= WINDOW * 1000, f"an expiry within {WINDOW} s on {key}",
                    "none" if left < 0 else f"{left} ms", sent=reply.sent,
                    look="which command sets an expiry, and when")  # fmt: skip
    for _ in range(LIMIT + 1):
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


@check(points=2, after=stops_at_the_limit, runs="gateway", on=nobody_counted, settings=LIMITED)
def knows_its_clients_by_name(app: Gateway) -> None:
    """Each client that `name` tells apart has a count of its own, and no header makes anybody
    another one."""
    anew(app)
    exhaust(app, token=app.token(ADA))
    exhaust(app, token=app.token(BOB))
    later = app.token(ADA, exp=int(time.time()) + 5000)
    refused(app.get(ORDERS, token=later), look="another token of the same caller")
    forged = [app.token(f"user-{number}", key=FOREIGN_KEY) for number in range(LIMIT)]
    for token in forged:
        expect.status(app.get(ORDERS, token=token), 401)
    for name, value in (("X-Forwarded-For", "203.0.113.9"), ("X-Real-IP", "203.0.113.9"),
                        ("Forwarded", "for=203.0.113.9"), ("User-Agent", "another")):  # fmt: skip
        refused(app.get(ORDERS, headers={name: value}), look="who has written this header")


@check(points=2, after=stops_at_the_limit, runs="gateway", on=nobody_counted, settings=PROXIED)
def looks_behind_our_proxies(app: Gateway) -> None:
    """Behind two trusted proxies the last address but one of X-Forwarded-For is the client, however
    many lines the header has, and whatever bytes; where there are too few, it is whoever has
    connected. No other header counts."""
    anew(app)

    def ask(*lines: str, others: tuple[tuple[str, str], ...] = ()) -> int:
        sent = [*others, *(("X-Forwarded-For", line) for line in lines)]
        return app.get(PRODUCTS, headers=sent).status

    asked = (
        ("203.0.113.7, 10.0.0.1",),
        ("198.51.100.1, 203.0.113.7, 10.0.0.2",),
        ("198.51.100.2, 198.51.100.3", "203.0.113.7,10.0.0.1"),
        ("198.51.100.4", "203.0.113.7", "10.0.0.3"),
    )
    for lines in asked:
        expect.equal(ask(*lines), 200, f"status with X-Forwarded-For {lines}")
    look = "which entry our own outermost proxy has written"
    for lines in asked:
        expect.equal(ask(*lines), 429, f"status with X-Forwarded-For {lines}, 4 requests of"
                     " 203.0.113.7 before", look=look)  # fmt: skip
    for other in (("X-Real-IP", "203.0.113.40"), ("Forwarded", "for=203.0.113.41")):
        expect.equal(ask(*asked[0], others=(other,)), 429, f"status with X-Forwarded-For {asked[0]}"
                     f" and {other[0]}: {other[1]}, 4 requests of 203.0.113.7 before",
                     look="who has written this header")  # fmt: skip
    for address in ("203.0.113.8", "10.0.0.1", "198.51.100.1"):
        expect.equal(ask(f"203.0.113.7, {address}, 10.0.0.1"), 200,
                     f"status of the first request of {address}", look=look)  # fmt: skip
    for number in range(LIMIT):
        expect.equal(ask(*(() if number % 2 else (f"203.0.113.{number + 20}",))), 200,
                     "status of a request that has not come through two proxies")  # fmt: skip
    what = f"status of a request that has not come through two proxies, {LIMIT} before"
    expect.equal(ask("203.0.113.30"), 429, what, look="an address that a client has invented")
    anew(app)
    expect.status(app.get(NOWHERE, headers=[("X-Forwarded-For", b"\xff, 10.0.0.1")]), 404,
                  look="an address with a byte that is no text")  # fmt: skip


@check(points=1, after=stops_at_the_limit, runs="gateway", on=nobody_counted, settings=LIMITED)
def operators_are_free(app: Gateway) -> None:
    """/healthz, /readyz and /metrics are neither limited nor counted; what only begins like them
    is."""
    anew(app)
    for path in OPERATORS * 2:
        expect.status(app.get(path), 200)
    for number in range(LIMIT):
        expect.that(app.get(f"{OPERATORS[number % 3]}x").status in (401, 404),
                    "401 or 404 for what does not exist", "another status")  # fmt: skip
    refused(app.get(PRODUCTS))
    for path in OPERATORS:
        expect.status(app.get(path), 200, look="what follows when a probe is told 429")


@check(points=2, after=stops_at_the_limit, runs="gateway", on=nobody_counted, settings=LIMITED)
def serves_without_redis(app: Gateway) -> None:
    """While Redis is lost, silent, or answers with an error, everybody is served, without a limit;
    then counting goes on."""
    anew(app)
    exhaust(app)
    with app.system.ways.redis.cut():
        for _ in range(LIMIT + 1):
            expect.status(app.get(PRODUCTS), 200, look="a shop without its counter is still a shop")
        expect.status(app.get(NOWHERE), 404)
        expect.status(app.get(ORDERS), 401)
    anew(app)
    exhaust(app)
    for key in keys(app):  # a value of another kind, with which no command will work
        is_list = app.redis.type(key) == "list"
        app.redis.delete(key)
        _ = app.redis.set(key, "x") if is_list else app.redis.rpush(key, "x")
        app.redis.expire(key, 50)
    expect.status(app.get(PRODUCTS), 200, look="a Redis that answers with an error")
    # At the very end: what is held up comes to Redis afterwards, at any time.
    with app.system.ways.redis.hold():
        expect.status(app.get(PRODUCTS), 200, look="a Redis that takes what is sent and is silent")


@check(points=1, after=stops_at_the_limit, runs="gateway", on=nobody_counted, settings=PROXIED,
       hidden=True)  # fmt: skip
def keeps_no_names(app: Gateway) -> None:
    """Every key begins with `gateway:ratelimit:`, and neither a token, nor a caller's id, nor an
    address is told to Redis."""
    anew(app)
    token, address = app.token(ADA), "203.0.113.77"
    header = {"X-Forwarded-For": f"{address}, 10.0.0.1"}
    replies = [app.get(PRODUCTS), app.get(PRODUCTS, headers=header), app.get(ORDERS, token=token)]
    for key in keys(app):
        expect.that(key.startswith("gateway:ratelimit:"), "keys that begin with gateway:ratelimit:",
                    key)  # fmt: skip
    words = [words for reply in replies for words in reply.commands if words[0] not in SET_UP]
    sent = "\n".join(" ".join(one) for one in words)
    shown = readable(sent)
    for secret in (token, ADA, address, "127.0.0.1"):
        expect.that(secret not in shown, "Redis never hears of a token, an id or an address",
                    f"{secret} in\n{sent}",
                    look="a digest tells two clients apart, too")  # fmt: skip
