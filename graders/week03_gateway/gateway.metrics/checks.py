"""Metrics are read as Prometheus reads them, and compared with what was asked."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from workbench.checking import Answer, CheckFailed, Gateway, check, expect

SETTINGS = {
    "RETRY_ATTEMPTS": "1", "BREAKER_FAILURES": "3", "BREAKER_SECONDS": "30",
    "ATTEMPT_TIMEOUT_MS": "20000", "DEADLINE_MS": "20000",
}  # fmt: skip
PRODUCTS = "/api/v1/products"
TOTAL, SECONDS = "http_requests_total", "http_request_duration_seconds"
UNDER_WAY, CIRCUIT = "http_requests_in_progress", "circuit_breaker_state"
WAIT = 12.0  # more than a busy machine needs
MANY_LOOKS = 150

#: A gateway with a route whose handler raises, and one that takes 2.5 s by the clock of metrics;
#: /went tells what came out of the middleware.
APP = "backend/gateway/app.py"
ROUTES = (
    "    app.router.add_get(PATH, ",
    "    async def fail(request: web.Request) -> web.Response:\n"
    "        kind = request.match_info['kind']\n"
    "        if kind == 'slow':\n"
    "            TICKS[0] += 2.5\n"
    "            return web.Response()\n"
    "        raise {'crash': ZeroDivisionError, 'late': TimeoutError,\n"
    "               'refused': ConnectionRefusedError, 'left': ConnectionResetError,\n"
    "               'cancelled': asyncio.CancelledError, 'conflict': web.HTTPConflict,\n"
    "               'found': web.HTTPFound('/'), 'down': web.HTTPServiceUnavailable}[kind]\n"
    "    app.router.add_get('/fail/{kind}', fail)\n"
    "    async def went(request: web.Request) -> web.Response:\n"
    "        return web.json_response(WENT)\n"
    "    app.router.add_get('/went', went)\n"
    "    app.router.add_get(PATH, ",
)
TICKS = (
    "Clock = Callable[[], float]\n",
    "Clock = Callable[[], float]\n"
    "import asyncio\n"
    "TICKS, WENT = [7.0], {}\n"
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
CLOCKED = ("    metrics = Metrics(_template)\n",
           "    metrics = Metrics(_template, lambda: TICKS[0])\n")  # fmt: skip
#: What the handler raises by the path's last part, and the status that it is counted with.
RAISED = {
    "crash": ("ZeroDivisionError", "500"), "late": ("TimeoutError", "500"),
    "refused": ("ConnectionRefusedError", "500"), "conflict": ("HTTPConflict", "409"),
    "found": ("HTTPFound", "302"), "down": ("HTTPServiceUnavailable", "503"),
    "left": ("ConnectionResetError", "499"), "cancelled": ("CancelledError", "499"),
}  # fmt: skip
#: Metrics stand within what makes answers of errors, so that they see the errors themselves.
WITHIN = ("            metrics.middleware,\n            answer_errors,\n",
          "            answer_errors,\n            witness,\n"
          "            metrics.middleware,\n")  # fmt: skip
#: Two applications in one process: the second one shows its numbers as well.
SECOND = ("    metrics.watch(breakers)\n",
          "    metrics.watch(breakers)\n    second = Metrics(_template)\n"
          "    second.watch(breakers)\n"
          "    app.router.add_get('/second', second.show)\n")  # fmt: skip


def services(app: Gateway) -> None:
    """Services that answer."""


def samples(app: Gateway, path: str = "/metrics", token: str | None = None) -> list[Sample]:
    """Every sample that is told. Raises CheckFailed when it is no text of Prometheus'."""
    reply = app.get(path, token=token)
    expect.status(reply, 200, look="the handler `show`")
    try:
        families = list(text_string_to_metric_families(reply.text))
    except (ValueError, KeyError, IndexError) as error:
        raise CheckFailed("metrics as Prometheus reads them", f"{error!r}: {reply.shown}",
                          reply.sent, "what the library writes for you") from None  # fmt: skip
    return [sample for family in families for sample in family.samples]


Series = Counter[tuple[str, ...]]


def series(app: Gateway, name: str, *labels: str) -> Series:
    """The values of a metric, added up by these labels. What is told of /metrics is left out."""
    found: Series = Counter()
    for sample in samples(app):
        if sample.name == name and sample.labels.get("route") != "/metrics":
            found[tuple(sample.labels.get(label, "") for label in labels)] += int(sample.value)
    return found


def gauge(app: Gateway) -> int:
    found = [sample.value for sample in samples(app) if sample.name == UNDER_WAY]
    expect.that(len(found) == 1, f"one value of {UNDER_WAY}, without labels", expect.show(found),
                sent="GET /metrics")  # fmt: skip
    return int(found[0])


def more(app: Gateway, before: Series, name: str, *labels: str) -> dict[tuple[str, ...], int]:
    """What a metric has grown by, where it has."""
    now = series(app, name, *labels)
    return {key: now[key] - before[key] for key in now if now[key] != before[key]}


def written(found: dict[tuple[str, ...], int]) -> list[str]:
    return sorted(f"{' '.join(key)}: {count}" for key, count in found.items())


@contextmanager
def altered(app: Gateway, *edits: tuple[str, str]) -> Iterator[Gateway]:
    with app.altered(APP, [*edits]) as other:
        yield other


@check(points=1, runs="gateway", on=services, settings=SETTINGS)
def speaks_to_prometheus(app: Gateway) -> None:
    """`/metrics` is in Prometheus' text format, and says so in its Content-Type."""
    expect.status(app.get(PRODUCTS), 200)
    samples(app)
    reply = app.get("/metrics")
    kind = expect.header(reply, "Content-Type").lower()
    parts = [part.strip() for part in kind.split(";")]
    good = parts[0] in ("text/plain", "application/openmetrics-text")
    expect.that(good and any(part.startswith("version=") for part in parts[1:]),
                "Content-Type: text/plain with the version of the format", kind, sent=reply.sent,
                look="the library has a constant for it; set the header by its name")  # fmt: skip


@check(points=2, runs="gateway", on=services, settings=SETTINGS)
def counts_what_was_answered(app: Gateway) -> None:
    """Every request is counted once, with its method and the status of its answer."""
    before = series(app, TOTAL, "method", "status")
    wanted: Counter[tuple[str, ...]] = Counter()
    for method, path, status in (
        ("POST", PRODUCTS, 201), ("POST", PRODUCTS, 201), ("PUT", f"{PRODUCTS}/1", 409),
        ("DELETE", f"{PRODUCTS}/1", 204), ("PATCH", f"{PRODUCTS}/1", 500), ("GET", PRODUCTS, 304),
    ):  # fmt: skip
        app.products.answer(Answer(status))
        expect.status(app.request(method, path), status)
        wanted[method, str(status)] += 1
    app.products.answer(Answer.json({}))
    for method, path, status in (
        ("POST", "/nowhere", 404), ("POST", "/api/v1/orders", 401), ("POST", f"{PRODUCTS}/..", 400),
    ):  # fmt: skip
        expect.status(app.request(method, path), status)
        wanted[method, str(status)] += 1
    with app.products.refuse():
        expect.status(app.post(PRODUCTS), 502)
    wanted["POST", "502"] += 1
    got = more(app, before, TOTAL, "method", "status")
    expect.equal(written(got), written(wanted), f"{TOTAL} by method and status has grown by",
                 look="the status of what the handler returns")  # fmt: skip


@check(points=3, runs="gateway", on=services, settings=SETTINGS)
def keeps_to_a_few_series(app: Gateway) -> None:
    """The label `route` is the template, and an invented method is `other`: nobody can make series
    at will."""
    before = series(app, TOTAL, "route", "method")
    token = app.token(str(uuid4()))
    for _ in range(3):
        app.get(f"{PRODUCTS}/{uuid4()}?a={uuid4()}")
        app.get(f"/{uuid4()}")
        app.put(f"/api/v1/users/{uuid4()}", token=token)
        app.post(f"/api/v1/dashboard/{uuid4()}", token=token)
        app.get(f"/api/v1/dashboard/{uuid4()}")
    for method in ("LOCK", "PROPFIND", "TRACE"):
        app.request(method, PRODUCTS)
        app.request(method, "/nowhere")
    for method in ("HEAD", "OPTIONS"):
        app.request(method, "/nowhere")
    got = more(app, before, TOTAL, "route", "method")
    wanted = {
        (f"{PRODUCTS}/...", "GET"): 3, ("none", "GET"): 3, ("/api/v1/users/...", "PUT"): 3,
        ("none", "POST"): 3, ("/api/v1/dashboard/{user_id}", "GET"): 3,
        (f"{PRODUCTS}/...", "other"): 3, ("none", "other"): 3,
        ("none", "HEAD"): 1, ("none", "OPTIONS"): 1,
    }  # fmt: skip
    expect.equal(written(got), written(wanted), f"{TOTAL} by route and method has grown by",
                 look="when you ask for the template, and what becomes of METHODS")  # fmt: skip


@check(points=3, runs="gateway", on=services, settings=SETTINGS)
def measures_every_one(app: Gateway) -> None:
    """The histogram has the same labels and as many observations as the counter, in buckets, and
    its sum is in seconds of the given clock."""
    token = app.token(str(uuid4()))
    with altered(app, TICKS, CLOCKED, ROUTES) as other:
        expect.status(other.get(PRODUCTS), 200)
        expect.status(other.get("/nowhere"), 404)
        for _ in range(2):
            expect.status(other.get("/fail/slow", token=token), 200)
        labels = ("route", "method", "status")
        counted, measured = (series(other, name, *labels) for name in (TOTAL, f"{SECONDS}_count"))
        expect.that(bool(measured), f"{SECONDS}_count with the labels {', '.join(labels)}", "none",
                    sent="GET /metrics")  # fmt: skip
        expect.equal(written(measured), written(counted), f"{SECONDS}_count, as {TOTAL}")
        slow = [one for one in samples(other) if one.labels.get("route") == "/fail/{kind}"]
        total = [one.value for one in slow if one.name == f"{SECONDS}_sum"]
        expect.equal(total, [5.0], f"{SECONDS}_sum of two requests of 2.5 s by the given clock",
                     look="`clock`, which tells seconds")  # fmt: skip
        buckets = [one for one in slow if one.name == f"{SECONDS}_bucket"]
        expect.that(len(buckets) > 2, f"{SECONDS}_bucket in several buckets",
                    f"{len(buckets)} buckets", sent="GET /metrics")  # fmt: skip


@check(points=1, runs="gateway", on=services, settings=SETTINGS)
def knows_what_is_under_way(app: Gateway) -> None:
    """The gauge tells how many requests are under way at the moment."""
    before = gauge(app)
    with app.products.hold() as held:
        asking = [threading.Thread(target=app.get, args=(PRODUCTS,)) for _ in range(3)]
        for one in asking:
            one.start()
        expect.that(held.reached(3, WAIT), "three requests at the service", "fewer")
        meanwhile = gauge(app)
    for one in asking:
        one.join()
    expect.equal(meanwhile - before, 3, f"{UNDER_WAY} more while three requests wait")
    _until(lambda: gauge(app) - before, 0, f"{UNDER_WAY} more after they were answered")


@check(points=2, runs="gateway", on=services, settings=SETTINGS)
def counts_those_who_left(app: Gateway) -> None:
    """A client that leaves, before its answer or in the middle of it, is counted with 499, and its
    request is not under way any more."""
    under_way = gauge(app)
    before = series(app, TOTAL, "method", "status")
    with app.products.hold() as held, _asking(app):
        expect.that(held.reached(1, WAIT), "the request at the service", "it did not come")
    _until(lambda: written(more(app, before, TOTAL, "method", "status")), ["GET 499: 1"],
           f"{TOTAL} has grown by, when one client left before its answer")  # fmt: skip
    end = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield b"begun"
        end.wait(WAIT)

    app.products.answer(Answer(200, pieces()))
    try:
        with _asking(app) as client:
            got = b""
            while b"begun" not in got and (data := client.recv(65536)):
                got += data
        _until(lambda: written(more(app, before, TOTAL, "method", "status")), ["GET 499: 2"],
               f"{TOTAL} has grown by, when another one left in the middle of it")  # fmt: skip
    finally:
        end.set()
        app.products.answer(Answer.json({}))
    expect.equal(gauge(app) - under_way, 0, f"{UNDER_WAY} more than before they came")


@contextmanager
def _asking(app: Gateway) -> Iterator[socket.socket]:
    """A client that asks for the products, and leaves at the end of the block."""
    with socket.create_connection(("127.0.0.1", app.system.port), WAIT) as client:
        client.sendall(f"GET {PRODUCTS} HTTP/1.1\r\nHost: shop\r\n\r\n".encode())
        yield client


def _until(look: Callable[[], object], wanted: object, what: str) -> None:
    """What is looked at becomes this; who is told of an end learns of it a little later."""
    got = None
    for _ in range(MANY_LOOKS):
        got = look()
        if got == wanted:
            return
    expect.equal(got, wanted, what, look="a handler is cancelled when its client leaves: which"
                 " kind of exception is that?")  # fmt: skip


@check(points=2, runs="gateway", on=services, settings=SETTINGS)
def tells_the_circuits(app: Gateway) -> None:
    """Each service's circuit is told as it is: 1 for the state that it has, 0 for the others."""
    states = ("closed", "open", "half-open")

    def told(orders: str) -> list[str]:
        has = {"users": "closed", "orders": orders, "products": "closed"}
        return sorted(f"{name} {state}: {int(has[name] == state)}" for name in has
                      for state in states)  # fmt: skip

    def now() -> list[str]:
        found = [one for one in samples(app) if one.name == CIRCUIT]
        return sorted(f"{one.labels.get('service')} {one.labels.get('state')}: {one.value:g}"
                      for one in found)  # fmt: skip

    expect.equal(now(), told("closed"), CIRCUIT)
    token = app.token(str(uuid4()))
    app.orders.answer(Answer(500))
    for _ in range(3):
        app.get("/api/v1/orders", token=token)
    look = "who works out the value, and when"
    expect.equal(now(), told("open"), f"{CIRCUIT} after orders has failed three times", look=look)
    app.clock.advance(30)
    expect.equal(now(), told("half-open"), f"{CIRCUIT} when its time was over", look=look)
    app.orders.answer(Answer.json([]))
    app.get("/api/v1/orders", token=token)
    expect.equal(now(), told("closed"), f"{CIRCUIT} after a good answer", look=look)


@check(points=2, runs="gateway", on=services, settings=SETTINGS)
def counts_what_was_raised(app: Gateway) -> None:
    """Where nobody has made an answer of it yet, an HTTPException is counted by its status, another
    exception as 500, a lost connection as 499. All of them go on, and nothing is under way then."""
    token = app.token(str(uuid4()))
    with altered(app, TICKS, WITHIN, ROUTES) as other:
        under_way = gauge(other)
        before = series(other, TOTAL, "route", "status")
        for kind in RAISED:
            with suppress(CheckFailed):  # to some of them there is no answer
                other.get(f"/fail/{kind}", token=token)
        got = {key[1:]: n for key, n in more(other, before, TOTAL, "route", "status").items()
               if key[0] == "/fail/{kind}"}  # fmt: skip
        went = other.get("/went", token=token)
        _until(lambda: gauge(other) - under_way, 0, f"{UNDER_WAY} more after all of them ended")
    wanted = Counter((status,) for _, status in RAISED.values())
    names = ", ".join(name for name, _ in RAISED.values())
    expect.equal(written(got), written(wanted), f"statuses of {names}",
                 look="which classes are whose")  # fmt: skip
    expect.equal({kind: went[kind] for kind in RAISED},
                 {kind: f"raised {name}" for kind, (name, _) in RAISED.items()},
                 "what came out of the middleware, for each exception that came out of a handler",
                 look="an exception that is counted is not answered yet")  # fmt: skip


@check(points=1, runs="gateway", on=services, settings=SETTINGS, hidden=True)
def stands_alone(app: Gateway) -> None:
    """A second application in the same process can be made, and has numbers of its own."""
    token = app.token(str(uuid4()))
    with altered(app, SECOND) as other:
        expect.status(other.get(PRODUCTS), 200)
        counted = sum(one.value for one in samples(other) if one.name == TOTAL)
        theirs = [one for one in samples(other, "/second", token) if one.name == TOTAL]
        expect.that(counted > 0, f"{TOTAL} above 0", "0", sent="GET /metrics")
        look = "whose registry it is, and where numbers live"
        expect.equal([one.value for one in theirs if one.value], [],
                     f"{TOTAL} of an application that nobody has asked", look=look)  # fmt: skip

        def second() -> list[float]:
            return [one.value for one in samples(other, "/second", token) if one.name == UNDER_WAY]

        before = second()
        with other.products.hold() as held:
            asking = threading.Thread(target=other.get, args=(PRODUCTS,))
            asking.start()
            expect.that(held.reached(1, WAIT), "the request at the service", "it did not come")
            meanwhile = second()
        asking.join()
        expect.equal(meanwhile, before, f"{UNDER_WAY} of the second application, while the first"
                     " has one more", look=look)  # fmt: skip
