"""Services that fail once, twice and for good, and a gateway whose pauses are noted."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from workbench.checking import Answer, App, Asked, Gateway, Reply, check, expect

USER = "5e1f6f0e-6a39-4f4e-9c7e-3f1d8a1b2c3d"
PATHS = {
    "users": f"/api/v1/users/{USER}",
    "orders": "/api/v1/orders",
    "products": "/api/v1/products",
}
ATTEMPTS = 3

#: Pauses of a millisecond, a circuit that never opens, and a budget that every request fills.
SETTINGS = {
    "RETRY_ATTEMPTS": str(ATTEMPTS), "RETRY_BASE_MS": "1", "RETRY_BUDGET_PERCENT": "1000",
    "BREAKER_FAILURES": "100000", "ATTEMPT_TIMEOUT_MS": "3000", "DEADLINE_MS": "9000",
}  # fmt: skip
NO_BUDGET = {**SETTINGS, "RETRY_BUDGET_PERCENT": "0"}

#: A budget that can run out, and a circuit that can open.
LIMIT = 16
TIGHT = {
    **SETTINGS,
    "RETRY_BUDGET_PERCENT": "50",
    "BREAKER_FAILURES": str(LIMIT),
    "BREAKER_SECONDS": "30",
}

OK = Answer.json({"ok": True})
GONE = Answer(status=None)

#: A gateway that notes its pauses instead of making them, and how many answers it neither closed
#: nor passed on, and tells both. Its random number is always in the middle, its day is always the
#: same, and what is left of its time is what the last answer says.
NOW, BASE, MOST_ATTEMPTS, MOST_PAUSE = 1_000_000_000, 0.4, 6, 2.0
NOTED = [
    ('_SESSION = web.AppKey("session", aiohttp.ClientSession)\n',
     '_SESSION = web.AppKey("session", aiohttp.ClientSession)\n'
     "_PAUSES: list[float] = []\n\n\n"
     "_LEFT_OPEN: list[int] = []\n\n\n"
     "async def _note(seconds: float) -> None:\n    _PAUSES.append(seconds)\n\n\n"
     "async def _tell(_: web.Request) -> web.Response:\n"
     "    told = {'pauses': list(map(float, _PAUSES)), 'left_open': sum(_LEFT_OPEN)}\n"
     "    _PAUSES.clear()\n    _LEFT_OPEN.clear()\n"
     "    return web.json_response(told)\n\n\n"
     "class _Watched:\n"
     "    def __init__(self, retries):\n"
     "        self._retries = retries\n\n"
     "    async def send(self, method, attempt, seconds_left):\n"
     "        left, answers, ended = [9.0], [], []\n\n"
     "        def watch(answer, name):\n"
     "            end = getattr(answer, name)\n\n"
     "            def note():\n"
     "                ended.append(answer)\n"
     "                return end()\n\n"
     "            setattr(answer, name, note)\n\n"
     "        async def watched():\n"
     "            answer = await attempt()\n"
     "            answers.append(answer)\n"
     "            watch(answer, 'close')\n"
     "            watch(answer, 'release')\n"
     "            left[0] = float(answer.headers.get('X-Left', left[0]))\n"
     "            return answer\n\n"
     "        last = None\n"
     "        try:\n"
     "            last = await self._retries.send(method, watched, lambda: left[0])\n"
     "            return last\n"
     "        finally:\n"
     "            done = [*map(id, ended), id(last)]\n"
     "            _LEFT_OPEN.append(sum(id(one) not in done for one in answers))\n"),
    ("Retries(settings.retry_attempts, settings.retry_base_ms / 1000, budget)",
     f"_Watched(Retries({MOST_ATTEMPTS}, {BASE}, budget, _note, lambda: 0.5, lambda: {NOW}.0))"),
    ('    app.router.add_get("/metrics", metrics.show)\n',
     '    app.router.add_get("/metrics", metrics.show)\n'
     '    app.router.add_get("/pauses", _tell)\n'),
]  # fmt: skip


def plain(_: Gateway) -> None:
    """Services that do as they are told."""


def tight(_: Gateway) -> None:
    """Where a budget can run out, and a circuit open."""


def ask(
    app: Gateway, name: str, answers: Sequence[Answer], method: str = "GET", body: bytes = b""
) -> Reply:
    """A request to a service that gives these answers in turn, the last one for ever."""
    service = getattr(app, name)
    service.answer(*answers)
    service.forget()
    return app.request(method, PATHS[name], token=app.token(USER), content=body)


def asked(app: Gateway, name: str, wanted: int, reply: Reply, look: str) -> None:
    expect.equal(len(getattr(app, name).asked), wanted, "requests that reached the service",
                 reply=reply, look=look)  # fmt: skip


def late(seconds: str, status: int = 503) -> Answer:
    """An answer that says when to come back."""
    return Answer.json({"busy": True}, status, [("retry-after", seconds)])


def date(after: int) -> str:
    """The date that many seconds after NOW."""
    return format_datetime(datetime.fromtimestamp(NOW + after, UTC), usegmt=True)


def pauses(app: Gateway, other: App, answers: Sequence[Answer]) -> tuple[Reply, Any]:
    """What a request to a gateway that notes its pauses comes to, and what it notes."""
    app.products.answer(*answers)
    reply = other.get(PATHS["products"])
    noted = other.get("/pauses", headers={"authorization": f"Bearer {app.token(USER)}"}).json
    return reply, noted


@check(points=2, runs="gateway", on=plain, settings=SETTINGS)
def tries_again(app: Gateway) -> None:
    """What fails in passing is tried again: 502, 503, 504, and no answer at all."""
    for answer in (Answer.json({}, 502), Answer.json({}, 503), Answer.json({}, 504), GONE):
        what = "a connection that ended" if answer is GONE else f"an answer of {answer.status}"
        reply = ask(app, "products", [answer, OK])
        expect.status(reply, 200, f"{what}, and then a good one")
        asked(app, "products", 2, reply, f"{what}, and then a good one")
    go, first = threading.Event(), threading.Lock()

    def decide(_: Asked) -> Answer:
        if first.acquire(blocking=False):
            go.wait()
        return OK

    app.products.answer_by(decide)
    try:
        expect.status(
            app.get(PATHS["products"]), 200, "an answer that is late, and then a good one"
        )
    finally:
        go.set()


@check(points=2, runs="gateway", after=tries_again, on=plain, settings=SETTINGS)
def the_last_one_counts(app: Gateway) -> None:
    """After so many attempts the last failure is the client's, as it came; others are closed."""
    bodies = [Answer(503, f"busy {number}".encode()) for number in range(1, 6)]
    reply = ask(app, "orders", bodies)
    asked(app, "orders", ATTEMPTS, reply, f"{ATTEMPTS} attempts, the first one included")
    expect.status(reply, 503)
    expect.equal(
        reply.text, f"busy {ATTEMPTS}", "the body", reply=reply, look="whose answer is passed on"
    )
    reply = ask(app, "orders", [bodies[0], bodies[1], GONE])
    expect.status(reply, 502, "two answers of 503, and then a connection that ends")
    asked(app, "orders", ATTEMPTS, reply, "two answers of 503, and then a connection that ends")
    reply = ask(app, "orders", [GONE, GONE, bodies[2]])
    expect.equal((reply.status, reply.text), (503, "busy 3"), "the answer", reply=reply,
                 look="two connections that end, and then an answer of 503")  # fmt: skip
    with app.altered("backend/gateway/app.py", NOTED) as other:
        for answers, status in (
            ([bodies[0]], 503),
            ([bodies[0], GONE], 502),
            ([bodies[0], OK], 200),
        ):
            reply, noted = pauses(app, other, answers)
            expect.status(reply, status)
            expect.equal(noted["left_open"], 0, "answers that were neither returned nor closed",
                         reply=reply, look="answers that are tried again")  # fmt: skip


@check(points=1, runs="gateway", on=plain, settings=SETTINGS)
def leaves_other_answers(app: Gateway) -> None:
    """Other answers are final, failures among them."""
    for status in (200, 302, 400, 404, 408, 409, 429, 500, 501, 505, 507):
        reply = ask(app, "orders", [Answer.json({}, status), OK])
        expect.status(reply, status, "an answer that the next attempt would not change")
        asked(app, "orders", 1, reply, "an answer that the next attempt would not change")


@check(points=3, runs="gateway", after=tries_again, on=plain, settings=SETTINGS)
def knows_what_may_be_done_twice(app: Gateway) -> None:
    """PUT, DELETE, HEAD and OPTIONS are tried again; POST and PATCH never."""
    for method in ("PUT", "DELETE", "HEAD", "OPTIONS"):
        body = b'{"a": 1}' if method == "PUT" else b""
        reply = ask(app, "users", [GONE, Answer.json({}, 503), OK], method, body)
        expect.status(reply, 200, f"whether {method} may be done twice")
        asked(app, "users", 3, reply, f"whether {method} may be done twice")
        expect.equal(
            [one.body for one in app.users.asked], [body] * 3, "what was sent", reply=reply
        )
    for method in ("POST", "PATCH"):
        for answer, status in ((Answer.json({}, 503), 503), (GONE, 502)):
            reply = ask(app, "users", [answer, OK], method, b'{"a": 1}')
            asked(
                app, "users", 1, reply, "what happens when the first one was carried out after all"
            )
            expect.status(reply, status)


@check(points=3, runs="gateway", after=tries_again, on=plain, settings=SETTINGS)
def pauses_grow(app: Gateway) -> None:
    """Pauses are random parts of a limit that doubles, from the base up to 2 seconds."""
    limits = [min(MOST_PAUSE, BASE * 2**number) for number in range(MOST_ATTEMPTS - 1)]
    wanted = [limit / 2 for limit in limits]
    with app.altered("backend/gateway/app.py", NOTED) as other:
        for answers in ([Answer.json({}, 503)], [GONE]):
            noted = pauses(app, other, answers)[1]["pauses"]
            close = len(noted) == len(wanted) and all(
                abs(one - two) < 0.001 for one, two in zip(noted, wanted, strict=True)
            )
            expect.that(close, f"pauses of {expect.show(wanted)} s", expect.show(noted),
                        sent=f"{MOST_ATTEMPTS} attempts in vain, a base of {BASE} s, and a "
                        "`random` that says 0.5", look="half of each limit")  # fmt: skip
    base = 2 * MOST_PAUSE
    longer = [(old, new.replace(f"{BASE}, budget", f"{base}, budget")) for old, new in NOTED]
    with app.altered("backend/gateway/app.py", longer) as other:
        noted = pauses(app, other, [GONE])[1]["pauses"]
        expect.equal(noted[:1], [MOST_PAUSE / 2], "the first pause",
                     look=f"a base of {base} s, and a `random` that says 0.5")  # fmt: skip


@check(points=2, runs="gateway", after=tries_again, on=plain, settings=SETTINGS)
def waits_as_it_is_told(app: Gateway) -> None:
    """A pause is no shorter than Retry-After says, be it seconds or a date."""
    with app.altered("backend/gateway/app.py", NOTED) as other:
        for value, least in (("0", 0.0), ("3", 3.0), ("5", 5.0), (date(4), 4.0), (date(-60), 0.0),
                             ("soon", 0.0), ("-5", 0.0), ("nan", 0.0), ("", 0.0)):  # fmt: skip
            look = f"Retry-After: {value}" + (f", at {date(0)}" if "GMT" in value else "")
            reply, noted = pauses(app, other, [late(value), OK])
            expect.status(reply, 200, look)
            made = noted["pauses"]
            fits = [max(least, BASE / 2) - 0.001 <= one <= least + 2 * BASE for one in made]
            expect.that(fits == [True], f"one pause, of {max(least, BASE / 2)} s",
                        expect.show(made), sent=reply.sent, look=look)  # fmt: skip
        reply, noted = pauses(app, other, [late("5"), GONE, OK])
        second = noted["pauses"][1:]
        expect.that(len(second) == 1 and BASE - 0.001 <= second[0] <= 3 * BASE,
                    f"a second pause, of {BASE} s", expect.show(noted["pauses"]), sent=reply.sent,
                    look="Retry-After: 5, and then a connection that ends")  # fmt: skip


@check(points=2, runs="gateway", after=tries_again, on=plain, settings=SETTINGS)
def nobody_waits_in_vain(app: Gateway) -> None:
    """When the pause would not end in time, the failure is passed on at once."""
    for value in ("3600", "Tue, 31 Dec 2999 23:59:59 GMT"):
        reply = ask(app, "products", [late(value), OK])
        asked(app, "products", 1, reply, f"Retry-After: {value}, and a deadline of 9 s")
        expect.status(reply, 503, f"Retry-After: {value}, and a deadline of 9 s")
        expect.equal(expect.header(reply, "Retry-After"), value, "Retry-After", reply=reply)
        expect.equal(
            reply.json, {"busy": True}, "the body", reply=reply, look="whose answer is passed on"
        )
    with app.altered("backend/gateway/app.py", NOTED) as other:
        for left, said in ((BASE / 2 - 0.05, "less than that"), (BASE / 2, "just that")):
            busy = Answer.json({"busy": True}, 503, [("x-left", str(left))])
            reply, noted = pauses(app, other, [busy, OK])
            look = f"a pause of {BASE / 2} s, and {said} left when the attempt has ended"
            expect.equal(noted["pauses"], [], "pauses", reply=reply, look=look)
            expect.status(reply, 503, look)


@check(points=2, runs="gateway", after=tries_again, on=tight, settings=TIGHT)
def an_open_circuit_ends_it(app: Gateway) -> None:
    """When the circuit opens between two attempts, the client is told what the circuit says."""
    for answer in (Answer(503, b"busy"), GONE):
        for _ in range(LIMIT - 2):
            ask(app, "products", [Answer(500)], "POST")
        reply = ask(app, "products", [answer])
        look = "two attempts fail, the circuit opens, and the third is refused by it"
        asked(app, "products", 2, reply, look)
        expect.problem(reply, 503, look=look)
        expect.equal(expect.header(reply, "Retry-After", look), "30", "Retry-After", reply=reply,
                     look=look)  # fmt: skip
        if answer is not GONE:
            app.clock.advance(30)
            expect.status(ask(app, "products", [OK]), 200, "a circuit that is tried after 30 s")


@check(
    points=1, runs="gateway", after=an_open_circuit_ends_it, on=tight, settings=TIGHT, hidden=True
)
def an_open_circuit_costs_nothing(app: Gateway) -> None:
    """What an open circuit refuses is not tried again, and takes nothing from the budget."""
    for _ in range(8):
        reply = ask(app, "products", [OK])
        expect.status(reply, 503, "an open circuit")
        asked(app, "products", 0, reply, "an open circuit")
    for _ in range(3):
        reply = ask(app, "users", [Answer.json({}, 503), OK])
        expect.status(reply, 200, "whether there is budget left for a service that works")


@check(points=3, runs="gateway", after=tries_again, on=tight, settings=TIGHT)
def has_a_budget(app: Gateway) -> None:
    """Retries have a budget, which all services share: it holds 10, and each request adds its
    part."""
    for _ in range(20):
        expect.status(ask(app, "users", [OK]), 200)
    for _ in range(12):  # retries that are not made, for their pauses would be too long
        expect.status(ask(app, "users", [late("3600")]), 503)
        if len(app.users.asked) > 1:  # they are made all the same, and are to be paid for
            for _ in range(20):
                ask(app, "users", [OK])
            break
    expect.status(ask(app, "users", [OK]), 200)  # so that no circuit opens
    count, reached = 10, 0
    for number in range(count):
        name = "orders" if number % 2 else "users"
        expect.status(ask(app, name, [Answer.json({}, 503)]), 503, "a failure, budget or not")
        reached += len(getattr(app, name).asked)
    # 10 in reserve and half a one for each, of which the last may not have been of use.
    expect.that(13 <= reached - count <= 15, "about 14 retries", str(reached - count),
                sent=f"20 requests that succeed, 12 that need not be tried again before an hour is "
                f"over, then {count} that fail; a budget of 50 percent, {ATTEMPTS} attempts",
                look="what adds to the budget, what takes from it, and its most")  # fmt: skip
    for _ in range(10):
        ask(app, "users", [OK], "POST")
    reached = 0
    for _ in range(3):
        ask(app, "users", [Answer.json({}, 503)])
        reached += len(app.users.asked)
    expect.that(reached - 3 >= 5, "about 6 retries", str(reached - 3),
                sent="then 10 of POST, and 3 of GET that fail",
                look="what adds to the budget")  # fmt: skip


def nothing_to_spend(_: Gateway) -> None:
    """A budget of nothing."""


@check(points=1, runs="gateway", on=nothing_to_spend, settings=NO_BUDGET)
def zero_percent_is_none(app: Gateway) -> None:
    """With a budget of 0 percent nothing is tried again."""
    for answer, status in ((Answer.json({}, 503), 503), (GONE, 502)):
        reply = ask(app, "products", [answer, OK])
        expect.status(reply, status, "a budget of 0 percent")
        asked(app, "products", 1, reply, "a budget of 0 percent")
