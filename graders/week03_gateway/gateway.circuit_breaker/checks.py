"""Services that fail, callers who come at once, and a clock that only we move."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from workbench.checking import Answer, Asked, Gateway, Reply, check, expect

USER = "5e1f6f0e-6a39-4f4e-9c7e-3f1d8a1b2c3d"
PATHS = {
    "users": f"/api/v1/users/{USER}",
    "orders": "/api/v1/orders",
    "products": "/api/v1/products",
}
LIMIT, SECONDS = 3, 30

#: Each attempt counts, so a request makes one. It has time: a busy machine is no failure.
PATIENT = {
    "BREAKER_FAILURES": str(LIMIT), "BREAKER_SECONDS": str(SECONDS), "RETRY_ATTEMPTS": "1",
    "ATTEMPT_TIMEOUT_MS": "9500", "DEADLINE_MS": "9500",
}  # fmt: skip

#: Where somebody waits for the end of it.
HASTY = {**PATIENT, "ATTEMPT_TIMEOUT_MS": "2000"}

WAIT = 8.0  # more than a busy machine needs

#: A service of which some requests end otherwise than by an answer or by Unavailable.
BROKEN = [
    ("        url = URL(self._address + target, encoded=True)\n",
     "        if target.endswith('?broken'):\n            raise ValueError('broken')\n"
     "        if target.endswith('?late'):\n            raise TimeoutError\n"
     "        url = URL(self._address + target, encoded=True)\n"),
]  # fmt: skip


# Each check has a circuit of its own: nobody's mistake is met by the next one. The clock is shared.
def first(_: Gateway) -> None:
    """Three circuits that nobody has used."""


def second(_: Gateway) -> None:
    """Three more."""


def third(_: Gateway) -> None:
    """Three more."""


def ask(app: Gateway, name: str) -> Reply:
    return app.get(PATHS[name], token=app.token(USER))


def passes(app: Gateway, name: str, status: int, look: str) -> Reply:
    """A request reaches the service, and what that answers comes back."""
    before = len(getattr(app, name).asked)
    reply = ask(app, name)
    expect.status(reply, status, look)
    expect.equal(len(getattr(app, name).asked) - before, 1, "requests that reached the service",
                 reply=reply, look=look)  # fmt: skip
    return reply


def refused(app: Gateway, name: str, look: str) -> Reply:
    """A request is answered by 503, and the service hears nothing of it."""
    before = len(getattr(app, name).asked)
    reply = ask(app, name)
    expect.equal(len(getattr(app, name).asked) - before, 0, "requests that reached the service",
                 reply=reply, look=look)  # fmt: skip
    expect.status(reply, 503, look)
    return reply


def answers(app: Gateway, name: str, *statuses: int) -> None:
    """Requests pass, one for each of these answers."""
    for status in statuses:
        getattr(app, name).answer(Answer.json({}, status))
        passes(app, name, status, "whether the circuit is still closed")


def opened(app: Gateway, name: str) -> None:
    """The circuit of that service is open."""
    answers(app, name, *[500] * LIMIT)
    refused(app, name, f"{LIMIT} failures in a row")


def retry_after(app: Gateway, name: str, wanted: int, look: str) -> None:
    reply = refused(app, name, look)
    expect.equal(expect.header(reply, "Retry-After"), str(wanted), "Retry-After", reply=reply,
                 look=look)  # fmt: skip


def state(app: Gateway, name: str, wanted: str, look: str) -> None:
    reply = app.get("/readyz", role=None)
    expect.equal(reply["circuits", name], wanted, f"the state of {name}", reply=reply, look=look)


@check(points=2, runs="gateway", on=first, settings=HASTY)
def opens(app: Gateway) -> None:
    """After so many failures in a row the service is not asked, and clients are told 503."""
    answers(app, "products", 500, 503, 599)
    for _ in range(3):
        refused(app, "products", f"{LIMIT} answers from 500 up, one after another")
    passes(app, "users", 200, "a service whose neighbour fails")


@check(points=2, runs="gateway", on=first, settings=HASTY)
def counts_in_a_row(app: Gateway) -> None:
    """An answer that is no failure begins the count anew, and so does one that blames the client:
    400 to 499 are none."""
    answers(app, "orders", 500, 500, 200, 500, 500, 404, 500, 500, 302)
    answers(app, "orders", 400, 401, 404, 409, 429)


@check(points=2, runs="gateway", on=first, settings=HASTY)
def counts_what_does_not_answer(app: Gateway) -> None:
    """Connections that fail and answers that are late count as failures."""
    app.users.answer(Answer(status=None))
    expect.status(ask(app, "users"), 502, "a connection that ends without an answer")
    with app.users.hold():
        expect.status(ask(app, "users"), 504, "a service that does not answer in time")
    with app.users.refuse():
        expect.status(ask(app, "users"), 502, "a service that nobody listens for")
    refused(app, "users", "three requests without an answer")


@check(points=2, runs="gateway", after=opens, on=second, settings=PATIENT)
def stays_open(app: Gateway) -> None:
    """It stays open for the seconds that it was given, and Retry-After says how many are left."""
    answers(app, "products", *[500] * (LIMIT - 1))

    def slow(_: Asked) -> Answer:
        app.clock.advance(7)
        return Answer(500)

    app.products.answer_by(slow)
    passes(app, "products", 500, "whether the circuit is still closed")
    app.products.answer(Answer.json([]))
    retry_after(app, "products", SECONDS, "just opened by a failure that took 7 s")
    app.clock.advance(10.5)
    retry_after(app, "products", 20, "19.5 s before the end, so that nobody comes back too early")
    app.clock.advance(19)
    retry_after(app, "products", 1, "half a second before the end")
    app.clock.advance(0.5)
    passes(app, "products", 200, f"{SECONDS} s after it opened")


@check(points=3, runs="gateway", after=opens, on=second, settings=PATIENT)
def one_probe(app: Gateway) -> None:
    """Then one request passes, however many callers there are; the others are refused meanwhile."""
    opened(app, "orders")
    app.orders.answer(Answer.json([]))
    app.orders.forget()
    app.clock.advance(SECONDS)
    callers = 6
    with ThreadPoolExecutor(callers) as pool:
        with app.orders.hold() as held:
            replies = [pool.submit(ask, app, "orders") for _ in range(callers)]
            for _ in range(int(WAIT / 0.05)):
                if held.reached(2, 0.05) or sum(one.done() for one in replies) >= callers - 1:
                    break
            early = sorted(one.result().status for one in replies if one.done())
            look = f"{callers} callers at once, before the first of them has its answer"
            expect.equal(len(app.orders.asked), 1, "requests that reached the service", look=look)
            expect.equal(early, [503] * (callers - 1), "answers while the probe is under way",
                         look=look)  # fmt: skip
            app.clock.advance(2 * SECONDS)
            another = pool.submit(ask, app, "orders")
            for _ in range(int(WAIT / 0.05)):
                if held.reached(2, 0.05) or another.done():
                    break
            reached = len(app.orders.asked)
        expect.equal(reached, 1, "requests that reached the service",
                     look=f"a probe that has been under way for {2 * SECONDS} s")  # fmt: skip
        statuses = sorted(one.result().status for one in [*replies, another])
    expect.equal(statuses, [200] + [503] * callers, "all answers", look=look)


@check(points=1, runs="gateway", after=opens, on=second, settings=PATIENT)
def a_good_probe_closes(app: Gateway) -> None:
    """A probe that succeeds closes the circuit, and failures are counted from zero."""
    opened(app, "users")
    app.clock.advance(SECONDS)
    answers(app, "users", 200, 200, *[500] * (LIMIT - 1), 200, *[500] * LIMIT)
    refused(app, "users", f"{LIMIT} failures in a row after it had closed")


@check(points=2, runs="gateway", after=opens, on=third, settings=PATIENT)
def a_failed_probe_opens(app: Gateway) -> None:
    """A probe that fails, by its answer or without one, opens it again for the whole time."""
    opened(app, "products")
    for answer, status in ((Answer(500), 500), (Answer(status=None), 502)):
        app.clock.advance(SECONDS + 5)
        app.products.answer(answer)
        passes(app, "products", status, "the probe")
        app.products.answer(Answer.json([]))
        refused(app, "products", "just after a probe has failed")
        app.clock.advance(SECONDS - 1)
        refused(app, "products", f"{SECONDS - 1} s after a probe has failed")
        app.clock.advance(1)
    passes(app, "products", 200, f"{SECONDS} s after a probe has failed")


@check(points=1, runs="gateway", after=opens, on=third, settings=PATIENT)
def tells_its_state(app: Gateway) -> None:
    """/readyz tells `closed`, `open`, and `half-open` as soon as the time is over."""
    state(app, "orders", "closed", "nothing has happened")
    opened(app, "orders")
    state(app, "orders", "open", "it has just opened")
    app.clock.advance(SECONDS - 1)
    state(app, "orders", "open", f"{SECONDS - 1} s later")
    app.clock.advance(1)
    state(app, "orders", "half-open", f"{SECONDS} s later, and nobody has asked for anything")
    app.orders.answer(Answer.json([]))
    with ThreadPoolExecutor(1) as pool, app.orders.hold() as held:
        probe = pool.submit(ask, app, "orders")
        expect.that(held.reached(1, WAIT), "the probe reaches the service", "it does not")
        state(app, "orders", "half-open", "a probe is under way")
    expect.status(probe.result(), 200, "the probe")
    state(app, "orders", "closed", "a probe has succeeded")


@contextlib.contextmanager
def client(app: Gateway, path: str) -> Iterator[None]:
    """A client that has sent a request for that path; it leaves at the end."""
    with socket.create_connection(("127.0.0.1", app.system.port), WAIT) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: gateway\r\n\r\n".encode())
        yield


def given_up(app: Gateway) -> None:
    """A client asks for products and leaves before there is an answer."""
    before = len(app.products.asked)
    with app.products.hold() as held:
        with client(app, PATHS["products"]):
            expect.that(held.reached(1, WAIT), "the request reaches the service",
                        f"{len(app.products.asked) - before} did")  # fmt: skip
        expect.that(held.left(1, WAIT), "a request is cancelled when its client leaves",
                    "the service is still being asked", look="CancelledError")  # fmt: skip


def stumble(app: Gateway) -> None:
    """Requests that end by a ValueError, and as many by a TimeoutError that is no Unavailable."""
    for query in ("broken", "late"):
        for _ in range(LIMIT - 1):
            app.get(f"{PATHS['products']}?{query}", token=app.token(USER))


@check(points=2, runs="gateway", after=opens, on=third, settings=PATIENT, hidden=True)
def who_leaves_tells_nothing(app: Gateway) -> None:
    """A request that is cancelled, or ends by another exception than Unavailable, is neither a
    failure nor a success, and as a probe it leaves its place to the next."""
    with app.altered("backend/gateway/upstream.py", BROKEN) as other:
        assert isinstance(other, Gateway)
        answers(other, "products", 500)
        for _ in range(LIMIT):
            given_up(other)
        stumble(other)
        answers(other, "products", 500, 500)
        refused(other, "products", f"{LIMIT} failures, and in between requests that were neither")
        other.clock.advance(SECONDS)
        given_up(other)
        stumble(other)
        other.products.answer(Answer(500))
        passes(other, "products", 500, "the probes before this one were neither")
        refused(other, "products", "this probe has failed")


@check(points=2, runs="gateway", after=opens, on=third, settings=PATIENT, hidden=True)
def late_news_is_old(app: Gateway) -> None:
    """An outcome of a request that began before the circuit opened changes nothing any more."""
    late = {"good": 200, "bad-early": 500, "bad": 500, "bad-again": 500, "good-again": 200}
    go = {name: threading.Event() for name in (*late, "probe")}
    begun = threading.Semaphore(0)
    others: list[Any] = [Answer(500)]

    def decide(asked: Asked) -> Answer:
        name = asked.target.rpartition("/")[2]
        if name not in go:
            return others[0]
        begun.release()
        go[name].wait(WAIT)
        return Answer.json({}, late.get(name, 200))

    def begin(name: str) -> Future[Reply]:
        return pool.submit(app.get, f"/api/v1/users/{name}", token=app.token(USER))

    def arrive(look: str = "") -> None:
        there = begun.acquire(timeout=WAIT)
        expect.that(there, "the request reaches the service", "it does not", look=look)

    def end(name: str) -> None:
        go[name].set()
        expect.status(old[name].result(), late[name], "a request from before the circuit opened")

    def fails(times: int) -> None:
        others[0] = Answer(500)
        for _ in range(times):
            passes(app, "users", 500, "whether the circuit is still closed")

    app.users.answer_by(decide)
    with ThreadPoolExecutor(len(go)) as pool:
        try:
            old = {name: begin(name) for name in late}
            for _ in old:
                arrive()
            fails(LIMIT)
            end("good")
            refused(app, "users", "an answer from before it opened must not close the circuit")
            app.clock.advance(SECONDS - 1)
            end("bad-early")
            app.clock.advance(1)
            others[0] = Answer.json({})
            probe = begin("probe")
            arrive("a failure from before must not keep it open longer")
            end("bad")
            refused(app, "users", "a failure from before must not take the probe's place away")
            go["probe"].set()
            expect.status(probe.result(), 200, "the probe")
            fails(LIMIT - 1)
            end("bad-again")
            others[0] = Answer.json({})
            passes(app, "users", 200, "a failure from before must not open the circuit again")
            fails(LIMIT - 1)
            end("good-again")
            fails(1)
            refused(app, "users", "a success from before must not begin the count anew")
        finally:
            for one in go.values():
                one.set()
