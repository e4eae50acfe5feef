"""A process is told to end while requests wait in its services, and everything is watched that
happens until it has ended."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

from workbench.checking import Answer, Gateway, check, expect

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
#: The application says when what it has opened is closed.
CLOSED = ("        await redis.aclose()\n",
          "        await redis.aclose()\n        print('all is closed')\n")  # fmt: skip
#: A request during which the process is told to end three times.
AGAIN = ("    app.cleanup_ctx.append(connections)\n",
         "    app.cleanup_ctx.append(connections)\n"
         "    async def again(_: web.Request) -> web.Response:\n"
         "        import asyncio\n"
         "        for _ in range(3):\n"
         "            shutdown.begin()\n"
         "            os.kill(os.getpid(), 15)\n"
         "            for _ in range(5):\n"
         "                await asyncio.sleep(0)\n"
         "        await shutdown.wait()\n"
         "        return web.Response(text=f'begun: {shutdown.has_begun}')\n"
         "    app.router.add_get('/again', again)\n")  # fmt: skip


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
    with app.altered(APP, [CLOSED]) as other:
        expect.status(other.get(PRODUCTS), 200)  # its connection stays open
        other.system.terminate()
        ends(other, "after SIGTERM, as nothing is under way", "what the signal begins")
        expect.that("all is closed" in other.log, "what `cleanup_ctx` of app.py holds is closed",
                    "it is not", sent=SIGTERM, look="`runner.cleanup()`")  # fmt: skip


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
            for piece in answer.iter_bytes():
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


@check(points=3, runs="gateway", settings={**PATIENT, "DRAIN_MS": "60000"})
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


@check(points=2, runs="gateway", settings={**PATIENT, "SHUTDOWN_MS": "50"})
def gives_up_in_time(app: Gateway) -> None:
    """A request that takes longer than SHUTDOWN_MS is cancelled, and the process ends."""
    with under_way(app):
        app.system.terminate()
        ended = app.system.wait_end(WAIT)
    expect.that(ended, "the process ends, with SHUTDOWN_MS=50, though a request is never answered",
                "it goes on", sent=SIGTERM,
                look="how long is waited for those who do not finish")  # fmt: skip


@check(points=1, runs="gateway", on=services, settings=PATIENT, hidden=True)
def may_be_told_again(app: Gateway) -> None:
    """A second SIGTERM, or a second `begin()`, changes nothing: what is under way is finished."""
    with app.altered(APP, [AGAIN]) as other:
        reply = other.get("/again", token=app.token(str(uuid4())))
        expect.status(reply, 200, look="who else hears the signal")
        expect.equal(reply.text, "begun: True", "`has_begun`", reply=reply)
        ends(other, "after several SIGTERM", "what the signal begins")
