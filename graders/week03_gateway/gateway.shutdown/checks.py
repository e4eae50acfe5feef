"""A process is told to end while requests wait in its services, and everything is watched that
happens until it has ended."""

from __future__ import annotations

import ast
import gzip
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

from workbench.checking import Answer, CheckFailed, Gateway, check, expect

PRODUCTS = "/api/v1/products"
WAIT, PATIENCE = 10.0, 30.0  # more than a busy machine needs
MANY_LOOKS, SOME_LOOKS = 300, 10
SILENCE, MOST_SILENT = 1.5, 3

PATIENT = {
    "RETRY_ATTEMPTS": "1", "ATTEMPT_TIMEOUT_MS": "60000", "DEADLINE_MS": "60000",
    "SHUTDOWN_MS": "60000",
}  # fmt: skip
SIGTERM = "SIGTERM to the process"
FINISHING = "what happens to handlers at the end, and after how long"

APP = "backend/gateway/app.py"
#: The application says when what it has opened is closed, with a word that a request has brought:
#: no text holds it, so whoever prints that all is closed must at least have served the request.
CLOSED = [
    ("        await redis.aclose()\n",
     "        await redis.aclose()\n        print('all is closed', *word)\n"),
    ('_SESSION = web.AppKey("session"', 'word = []\n_SESSION = web.AppKey("session"'),
    ("    app.cleanup_ctx.append(connections)\n",
     "    app.cleanup_ctx.append(connections)\n"
     "    async def hear(request: web.Request) -> web.Response:\n"
     "        word.append(request.query['word'])\n"
     "        return web.Response()\n"
     "    app.router.add_get('/hear', hear)\n"),
]  # fmt: skip
#: A request during which the process is told to end, again and again.
AGAIN = ("    app.cleanup_ctx.append(connections)\n",
         "    app.cleanup_ctx.append(connections)\n"
         "    async def again(_: web.Request) -> web.Response:\n"
         "        import asyncio\n"
         "        os.kill(os.getpid(), 2)\n"
         "        try:\n"
         f"            async with asyncio.timeout({WAIT}):\n"
         "                await shutdown.wait()\n"
         "        except TimeoutError:\n"
         "            return web.Response(text='not begun by SIGINT')\n"
         "        for number in (15, 2, 15):\n"
         "            shutdown.begin()\n"
         "            os.kill(os.getpid(), number)\n"
         "            for _ in range(5):\n"
         "                await asyncio.sleep(0)\n"
         "        try:\n"
         f"            async with asyncio.timeout({WAIT}):\n"
         "                await shutdown.wait()\n"
         "                await shutdown.wait()\n"
         "        except TimeoutError:\n"
         "            return web.Response(text='wait() does not return')\n"
         "        return web.Response(text=f'begun: {shutdown.has_begun}')\n"
         "    app.router.add_get('/again', again)\n")  # fmt: skip

DRAIN, FINISH = 90, 60
MEASURED = "measured:"
#: The process is told to end by a request that would stay for ever, and from then on minutes pass
#: as fast as its loop goes round. It prints what `sleep` was asked for, when the request was
#: cancelled, and that `serve` has returned, each with the word that the request brought.
FAST = [
    ("import time\nfrom collections.abc", '''import time

shift, slept, word = [0.0], [], []
time.sleep = lambda seconds: shift.append(shift.pop() + seconds)
for name in ("monotonic", "time", "perf_counter"):
    setattr(time, name, lambda real=getattr(time, name): real() + shift[0])

from collections.abc'''),
    ("    app.cleanup_ctx.append(connections)\n", f'''    app.cleanup_ctx.append(connections)

    async def stay(request: web.Request) -> web.Response:
        import asyncio

        word.append(request.query["word"])
        ended = []
        loop = asyncio.get_running_loop()

        async def hurry():
            for _ in range(5000):
                if ended:
                    return
                shift[0] += 0.1
                await asyncio.sleep(0)
            print("{MEASURED}", *word, (slept, None), flush=True)
            os._exit(1)

        began = loop.time()
        shutdown.begin()
        hurrying = asyncio.create_task(hurry())
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(hurrying)
            print("{MEASURED}", *word, (slept, loop.time() - began), flush=True)

    app.router.add_get("/stay", stay)
'''),
    ('_SESSION = web.AppKey("session"', f'''
def measure():
    import asyncio

    from backend.gateway import shutdown as part

    serve = part.serve

    async def sleep(seconds):
        slept.append(seconds)
        await asyncio.sleep(seconds)

    async def measured(app, listener, shutdown, drain_seconds, finish_seconds, ready):
        await serve(app, listener, shutdown, {DRAIN}.0, {FINISH}.0, ready, sleep)
        print("{MEASURED}", *word, "returned", flush=True)

    part.serve = measured


measure()
_SESSION = web.AppKey("session"'''),
]  # fmt: skip


def services(app: Gateway) -> None:
    """Services that answer; this process goes on, those beside it end."""


def takes_connections(app: Gateway, seconds: float = WAIT) -> bool:
    """Whether a request on a new connection is answered. Raises TimeoutError."""
    try:
        with socket.create_connection(("127.0.0.1", app.system.port), seconds) as client:
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
            return bool(client.recv(100))
    except TimeoutError:
        raise
    except OSError:
        return False


def closes(app: Gateway) -> bool:
    """Wait until no new connection is taken; False when they are taken on and on."""
    silent = 0
    for _ in range(MANY_LOOKS):
        try:
            if not takes_connections(app, SILENCE):
                return True
        except TimeoutError:
            # It came in together with the end, and waits for it: the next one knows more.
            silent += 1
            if silent > MOST_SILENT:
                return False
    return False


def ends(app: Gateway, when: str, look: str) -> None:
    expect.that(app.system.wait_end(WAIT), f"the process ends {when}", "it goes on", sent=SIGTERM,
                look=look)  # fmt: skip


@contextmanager
def under_way(app: Gateway) -> Iterator[list[str]]:
    """A request that waits in its service until the end of the block; then what became of it: the
    status line, or nothing. Its client is more patient than any check."""
    became: list[str] = []

    def ask() -> None:
        head = f"GET {PRODUCTS} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n"
        with socket.create_connection(("127.0.0.1", app.system.port), PATIENCE) as client:
            try:
                client.sendall(head.encode())
                with client.makefile("rb") as answer:
                    became.append(answer.readline(200).decode("latin-1").strip())
            except OSError as error:
                became.append(f"no answer: {error}")

    asking = threading.Thread(target=ask)
    with app.products.hold() as held:
        asking.start()
        expect.that(held.reached(1, WAIT), "the request at its service", "it did not come")
        yield became
    asking.join()


@check(points=2, runs="gateway", on=services, settings=PATIENT)
def ends_when_it_is_told(app: Gateway) -> None:
    """After SIGTERM a process that has nothing to do ends at once, though idle connections are
    open, and has closed its own to services and Redis."""
    word = uuid4().hex
    with app.altered(APP, CLOSED) as other:
        expect.status(other.get(f"/hear?word={word}", token=app.token(str(uuid4()))), 200)
        expect.status(other.get(PRODUCTS), 200)  # its connection stays open
        other.system.terminate()
        ends(other, "after SIGTERM, as nothing is under way", "what the signal begins")
        expect.that(f"all is closed {word}" in other.log,
                    "what `cleanup_ctx` of app.py holds is closed", "it is not", sent=SIGTERM,
                    look="`runner.cleanup()`")  # fmt: skip


@check(points=3, runs="gateway", settings=PATIENT)
def finishes_what_is_under_way(app: Gateway) -> None:
    """Requests that are under way get their whole answers, also one that has half of it, and then
    the process ends."""
    release, begun = threading.Event(), threading.Event()

    def pieces() -> Iterator[bytes]:
        yield b"first half, "
        release.wait(WAIT * 2)
        yield b"second half"

    app.products.answer(Answer(200, pieces()))
    with ThreadPoolExecutor(1) as pool:
        half = pool.submit(body, app, begun)
        try:
            expect.that(begun.wait(WAIT), "the first half of an answer", "nothing",
                        sent=f"GET {PRODUCTS}")  # fmt: skip
            app.products.answer(Answer.json({}))
            with under_way(app) as became:
                app.system.terminate()
                closes(app)
        finally:
            release.set()
    expect.equal(became, ["HTTP/1.1 200 OK"], "what a request got that was under way",
                 look=FINISHING)  # fmt: skip
    expect.equal(half.result().decode(), "first half, second half",
                 "the body of an answer that was half sent", look=FINISHING)  # fmt: skip
    ends(app, "when all requests are answered", "the last step")


def body(app: Gateway, begun: threading.Event) -> bytes:
    """The body of an answer, as far as it comes."""
    got = b""
    try:
        with app.stream("GET", PRODUCTS, role=None) as answer:
            for piece in answer.iter_raw():
                got += piece
                begun.set()
    except Exception as error:  # noqa: BLE001 - whatever it is, the answer is not whole
        got += f"[{type(error).__name__}]".encode()
    return got


@check(points=2, runs="gateway", settings=PATIENT)
def closes_the_door_first(app: Gateway) -> None:
    """While requests under way are finished, nobody listens any more: new connections are
    refused."""
    with under_way(app):
        app.system.terminate()
        expect.that(closes(app), "no new connection is taken after SIGTERM",
                    f"/healthz was answered {MANY_LOOKS} times on new ones", sent=SIGTERM,
                    look="what comes first: the door, or those inside")  # fmt: skip


@check(points=2, runs="gateway", settings={**PATIENT, "DRAIN_MS": "60000"})
def says_so_before(app: Gateway) -> None:
    """Before the door is closed there is the time of DRAIN_MS: `/readyz` is 503, and requests are
    answered, on new connections too."""
    expect.status(app.get(PRODUCTS), 200)
    app.system.terminate()
    look = "what comes between the signal and the end"
    for _ in range(MANY_LOOKS):
        status = app.get("/readyz").status
        if status != 200:
            break
    expect.equal(status, 503, "the status of /readyz after SIGTERM", look="`has_begun`")
    for _ in range(SOME_LOOKS):
        expect.that(takes_connections(app), "new connections are taken until DRAIN_MS is over",
                    "one is not", sent=SIGTERM, look=look)  # fmt: skip
    expect.status(app.get(PRODUCTS), 200, look=look)


def measured(text: str) -> tuple[list[float], float | None]:
    """What FAST has printed. Raises CheckFailed for what is nothing of the kind."""
    try:
        slept, after = ast.literal_eval(text)
        return [float(one) for one in slept], None if after is None else float(after)
    except (ValueError, TypeError, SyntaxError, ArithmeticError, MemoryError, RecursionError):
        raise CheckFailed("`sleep` is asked for seconds", text[:300]) from None


@check(points=2, runs="gateway", on=services, settings=PATIENT)
def keeps_its_times(app: Gateway) -> None:
    """`sleep` is awaited for `drain_seconds`. After that a request has `finish_seconds`: then it is
    cancelled, not after twice that time, and `serve` returns."""
    token, word = app.token(str(uuid4())), uuid4().hex
    head = f"GET /stay?word={word} HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer {token}\r\n\r\n"
    with app.altered(APP, FAST) as other:
        with socket.create_connection(("127.0.0.1", other.system.port), PATIENCE) as client:
            client.sendall(head.encode())
            ended = other.system.wait_end(PATIENCE)
        begin = f"{MEASURED} {word} "
        told = [line.partition(begin)[2] for line in other.log.splitlines() if begin in line]
    sent = f"serve(..., drain_seconds={DRAIN}, finish_seconds={FINISH}, ...), and begin()"
    expect.that(ended and bool(told), "the process ends", "it goes on", sent=sent)
    slept, after = measured(told[0])
    expect.that(any(sum(slept[:n]) == DRAIN for n in range(1, len(slept) + 1)),
                f"`sleep` is awaited for {DRAIN} seconds", f"calls of it: {slept}", sent=sent,
                look="by which `sleep` the time before the closed door counts")  # fmt: skip
    expect.that(after is not None and DRAIN + FINISH - 1 < after < DRAIN + FINISH * 1.5,
                f"a request that stays is cancelled {FINISH} seconds after the door was closed",
                "not at all" if after is None else f"{after - DRAIN:.0f} seconds after it",
                sent=sent, look="how often the library waits, and from when")  # fmt: skip
    expect.equal(told[1:], ["returned"], "whether `serve` returned", look="the last step")


@check(points=1, runs="gateway", on=services, settings=PATIENT)
def serves_as_the_starter_did(app: Gateway) -> None:
    """The starter's arguments are kept: a packed body reaches its service as it was sent, and who
    has left is not worked for."""
    packed = gzip.compress(b"lamps" * 20)
    app.products.forget()
    app.put(PRODUCTS, content=packed, headers={"content-encoding": "gzip"})
    expect.that(app.products.last_asked.body == packed, "a packed body as it was sent",
                "another one", look="`auto_decompress`")  # fmt: skip
    with app.products.hold() as held:
        with socket.create_connection(("127.0.0.1", app.system.port), WAIT) as client:
            client.sendall(f"GET {PRODUCTS} HTTP/1.1\r\nHost: shop\r\n\r\n".encode())
            expect.that(held.reached(1, WAIT), "the request at its service", "it did not come")
        expect.that(held.left(1, WAIT), "the service is left when the client has left",
                    "the gateway waits on", look="`handler_cancellation`")  # fmt: skip


@check(points=1, runs="gateway", on=services, settings=PATIENT, hidden=True)
def may_be_told_again(app: Gateway) -> None:
    """SIGINT begins it too. Another SIGTERM, SIGINT or `begin()` changes nothing: what is under way
    is finished, and `wait()` returns each time."""
    with app.altered(APP, [AGAIN]) as other:
        reply = other.get("/again", token=app.token(str(uuid4())))
        expect.status(reply, 200, look="who else hears the signal")
        expect.equal(reply.text, "begun: True", "`has_begun`", reply=reply)
        ends(other, "after several signals", "what the signal begins")
