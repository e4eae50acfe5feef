"""Three services that are slow, fail, or never answer, behind one dashboard."""

from __future__ import annotations

import re
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from workbench.checking import Answer, Gateway, Reply, check, expect

NEVER = "60000"
PATIENT = {
    "RETRY_ATTEMPTS": "1", "BREAKER_FAILURES": "1000", "ATTEMPT_TIMEOUT_MS": NEVER,
    "DEADLINE_MS": NEVER, "DASHBOARD_DEADLINE_MS": NEVER,
}  # fmt: skip
#: The same, with a deadline of the dashboard.
HASTY = {**PATIENT, "DASHBOARD_DEADLINE_MS": "800"}

#: A gateway that tells by how many seconds the deadline moves when one of three questions is
#: answered a second after it was asked; null where it does not wait for a deadline in its loop.
#: That is seen by how long the loop is ready to sleep, and no deadline ever comes. The second does
#: pass: an answer may count by any clock, and not all can be put on.
TOLD = [(
    '    app.router.add_get("/metrics", metrics.show)\n',
    """    app.router.add_get("/metrics", metrics.show)

    def watch():
        import asyncio, functools, selectors

        from backend.gateway.aggregation import gather

        ends = []

        class Selector(selectors.DefaultSelector):
            def select(self, timeout=None):
                ends.append(0.0 if timeout is None else loop.time() + timeout)
                return super().select(timeout)

        loop = asyncio.SelectorEventLoop(Selector())

        async def deadline():
            for _ in range(20):
                ends.clear()
                await loop.run_in_executor(None, time.sleep, 0.05)
                if max(ends) > loop.time() + 1000:
                    return max(ends)

        async def move():
            answers = {name: loop.create_future() for name in ("users", "orders", "products")}

            async def ask(name):
                return await answers[name]

            questions = {name: functools.partial(ask, name) for name in answers}
            under_way = asyncio.ensure_future(gather(questions, 3600.0))
            try:
                before = await deadline()
                await loop.run_in_executor(None, time.sleep, 1)
                answers["users"].set_result(1)
                after = await deadline()
                return None if before is None or after is None else after - before
            finally:
                under_way.cancel()
                await asyncio.wait([under_way])

        try:
            return loop.run_until_complete(move())
        finally:
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    async def tell(_: web.Request) -> web.Response:
        import asyncio

        return web.json_response({"moved": await asyncio.to_thread(watch)})

    app.router.add_get("/moved", tell)
""",
)]  # fmt: skip

#: More than a busy machine needs until something happens that happens at once.
WAIT = 10.0

#: So often we look whether the gateway has noticed what it will notice in a moment.
MANY_LOOKS = 2000

USER = "5f0c8a52-7a0e-4d55-9f0e-0d3c5b1f6a01"
OTHER = "c3b1f0aa-11d2-4a7b-8e55-6f1d2e3c4b5a"
PATH = f"/api/v1/dashboard/{USER}"
NAMES = ("users", "orders", "products")

PERSON = {"id": USER, "name": "Ada", "email": "ada@example.org"}
ORDER = {"id": "o1", "status": "placed", "total": "12.50", "created_at": "2026-11-01T08:00:00Z"}
PRODUCT = {"id": "p1", "name": "Lamp", "price": "9.90", "stock_quantity": 3}


def services(app: Gateway) -> None:
    """Three services that answer as they should."""
    app.users.answer(Answer.json(PERSON))
    app.orders.answer(Answer.json({"orders": [ORDER]}))
    app.products.answer(Answer.json({"products": [PRODUCT]}))
    for name in NAMES:
        getattr(app, name).forget()


def ask(app: Gateway, user: str = USER) -> Reply:
    return app.get(f"/api/v1/dashboard/{user}", token=app.token(user))


def shown(reply: Reply, *missing: str, look: str = "") -> None:
    """The dashboard is there, with every part but these."""
    expect.status(reply, 200, look)
    for name, found in (
        ("users", reply["user"] is not None and reply["user", "name"] == "Ada"),
        ("orders", bool(reply["orders"]) and reply["orders", 0, "id"] == "o1"),
        ("products", bool(reply["products"]) and reply["products", 0, "id"] == "p1"),
    ):
        if name in missing:
            key = "user" if name == "users" else name
            expect.equal(reply[key], None, key, reply=reply, look=look)
        else:
            expect.that(found, f"what {name} answered", reply.shown, sent=reply.sent, look=look)
    listed = reply["missing"]
    got = sorted(listed) if isinstance(listed, list) else listed
    expect.equal(got, sorted(missing), "missing, in order", reply=reply, look=look)


@contextmanager
def holding(app: Gateway, *names: str) -> Iterator[dict[str, Any]]:
    """Meanwhile these services do not answer."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(getattr(app, name).hold()) for name in names}


def reached(held: Any, name: str, look: str, pages: int = 1) -> None:
    got = "none, while others are still to answer"
    wanted = f"a request that reaches {name}" + (", for each of two pages" if pages > 1 else "")
    expect.that(held.reached(pages, WAIT), wanted, got, look=look)


def given_up(held: Any, name: str, after: str) -> None:
    """The gateway has closed its connection to this service, which has not answered."""
    expect.that(held.left(1, WAIT), f"the request to {name} is given up, its connection closed",
                "the gateway still waits for the answer", sent=f"GET {PATH}",
                look=f"what becomes of a task {after}")  # fmt: skip


@check(points=3, runs="gateway", on=services, settings=PATIENT)
def asks_all_at_once(app: Gateway) -> None:
    """All questions are asked before any of them is answered, also for two pages at once."""
    services(app)
    app.users.answer_by(lambda asked: Answer.json({**PERSON, "id": asked.target[-len(USER) :]}))
    with ThreadPoolExecutor() as pool:
        with holding(app, *NAMES) as held:
            pages = {user: pool.submit(ask, app, user) for user in (USER, OTHER)}
            for name in NAMES:
                reached(held[name], name, "what is waited for before the next one is asked", 2)
        for user, page in pages.items():
            reply = page.result()
            shown(reply, look="three answers that came at last, for each of two pages")
            expect.equal(reply["user", "id"], user, "whose page it is", reply=reply,
                         look="what two pages share that are asked for at once")  # fmt: skip


@check(points=4, runs="gateway", on=services, settings=PATIENT)
def a_failure_is_told_beside_the_others(app: Gateway) -> None:
    """One that fails is an exception under its name, whichever it is; the others are waited for,
    and are answers."""
    services(app)
    app.products.answer(Answer(500))
    with ThreadPoolExecutor() as pool:
        with app.orders.hold() as held:
            reply = pool.submit(ask, app)
            reached(held, "orders", "")
            # By the time that these are answered, the gateway knows that products has failed.
            for _ in range(4):
                app.get("/api/v1/products")
        shown(reply.result(), "products", look="what a failure does to those that are under way")
    for name, failure in (("orders", Answer(500)), ("orders", Answer(404)),
                          ("products", Answer(404)), ("products", Answer(None)),
                          ("orders", Answer(200, b"<html>")), ("users", Answer(500))):  # fmt: skip
        services(app)
        getattr(app, name).answer(failure)
        shown(ask(app), name, look=f"an exception, because {name} failed")
    services(app)
    for name in ("users", "products"):
        getattr(app, name).answer(Answer(500))
    shown(ask(app), "users", "products", look="two exceptions")
    services(app)
    app.orders.answer(Answer.json({"orders": []}))
    app.products.answer(Answer(500))
    page = ask(app)
    expect.status(page, 200)
    expect.equal(page["orders"], [], "orders of somebody who has none", reply=page,
                 look="an answer that is false, beside a failure")  # fmt: skip
    app.users.answer(Answer(404))
    expect.problem(ask(app), 404, look="which exception it was: users knows no such user")


@check(points=1, runs="gateway", on=services, settings=PATIENT)
def asks_once(app: Gateway) -> None:
    """Every question is asked once, also when it fails."""
    services(app)
    app.orders.answer(Answer(500))
    ask(app)
    for name in NAMES:
        count = len(getattr(app, name).asked)
        expect.equal(count, 1, f"requests to {name}", look="who tries again, and where")


@check(points=2, runs="gateway", on=services, settings=PATIENT)
def when_all_fail_it_says_so(app: Gateway) -> None:
    """When every question fails there are as many exceptions, and the dashboard answers 503."""
    services(app)
    for name in NAMES:
        getattr(app, name).answer(Answer(500))
    reply = ask(app)
    expect.problem(reply, 503, look="what gather gives when all fail, and whether it raises")


@check(points=3, runs="gateway", on=services, settings=HASTY)
def keeps_the_deadline(app: Gateway) -> None:
    """At the deadline it gives what there is; what is not there by then is an exception. An answer
    does not put the deadline off."""
    for tries_left in (4, 3, 2, 1, 0):
        services(app)
        with app.orders.hold():
            reply = ask(app)
        # On a machine that is very busy, the others may have been late, too.
        late = reply.status in (200, 503) and len(reply.json.get("missing", "")) != 1
        if not (late and tries_left):
            break
    shown(reply, "orders", look="what is there when the time is over")
    with app.altered("backend/gateway/app.py", TOLD) as other:
        for _ in range(4):  # a machine that is very busy may stop between two looks at a clock
            moved = other.get("/moved", token=app.token(USER))["moved"]
            if moved is None or moved < 0.5:
                return
    expect.that(False, "a deadline that stays where it is", f"it moves by {moved:.1f} s",
                sent="three questions, of which one is answered a second later",
                look="one deadline for all, or one for the next answer")  # fmt: skip


@check(points=2, runs="gateway", on=services, settings=HASTY)
def the_deadline_cancels(app: Gateway) -> None:
    """What is not done at the deadline is cancelled: nobody works for an answer that is gone."""
    for tries_left in (4, 3, 2, 1, 0):
        services(app)
        with holding(app, *NAMES) as held:
            ask(app)
            # On a machine that is very busy, the time may be over before all have been asked.
            if tries_left and not all(getattr(app, name).asked for name in NAMES):
                continue
            for name in NAMES:
                given_up(held[name], name, "that nobody waits for any more")
            return


@check(points=3, runs="gateway", on=services, settings=PATIENT)
def who_leaves_ends_the_questions(app: Gateway) -> None:
    """When it is cancelled itself, because the client has gone, every question is cancelled, and
    then whoever called it."""
    services(app)
    before = dashboards(app)
    place = urlsplit(app.system.base_url)
    with holding(app, *NAMES) as held:
        with socket.create_connection((place.hostname, place.port), WAIT) as client:
            client.sendall(
                f"GET {PATH} HTTP/1.1\r\nHost: gateway\r\n"
                f"Authorization: Bearer {app.token(USER)}\r\n\r\n".encode()
            )
            expect.that(any(held[name].reached(1, WAIT) for name in NAMES),
                        "a request that reaches a service", "none")  # fmt: skip
        for name in NAMES:
            # Whom it had not been asked yet, nobody needs to give up.
            if getattr(app, name).asked:
                given_up(held[name], name, "when the one that waits for it is cancelled")
    # The metrics count a handler that was cancelled with 499, any other one with its status.
    for _ in range(MANY_LOOKS):
        ended = dashboards(app) - before
        if ended:
            break
    expect.equal(sorted(ended.elements()), ["499"], "the status that the metrics count",
                 look="where the CancelledError goes on to")  # fmt: skip


def dashboards(app: Gateway) -> Counter[str]:
    """How many requests for dashboards have ended, by the status that the metrics count."""
    text = app.get("/metrics").text
    counted: Counter[str] = Counter()
    for line in text.splitlines():
        name, _, sample = line.partition("{")
        labels, _, count = sample.rpartition("} ")
        status = re.search(r'status="(\d+)"', labels)
        if name == "http_requests_total" and "/dashboard/" in labels and status:
            with suppress(ValueError, OverflowError):  # it is no number
                counted[status[1]] += int(float(count))
    return counted
