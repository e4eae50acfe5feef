"""Probes are asked while all is well, while nothing else works, and before the end."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any
from uuid import uuid4

from workbench.checking import Answer, CheckFailed, Gateway, check, expect

SETTINGS = {"RETRY_ATTEMPTS": "1", "BREAKER_FAILURES": "1", "BREAKER_SECONDS": "30"}
ALIVE, READY = "/healthz", "/readyz"
PATHS = {"users": "/api/v1/users", "orders": "/api/v1/orders", "products": "/api/v1/products"}
CLOSED = dict.fromkeys(PATHS, "closed")

#: Between SIGTERM and the end of listening: longer than any check.
DRAINING = {"DRAIN_MS": "60000"}
MANY_LOOKS = 300


def services(app: Gateway) -> None:
    """Services that answer."""


def ending(app: Gateway) -> None:
    """A gateway that has been told to end, and serves for another minute."""
    app.system.terminate()


def use(app: Gateway, *names: str) -> None:
    """Send a request to each of these services."""
    token = app.token(str(uuid4()), "admin")
    for name in names:
        app.get(PATHS[name], token=token)


def circuits(app: Gateway) -> Any:
    """What /readyz tells of the circuits, whatever its status."""
    return app.get(READY)["circuits"]


@check(points=1, runs="gateway", on=services, settings=SETTINGS)
def is_alive(app: Gateway) -> None:
    """`/healthz` is 200 with `"status": "alive"`, without a token."""
    reply = app.get(ALIVE)
    expect.status(reply, 200)
    expect.equal(reply["status"], "alive", "status", reply=reply)


@check(points=2, runs="gateway", on=services, settings=SETTINGS)
def is_ready(app: Gateway) -> None:
    """`/readyz` is 200 with `"status": "ready"` and the circuit of every service."""
    reply = app.get(READY)
    expect.status(reply, 200)
    expect.equal(reply["status"], "ready", "status", reply=reply)
    expect.equal(reply["circuits"], CLOSED, "circuits", reply=reply)


@check(points=2, after=is_ready, runs="gateway", on=services, settings=SETTINGS)
def tells_the_circuits(app: Gateway) -> None:
    """The circuits are told as they are at the moment: closed, open, half-open."""
    look = "when the state is read"
    app.orders.answer(Answer(500))
    use(app, "orders")
    expect.equal(circuits(app), {**CLOSED, "orders": "open"}, "circuits after orders has failed",
                 look=look)  # fmt: skip
    app.clock.advance(30)
    expect.equal(circuits(app), {**CLOSED, "orders": "half-open"}, "circuits 30 s later",
                 look=look)  # fmt: skip
    app.orders.answer(Answer.json([]))
    use(app, "orders")
    expect.equal(circuits(app), CLOSED, "circuits after a good answer", look=look)


@check(points=2, runs="gateway", on=services, settings=SETTINGS)
def asks_nobody(app: Gateway) -> None:
    """A probe asks no service and not Redis, however often it comes."""
    expect.status(app.get(READY), 200)
    for service in (app.users, app.orders, app.products):
        service.forget()
    for path in (ALIVE, READY) * 3:
        reply = app.get(path)
        expect.equal([one[0] for one in reply.commands], [], "commands to Redis", reply=reply,
                     look="what a probe needs to know")  # fmt: skip
    asked = {name: len(getattr(app, name).asked) for name in PATHS}
    expect.equal(asked, dict.fromkeys(PATHS, 0), "requests to services, for six probes",
                 look="what a probe needs to know")  # fmt: skip


@check(points=3, runs="gateway", on=services, settings=SETTINGS)
def blames_itself_for_nobody(app: Gateway) -> None:
    """While no service and no Redis is to be had and all circuits are open or half-open, the
    gateway is alive and ready."""
    with ExitStack() as stack:
        for service in (app.users, app.orders, app.products):
            stack.enter_context(service.refuse())
        use(app, *PATHS)
        stack.enter_context(app.system.ways.redis.cut())
        look = "what becomes of requests when every gateway says this at once"
        for seconds in (0, 30):  # open, and half-open
            app.clock.advance(seconds)
            for path in (ALIVE, READY):
                expect.status(app.get(path), 200, look=look)
    use(app, *PATHS)


@check(points=1, runs="gateway", on=services, settings=SETTINGS, hidden=True)
def answers_head(app: Gateway) -> None:
    """Probes may ask with HEAD, as some load balancers do."""
    for path in (ALIVE, READY):
        asked = app.get(path)
        expect.that(asked.status in (200, 503), "an answer to GET", asked.shown, sent=asked.sent)
        expect.status(app.request("HEAD", path), asked.status)


@check(points=3, runs="gateway", on=ending, settings=DRAINING)
def is_not_ready_before_it_ends(app: Gateway) -> None:
    """Once the process was told to end, `/readyz` is 503, while requests are still answered."""
    reply = until_unready(app)
    expect.status(reply, 503, look="when you look at `shutdown.has_begun`")
    expect.status(app.get("/api/v1/products"), 200)


@check(points=2, after=is_not_ready_before_it_ends, runs="gateway", on=ending, settings=DRAINING)
def is_alive_until_it_ends(app: Gateway) -> None:
    """Then `/healthz` is 200 still: nobody should kill what is about to end of itself."""
    expect.status(until_unready(app), 503)
    reply = app.get(ALIVE)
    expect.status(reply, 200, look="what an operator does with a process that is not alive")
    expect.equal(reply["status"], "alive", "status", reply=reply)


def until_unready(app: Gateway) -> Any:
    """The answer of /readyz, as soon as it is another than 200: a signal takes its time."""
    for _ in range(MANY_LOOKS):
        reply = app.get(READY)
        if reply.status != 200:
            return reply
    raise CheckFailed("/readyz is not 200 any more after SIGTERM",
                      f"it was 200 for {MANY_LOOKS} times", f"GET {READY}",
                      "when you look at `shutdown.has_begun`")  # fmt: skip
