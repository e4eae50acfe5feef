"""The gateway is filled with requests that wait, until one is refused; and then once more."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from workbench.checking import Answer, CheckFailed, Gateway, Reply, check, expect

MOST = 3
SETTINGS = {
    "MOST_REQUESTS": str(MOST), "RETRY_ATTEMPTS": "1", "BREAKER_FAILURES": "1000",
    "ATTEMPT_TIMEOUT_MS": "20000", "DEADLINE_MS": "20000",
}  # fmt: skip
PRODUCTS, ORDERS = "/api/v1/products", "/api/v1/orders"
WAIT = 12.0  # more than a busy machine needs
PATIENCE, LOOK = 8.0, 0.05
MANY_LOOKS, FEW_LOOKS = 100, 3
MANY = MOST * 8  # more than ever get in, even where somebody miscounts by a few

Ask = Callable[[int], Reply]

APP = "backend/gateway/app.py"
#: Beside another one, and further in than it.
_OLD = "            create_load_shedding(settings.most_requests),\n"
TWO = (_OLD, "            create_load_shedding(1000),\n" + _OLD)
#: A look at /metrics that takes as long as the products.
SLOW_METRICS = (
    '    app.router.add_get("/metrics", metrics.show)\n',
    "    async def slow(request: web.Request) -> web.StreamResponse:\n"
    "        return await forward(request, upstreams['products'], _told(request))\n"
    "    app.router.add_get('/metrics', slow)\n",
)
#: Handlers that raise; what comes out of the middleware is kept, and told by /went.
WITNESS = (
    "Clock = Callable[[], float]\n",
    "Clock = Callable[[], float]\n"
    "import asyncio\n"
    "WENT = {}\n"
    "@web.middleware\n"
    "async def witness(request, handler):\n"
    "    kind = request.path.rpartition('/')[2]\n"
    "    try:\n"
    "        answer = await handler(request)\n"
    "    except BaseException as error:\n"
    "        WENT[kind] = 'raised ' + type(error).__name__\n"
    "        raise\n"
    "    WENT[kind] = 'returned ' + type(answer).__name__\n"
    "    return answer\n",
)
WITHIN = (_OLD, "            witness,\n            create_load_shedding(1000),\n")
ROUTES = (
    "    app.router.add_get(PATH, ",
    "    async def end(request: web.Request) -> web.Response:\n"
    "        kind = request.match_info['kind']\n"
    "        if kind == 'returned':\n"
    "            return web.Response(status=404, headers={'X-Kept': 'yes'}, text='no cup')\n"
    "        raise {'crash': ZeroDivisionError, 'odd': RuntimeError,\n"
    "               'left': ConnectionResetError,\n"
    "               'cancelled': asyncio.CancelledError, 'conflict': web.HTTPConflict,\n"
    "               'found': web.HTTPFound('/')}[kind]\n"
    "    app.router.add_get('/ends/{kind}', end)\n"
    "    async def went(request: web.Request) -> web.Response:\n"
    "        return web.json_response(WENT)\n"
    "    app.router.add_get('/went', went)\n"
    "    app.router.add_get(PATH, ",
)
RAISED = {
    "crash": "raised ZeroDivisionError", "odd": "raised RuntimeError",
    "left": "raised ConnectionResetError",
    "cancelled": "raised CancelledError", "conflict": "raised HTTPConflict",
    "found": "raised HTTPFound",
}  # fmt: skip


def services(app: Gateway) -> None:
    """Services that answer."""


@dataclass
class Full:
    """A gateway in which requests wait.

    inside: how many; refused: the answer to the first one that did not get in.
    """

    inside: int
    refused: Reply
    waiting: list[Future[Reply]]


@contextmanager
def full(app: Gateway, ask: Ask | None = None) -> Iterator[Full]:
    """Send requests that wait in their services, one after another, until one is refused."""
    asking = ask or (lambda _: app.get(PRODUCTS))
    with ThreadPoolExecutor(MANY) as pool, ExitStack() as stack:
        # Both services hold up what comes, and are let go before the pool waits for its threads.
        held = [stack.enter_context(one.hold()) for one in (app.products, app.orders)]
        waiting: list[Future[Reply]] = []
        for number in range(MANY):
            before = len(app.products.asked) + len(app.orders.asked)
            sent = pool.submit(asking, number)
            for _ in range(int(PATIENCE / LOOK)):
                if sent.done() or len(app.products.asked) + len(app.orders.asked) > before:
                    break
                held[0].reached(MOST * 10, LOOK)  # waits for so long
            if sent.done():
                yield Full(len(waiting), sent.result(), waiting)
                return
            waiting.append(sent)
            if len(app.products.asked) + len(app.orders.asked) == before:
                break
        raise CheckFailed(
            f"with MOST_REQUESTS={MOST}, a request too many is answered while others wait",
            f"{len(waiting)} requests wait, and none was refused", f"GET {PRODUCTS}",
            "what becomes of a request that finds no place: nobody queues")  # fmt: skip


def places(app: Gateway, ask: Ask | None = None) -> int:
    """How many requests get in before one is refused."""
    with full(app, ask) as found:
        return found.inside


def while_full(app: Gateway, wanted: list[tuple[str, str, int]], look: str) -> None:
    """While it is full, requests of other callers have these statuses: method, path, status.

    Tried again when not: where somebody gave a place back late, it was not full.
    """
    for number in range(FEW_LOOKS):
        with full(app):
            got = [
                (method, path, app.request(
                    method, path, token=app.token(str(uuid4())),
                    headers={"X-Forwarded-For": f"10.0.0.{number}"},
                ).status)
                for method, path, _ in wanted
            ]  # fmt: skip
        if got == wanted:
            return
    differ = [pair for pair in zip(got, wanted, strict=True) if pair[0] != pair[1]]
    was, should = (
        [f"{method} {path}: {status}" for method, path, status in one]
        for one in zip(*differ, strict=True)
    )
    expect.equal(was, should, "requests while it is full", look=look)


def again(app: Gateway, before: int, what: str, look: str = "") -> None:
    """There are no fewer places than before, at once or a little later."""
    for _ in range(MANY_LOOKS):
        got = places(app)
        if got >= before:
            return
    expect.equal(got, before, f"requests that get in after {what}", look=look)


@check(points=2, runs="gateway", on=services, settings=SETTINGS)
def lets_in_as_many_as_may(app: Gateway) -> None:
    """As many requests as the setting says are under way at once, and all of them are answered."""
    with full(app) as found:
        expect.equal(found.inside, MOST, f"requests under way, with MOST_REQUESTS={MOST}")
    got = [one.result().status for one in found.waiting]
    expect.equal(got, [200] * MOST, "their statuses")


@check(points=2, runs="gateway", on=services, settings=SETTINGS)
def refuses_the_rest(app: Gateway) -> None:
    """A request too many is answered at once with 503 and Retry-After, and reaches no service."""
    app.products.forget()
    with full(app) as found:
        reply = found.refused
        expect.status(reply, 503, look="of whom the status speaks")
        value = expect.header(reply, "Retry-After")
        expect.that(value.isascii() and value.isdigit() and int(value) >= 1,
                    "Retry-After: whole seconds, at least 1", value, sent=reply.sent)  # fmt: skip
        expect.equal(len(app.products.asked), found.inside, "requests at the service", reply=reply)


@check(points=1, after=refuses_the_rest, runs="gateway", on=services, settings=SETTINGS)
def lets_operators_in(app: Gateway) -> None:
    """While it is full, requests for `/healthz`, `/readyz` and `/metrics` are let in, with
    whichever method."""
    probes = [(method, path, 200) for path in ("/healthz", "/readyz", "/metrics")
              for method in ("GET", "HEAD")]  # fmt: skip
    probes += [(method, "/healthz", 404) for method in ("POST", "DELETE")]  # no place is needed
    while_full(app, probes, "`is_for_operators`")


@check(points=3, after=refuses_the_rest, runs="gateway", on=services, settings=SETTINGS)
def takes_places_back(app: Gateway) -> None:
    """However a request ends, its place is free again: answered, failed, refused by whoever stands
    further in, or broken off."""
    before = places(app)
    look = "all the ways out of a handler"
    for status in (200, 404, 500):
        app.products.answer(Answer(status))
        for _ in range(MOST + 1):
            app.get(PRODUCTS)
    app.products.answer(Answer(200, b"half", dropped=True))
    for _ in range(MOST + 1):
        with suppress(CheckFailed):  # there is no whole answer
            app.get(PRODUCTS)
    app.products.answer(Answer.json({}))
    again(
        app, before, f"{MOST + 1} answers each with 200, 404 and 500, and some that broke off", look
    )
    for path, status in (("/nowhere", 404), (ORDERS, 401), (f"{PRODUCTS}/..", 400)):
        for _ in range(MOST + 1):
            app.get(path)
        again(app, before, f"{MOST + 1} requests for {path}, which is {status}", look)
    with app.products.refuse():
        for _ in range(MOST + 1):
            app.get(PRODUCTS)
    again(app, before, f"{MOST + 1} requests to a service that is down", look)


@check(points=2, after=refuses_the_rest, runs="gateway", settings=SETTINGS)
def takes_places_of_those_who_left(app: Gateway) -> None:
    """When a client leaves before it is answered, its place is free again."""
    with app.products.hold() as held:
        for gone in range(MOST + 1):
            got_in = False
            for _ in range(MANY_LOOKS):
                with socket.create_connection(("127.0.0.1", app.system.port), WAIT) as client:
                    client.sendall(f"GET {PRODUCTS} HTTP/1.1\r\nHost: shop\r\n\r\n".encode())
                    got_in = _gets_in(client, held)
                if got_in:
                    break
            expect.that(got_in, f"a place, after {gone} clients have left", "it is full",
                        sent=f"GET {PRODUCTS}", look="what a cancelled handler sees")  # fmt: skip
            expect.that(held.left(gone + 1, WAIT), "the request to the service is given up",
                        "it is not", look="whether you let pass that it was cancelled")  # fmt: skip


def _gets_in(client: socket.socket, held: Any) -> bool:
    """Whether what a client has sent comes to the service; False when it is answered instead."""
    for _ in range(int(PATIENCE / LOOK)):
        if held.reached(1, LOOK):
            return True
        if select.select([client], [], [], 0)[0]:
            return False
    return False


@check(points=2, after=refuses_the_rest, runs="gateway", settings=SETTINGS)
def refused_ones_take_nothing(app: Gateway) -> None:
    """Whoever is refused takes no place, and gives none back."""
    before = places(app)
    with full(app):
        for _ in range(MOST * 2):
            reply = app.get(PRODUCTS)
            expect.that(reply.status >= 400, "a refusal: it is full", reply.shown, sent=reply.sent)
    expect.equal(places(app), before, f"requests that get in after {MOST * 2} refusals",
                 look="who is counted, and when")  # fmt: skip


@check(points=2, after=refused_ones_take_nothing, runs="gateway", on=services, settings=SETTINGS)
def counts_everybody_together(app: Gateway) -> None:
    """The places are the gateway's: for all callers, addresses, methods and paths together, also
    for a path that only begins like an operator's."""
    users = f"/api/v1/users/{uuid4()}"
    others = [
        (method, users, 503) for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
    ]
    for path in (f"/api/v1/dashboard/{uuid4()}", "/healthz/all", "/metrics2"):
        others.append(("GET", path, 503))
    while_full(app, others, "what is overloaded, when it is too much; and `is_for_operators`")


@check(points=1, runs="gateway", on=services, settings=SETTINGS)
def changes_nothing(app: Gateway) -> None:
    """What the handler returns is returned; errors that come out of it go on, and its being
    cancelled."""
    token = app.token(str(uuid4()))
    with app.altered(APP, [WITNESS, WITHIN, ROUTES]) as other:
        reply = other.get("/ends/returned", token=token)
        got = [reply.status, reply.headers.get("X-Kept"), reply.text]
        expect.equal(got, [404, "yes", "no cup"], "an answer: its status, X-Kept and body",
                     reply=reply)  # fmt: skip
        for kind in RAISED:
            with suppress(CheckFailed):  # to some of them there is no answer
                other.get(f"/ends/{kind}", token=token)
        went = other.get("/went", token=token)
    expect.equal({kind: went[kind] for kind in RAISED}, RAISED,
                 "what came out of the middleware, for each exception that came out of a handler",
                 look="who explains errors: somebody further out")  # fmt: skip


@check(
    points=1, after=refuses_the_rest, runs="gateway", on=services, settings=SETTINGS, hidden=True
)
def counts_for_itself(app: Gateway) -> None:
    """Neither operators nor another one of these middlewares in the process take its places."""
    with app.altered(APP, [TWO, SLOW_METRICS]) as other:
        got = places(other)
        expect.that(got >= MOST - 1, f"{MOST} requests get in, beside another of these", str(got),
                    look="where the number lives")  # fmt: skip
        with ThreadPoolExecutor(MOST) as pool, other.products.hold() as held:
            for _ in range(MOST):
                pool.submit(other.get, "/metrics")
            expect.that(held.reached(MOST, WAIT), f"{MOST} operators' requests get in", "fewer")
            reply = other.get(f"/api/v1/users/{uuid4()}", token=app.token(str(uuid4())))
        expect.status(reply, 200, look="whether operators' requests are counted")
