"""A dashboard for its user, for others, and for services that do not do their part."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from workbench.checking import Answer, Asked, CheckFailed, Gateway, Reply, check, expect

NEVER = "60000"
PATIENT = {
    "RETRY_ATTEMPTS": "1", "BREAKER_FAILURES": "1000", "ATTEMPT_TIMEOUT_MS": NEVER,
    "DEADLINE_MS": NEVER, "DASHBOARD_DEADLINE_MS": NEVER,
}  # fmt: skip
HASTY = {**PATIENT, "DASHBOARD_DEADLINE_MS": "800"}

#: More than a busy machine needs until something happens that happens at once.
WAIT = 8.0

USER = "5f0c8a52-7a0e-4d55-9f0e-0d3c5b1f6a01"
OTHER = "c3b1f0aa-11d2-4a7b-8e55-6f1d2e3c4b5a"
NAMES = ("users", "orders", "products")

PERSON = {"id": USER, "name": "Ada", "email": "ada@example.org"}
ORDER = {"id": "o1", "status": "placed", "total": "12.50", "created_at": "2026-11-01T08:00:00Z"}
PRODUCTS = [
    {"id": f"p{n}", "name": f"Lamp {n}", "price": "9.90", "stock_quantity": n} for n in range(2)
]

DASHBOARD = {
    "user": PERSON,
    "orders": [{**ORDER, "total": {"amount": "12.50", "currency": "EUR"}}],
    "products": [
        {
            "id": f"p{n}", "name": f"Lamp {n}", "price": {"amount": "9.90", "currency": "EUR"},
            "availability": {"in_stock": n > 0, "quantity": n},
        }
        for n in range(2)
    ],
    "missing": [],
}  # fmt: skip

JSON = [("content-type", "application/json")]

MIB = 1024 * 1024


def services(app: Gateway) -> None:
    """Three services that answer as they should."""
    app.users.answer(Answer.json({**PERSON, "password_hash": "$argon2$"}))
    app.orders.answer(Answer.json({"orders": [ORDER]}))
    app.products.answer(Answer.json({"products": PRODUCTS, "pagination": {}}))
    for name in NAMES:
        getattr(app, name).forget()


def ask(app: Gateway, user: str = USER, caller: str = USER, role: str = "user") -> Reply:
    return app.get(f"/api/v1/dashboard/{user}", token=app.token(caller, role))


def shown(reply: Reply, *missing: str, look: str = "") -> None:
    """The whole dashboard, without these parts."""
    expect.status(reply, 200, look)
    body = reply.json
    if not isinstance(body, dict):
        raise CheckFailed("an object", reply.shown, reply.sent)
    listed = body.get("missing")
    got = {**body, "missing": sorted(listed)} if _are_texts(listed) else body
    wanted: dict[str, Any] = {**DASHBOARD, "missing": sorted(missing)}
    for name in missing:
        wanted["user" if name == "users" else name] = None
    for key in wanted:
        if key in got:
            expect.equal(got[key], wanted[key], key, reply=reply, look=look)
    expect.equal(sorted(got), sorted(wanted), "the fields", reply=reply)


def shown_without_orders(reply: Reply, look: str) -> None:
    """The dashboard is there, and only its orders are not. How that is told is another check's."""
    expect.status(reply, 200, look)
    for key in ("user", "products"):
        expect.equal(reply[key], DASHBOARD[key], key, reply=reply, look=look)
    expect.that(not reply["orders"], "no orders", reply.shown, sent=reply.sent, look=look)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def nobody_was_asked(app: Gateway, reply: Reply) -> None:
    asked = [f"{name} {one.target}" for name in NAMES for one in getattr(app, name).asked]
    expect.equal(asked, [], "requests to services", reply=reply, look="what is decided first")


def the_request_to(app: Gateway, name: str, path: str) -> Asked:
    """The one request that has reached this service; it is a GET of that path."""
    found = getattr(app, name).asked
    expect.equal([f"{one.method} {urlsplit(one.target).path}" for one in found], [f"GET {path}"],
                 f"requests to {name}")  # fmt: skip
    one: Asked = found[0]
    return one


@check(points=3, runs="gateway", on=services, settings=PATIENT)
def is_made_of_three_answers(app: Gateway) -> None:
    """A user gets 200 and JSON: himself, his orders, products, and nothing is missing."""
    services(app)
    reply = ask(app)
    shown(reply)
    kind = expect.header(reply, "Content-Type").partition(";")[0].strip().lower()
    expect.equal(kind, "application/json", "Content-Type", reply=reply)


@check(points=2, runs="gateway", on=services, settings=PATIENT)
def asks_for_what_it_needs(app: Gateway) -> None:
    """Each service is asked once, for that user, for his orders, for five products, whatever stands
    in the client's query."""
    services(app)
    look = "whose words the query is made of"
    sent = f"user_id={OTHER}&per_page=50"  # by a client that would like to have more
    app.get(f"/api/v1/dashboard/{USER}?{sent}", token=app.token(USER))
    the_request_to(app, "users", f"/api/v1/users/{USER}")
    query = urlsplit(the_request_to(app, "orders", "/api/v1/orders").target).query
    expect.equal(parse_qs(query).get("user_id"), [USER], f"user_id in the query {query}", look=look)
    query = urlsplit(the_request_to(app, "products", "/api/v1/products").target).query
    expect.equal(parse_qs(query).get("per_page"), ["5"], f"per_page in the query {query}",
                 look=look)  # fmt: skip


@check(points=1, runs="gateway", on=services, settings=PATIENT)
def shows_five_products(app: Gateway) -> None:
    """A service that answers more than five products is cut short: the first five are shown."""
    services(app)
    app.products.answer(Answer.json({"products": [{"id": f"p{n}"} for n in range(8)]}))
    reply = ask(app)
    expect.status(reply, 200)
    ids = [card.get("id") for card in reply["products"] or ()]
    expect.equal(ids, [f"p{n}" for n in range(5)], "the ids of the products", reply=reply)


@check(points=2, runs="gateway", on=services, settings=PATIENT)
def tells_who_asks(app: Gateway) -> None:
    """The services are told what `headers` says and which type we read, and nothing that the client
    sent."""
    services(app)
    sent = {"cookie": "a=b", "x-caller-role": "admin", "x-mine": "1", "accept": "text/html",
            "if-none-match": '"1"', "accept-language": "de"}  # fmt: skip
    token = app.token(USER)
    reply = app.get(f"/api/v1/dashboard/{USER}", token=token, headers=sent)
    for name in NAMES:
        asked = getattr(app, name).asked
        expect.that(bool(asked), f"a request to {name}", "none", sent=reply.sent)
        told = {
            "x-caller-id": [USER], "x-caller-role": ["user"], "accept": ["application/json"],
            "x-request-id": [expect.header(reply, "X-Request-Id")],
            "cookie": [], "x-mine": [], "authorization": [], "if-none-match": [],
            "accept-language": [],
        }  # fmt: skip
        for header, values in told.items():
            expect.equal(asked[0].all(header), values, f"{header}, as {name} is told",
                         reply=reply, look="whose words they are")  # fmt: skip


@check(points=1, runs="gateway", on=services, settings=PATIENT)
def is_not_kept(app: Gateway) -> None:
    """No cache may keep a dashboard, be it whole or not: Cache-Control is no-store."""
    for orders in (Answer.json({"orders": [ORDER]}), Answer(500)):
        services(app)
        app.orders.answer(orders)
        reply = ask(app)
        expect.status(reply, 200)
        look = f"whoever stands between you and the client; orders answers {orders.status}"
        value = expect.header(reply, "Cache-Control", look=look)
        words = [word.strip().lower() for word in value.split(",")]
        expect.that("no-store" in words, "Cache-Control: no-store", value, sent=reply.sent,
                    look=look)  # fmt: skip


@check(points=3, runs="gateway", on=services, settings=PATIENT)
def is_ones_own(app: Gateway) -> None:
    """Somebody else's dashboard is 403, and no service is asked; admins see everybody's."""
    services(app)
    reply = ask(app, caller=OTHER)
    expect.problem(reply, 403, look="whose it is, and who asks")
    nobody_was_asked(app, reply)
    shown(ask(app, caller=OTHER, role="admin"), look="what an admin may see")


@check(points=2, runs="gateway", on=services, settings=PATIENT)
def an_id_is_a_uuid(app: Gateway) -> None:
    """What is no UUID is 404, and nothing of it reaches a service; capitals are the same UUID."""
    for segment in ("x", "1%3Fadmin=1", f"{USER}%3Fadmin=1", f"{USER}%26user_id={OTHER}",
                    f"{USER}%23", "%7B%7D", f"{USER}0", "%C3%A9", "7"):  # fmt: skip
        services(app)
        reply = ask(app, user=segment, caller=unquote(segment))
        expect.problem(reply, 404, look="what an id may be")
        nobody_was_asked(app, reply)
    reply = ask(app, user="x")
    expect.problem(reply, 404, look="what comes first: what it is, or whose it is")
    nobody_was_asked(app, reply)
    services(app)
    shown(ask(app, user=USER.upper()), look="one UUID, written in two ways")
    the_request_to(app, "users", f"/api/v1/users/{USER}")


@check(points=2, runs="gateway", on=services, settings=PATIENT)
def a_user_that_is_not_there(app: Gateway) -> None:
    """When users knows no such user the answer is 404, whatever the others say."""
    services(app)
    app.users.answer(Answer.json({"title": "Not Found"}, 404))
    expect.problem(ask(app), 404, look="a dashboard of nobody")
    services(app)
    app.users.answer(Answer.json({"title": "Not Found"}, 404))
    app.orders.answer(Answer(500))
    app.products.answer(Answer(500))
    expect.problem(ask(app), 404, look="a user that is not there, and others that fail")


@check(points=3, runs="gateway", on=services, settings=PATIENT)
def a_part_that_fails_is_marked(app: Gateway) -> None:
    """A part that fails, in whichever way, is null and its service is in `missing`; the others are
    shown."""
    orders = {"orders": [ORDER]}
    failures = [
        Answer.json(orders, 500), Answer.json(orders, 403), Answer.json(orders, 404),
        Answer.json(orders, 202),
        Answer(302, headers=[("location", "/api/v1/products")]), Answer(None), Answer(204),
        Answer(200, b'{"orders": []}', JSON, dropped=True), Answer(200, b"<html>"),
        Answer.json([]), Answer.json({"orders": None}),
    ]  # fmt: skip
    for failure in failures:
        services(app)
        app.orders.answer(failure)
        body = failure.body.decode() if isinstance(failure.body, bytes) else ""
        shown(ask(app), "orders", look=f"orders answers {failure.status} {body}".strip())
    services(app)
    app.products.answer(Answer(404))
    shown(ask(app), "products", look="products answers 404")
    services(app)
    app.users.answer(Answer.json(PERSON, 500))
    shown(ask(app), "users", look="users answers 500")
    app.users.answer(Answer.json(PERSON, 410))
    shown(ask(app), "users", look="users answers 410: only 404 means that there is no such user")
    app.users.answer(Answer.json(PERSON, 500))
    app.products.answer(Answer.json({}))
    shown(ask(app), "users", "products", look="one part is left")


@check(points=2, runs="gateway", on=services, settings=PATIENT)
def without_any_part_there_is_none(app: Gateway) -> None:
    """When all three fail the answer is 503, with a Retry-After."""
    services(app)
    for name in NAMES:
        getattr(app, name).answer(Answer(500))
    reply = ask(app)
    expect.problem(reply, 503, look="what is left to be shown")
    expect.header(reply, "Retry-After", look="what a client may do about it")


@check(points=1, runs="gateway", on=services, settings=PATIENT)
def asks_all_at_once(app: Gateway) -> None:
    """All three are asked before any of them has answered."""
    services(app)
    with ThreadPoolExecutor() as pool:
        with (
            app.users.hold() as users, app.orders.hold() as orders,
            app.products.hold() as products,
        ):  # fmt: skip
            reply = pool.submit(ask, app)
            for name, held in zip(NAMES, (users, orders, products), strict=True):
                got = "none, while others are still to answer"
                expect.that(held.reached(1, WAIT), f"a request that reaches {name}", got)
        shown(reply.result())


@check(points=2, runs="gateway", on=services, settings=HASTY)
def keeps_the_deadline(app: Gateway) -> None:
    """What is not there after `seconds` is missing, be it the answer or the rest of its body."""
    services(app)
    with app.orders.hold():
        shown_without_orders(ask_in_time(app), "who waits for a service that does not answer")
    services(app)
    goes_on = Event()

    def begun() -> Iterator[bytes]:
        yield b'{"orders": ['
        goes_on.wait(3 * WAIT)
        yield b"]}"

    app.orders.answer_by(lambda _: Answer(200, begun(), JSON))
    try:
        shown_without_orders(ask_in_time(app), "who waits for the rest of a body")
    finally:
        goes_on.set()


def ask_in_time(app: Gateway) -> Reply:
    """The dashboard while orders is late. On a machine that is very busy, the others may be, too:
    then it is asked again."""
    for _ in range(4):
        reply = ask(app)
        if reply.status == 200 and reply["user"] and reply["products"]:
            break
    return reply


@check(points=1, runs="gateway", on=services, settings=PATIENT, hidden=True)
def reads_no_more_than_it_must(app: Gateway) -> None:
    """An answer of 1 MiB is shown; one that does not end is not read on, and is missing."""
    services(app)
    app.orders.answer(Answer(200, b'{"orders": []}'.rjust(MIB), JSON))
    reply = ask(app)
    expect.status(reply, 200)
    expect.equal(reply["orders"], [], "orders, in a body of exactly 1 MiB", reply=reply)
    services(app)
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 64 * MIB:
            sent += 64 * 1024
            yield b" " * 64 * 1024

    app.orders.answer(Answer(200, endless(), JSON))
    shown_without_orders(ask(app), "an answer that does not end")
    expect.that(sent < 32 * MIB, "orders has sent a few MiB when nobody reads on",
                f"{sent // MIB} MiB", look="what is read before its length is known")  # fmt: skip
