"""A gateway between a client and services that are both played by the check."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator

import httpx

from workbench.checking import Answer, Asked, CheckFailed, Gateway, Reply, check, expect

PATH = "/api/v1/products"
USER = "5f9d6b0e-7a55-4a3f-9d62-0f6a8f0f7a11"

#: More than a busy machine needs.
WAIT = 10.0

MOST_BYTES = 5000

#: Of 64 KiB each: much more than lies in the sockets between a service and a client.
PIECES = 800

#: No circuit opens, and what may be tried again is tried again without a pause worth speaking of.
SETTINGS = {
    "BREAKER_FAILURES": "1000", "RETRY_ATTEMPTS": "2", "RETRY_BASE_MS": "1",
    "RETRY_BUDGET_PERCENT": "100", "MAX_BODY_BYTES": str(MOST_BYTES),
}  # fmt: skip

#: A service that falls silent is waited for no longer than this, at each attempt.
IMPATIENT = {**SETTINGS, "READ_TIMEOUT_MS": "500", "RETRY_ATTEMPTS": "3"}

#: Every byte that there is, in an order in which no two texts are joined by chance.
BYTES = bytes(range(256)) + b"\r\n\r\n0\r\n\r\n" + bytes(reversed(range(256)))

#: What belongs to one connection (RFC 9110, 7.6.1, and its relatives).
OF_ONE_CONNECTION = (
    ("Keep-Alive", "timeout=5"), ("TE", "trailers"), ("Trailer", "X-Sum"), ("Upgrade", "h2c"),
    ("Proxy-Authorization", "Basic eDp5"), ("Proxy-Authenticate", "Basic"),
    ("Proxy-Connection", "keep-alive"),
)  # fmt: skip

HEADERS = "which headers go on"


def services(app: Gateway) -> None:
    """Three services that answer."""


def only(app: Gateway, reply: Reply, service: str = "products") -> Asked:
    """The one request that has reached the service."""
    found = getattr(app, service).asked
    expect.that(len(found) == 1, f"one request to the service {service}",
                f"{len(found)}; the client got {reply.shown}", sent=reply.sent)  # fmt: skip
    return found[0]


def ask(app: Gateway, method: str = "GET", target: str = PATH, **options: object) -> Asked:
    """Ask the catalog, and see what reached it."""
    app.products.forget()
    return only(app, app.request(method, target, role=None, **options))


def answered(app: Gateway, answer: Answer, method: str = "GET") -> Reply:
    """What a client gets when the catalog answers so."""
    app.products.answer(answer)
    try:
        return app.request(method, PATH, role=None)
    finally:
        app.products.answer(Answer.json({}))


def items(value: list[str]) -> list[str]:
    """A list in a header, whether it came as one line or as several."""
    return [one.strip() for line in value for one in line.split(",")]


def shown(asked: Asked) -> str:
    """A request for people."""
    lines = "\n".join(f"{name}: {value}" for name, value in asked.headers)
    return f"{asked.method} {asked.target}\n{lines}"


@check(points=2, on=services, settings=SETTINGS, runs="gateway")
def keeps_method_and_target(app: Gateway) -> None:
    """Method, path and query reach the service letter for letter."""
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"):
        asked = ask(app, method)
        expect.equal(asked.method, method, "the method at the service")
    for below in ("?q=%2F&q=2&e=&f", "/a%20b", "/100%25?x=100%25", "/caf%C3%A9?%C3%A9=%e2%82%ac",
                  "/a%3Fb%26c", "?a+b=c%2Bd", "?next=/../x", "?x=%0d%0aHost:y", "/!$'*~?!$'*~",
                  "?a=%41", "/%41%7e"):  # fmt: skip
        asked = ask(app, target=f"{PATH}{below}")
        expect.equal(asked.target, f"{PATH}{below}", "path and query at the service",
                     look="what aiohttp has unquoted for you, and what it has not")  # fmt: skip


@check(points=2, on=services, settings=SETTINGS, runs="gateway")
def keeps_bodies(app: Gateway) -> None:
    """A body reaches the service byte for byte, with its type; without one nothing comes."""
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for content in (BYTES, [BYTES[:100], BYTES[100:]]):
            kind = {"content-type": "application/x-odd; a=b"}
            body = content if isinstance(content, bytes) else iter(content)
            asked = ask(app, method, content=body, headers=kind)
            expect.that(asked.body == BYTES, f"the {len(BYTES)} bytes that were sent",
                        f"{len(asked.body)} bytes that begin with {asked.body[:60]!r}",
                        sent=f"{method} {PATH}", look="what was done to the body")  # fmt: skip
            expect.equal(asked.all("content-type"), list(kind.values()), "Content-Type")
    packed = gzip.compress(b"lamps" * 20)
    asked = ask(app, "PUT", content=packed, headers={"content-encoding": "gzip"})
    expect.that(asked.body == packed, "a packed body as it was sent", "another one", look="gzip")
    expect.equal(asked.all("content-encoding"), ["gzip"], "Content-Encoding")
    asked = ask(app)
    told = asked.all("transfer-encoding")
    expect.equal((asked.body, told), (b"", []), "body and Transfer-Encoding of a GET without body")


@check(points=2, on=services, settings=SETTINGS, runs="gateway")
def keeps_headers(app: Gateway) -> None:
    """The client's other headers reach the service, repeated ones as often as they were sent."""
    sent = [
        ("Accept", "text/html"), ("Accept", "*/*;q=0.1"), ("Accept-Language", "fi, en;q=0.5"),
        ("Authorization", "Bearer of-the-catalog"), ("Cookie", "a=1; b=2"), ("User-Agent", "mine"),
        ("If-None-Match", '"1"'), ("X-Mine", "1"), ("x-mine", "2"), ("X-Mine", "1"),
        ("X_Under", "score"), ("X-Callers", "3"), ("Idempotency-Key", "k"), ("X-Empty", ""),
        ("Accept-Encoding", "br;q=0.5, gzip"),
    ]  # fmt: skip
    asked = ask(app, headers=sent)
    for name in {name.lower() for name, _ in sent}:
        wanted = [value for key, value in sent if key.lower() == name]
        look = f"{HEADERS}, and how often"
        expect.that(asked.all(name) == wanted, f"{name}: {wanted}", shown(asked), look=look)


@check(points=2, on=services, settings=SETTINGS, runs="gateway")
def keeps_answers(app: Gateway) -> None:
    """Status, headers and body of an answer reach the client, repeated headers as often as they
    came."""
    headers = [
        ("Content-Type", "text/x-odd; charset=latin-1"), ("Set-Cookie", "a=1; Path=/"),
        ("Set-Cookie", "b=2"), ("ETag", '"1"'), ("X-Mine", "2"), ("x-mine", "1"),
        ("Server", "Shop"), ("Location", "/elsewhere"), ("Retry-After", "7"), ("X-Empty", ""),
        ("X-Caller-Id", "8"), ("X-Forwarded-Host", "a.example"), ("tracestate", "a=b"),
    ]  # fmt: skip
    for status in (200, 201, 207, 301, 307, 400, 401, 404, 418, 500, 503):
        reply = answered(app, Answer(status, BYTES, headers))
        expect.status(reply, status, "whose status it is")
        expect.that(reply.body == BYTES, f"the {len(BYTES)} bytes of the answer",
                    f"{len(reply.body)} bytes", sent=reply.sent)  # fmt: skip
        for name in {name.lower() for name, _ in headers}:
            wanted = [value for key, value in headers if key.lower() == name]
            expect.equal(reply.headers.get_list(name), wanted, name, reply=reply, look=HEADERS)
    packed = gzip.compress(b"lamps" * 20)
    app.products.answer(Answer(200, packed, [("Content-Encoding", "gzip")]))
    with app.stream("GET", PATH, role=None) as opened:
        got = b"".join(opened.iter_raw())
        said = opened.headers.get("content-encoding")
    app.products.answer(Answer.json({}))
    expect.equal((got == packed, said), (True, "gzip"), "a packed body as it came, and its header")


@check(points=1, on=services, settings=SETTINGS, runs="gateway")
def answers_without_a_body(app: Gateway) -> None:
    """An answer to HEAD has the service's Content-Length and no body; 204 and 304 have none."""
    reply = answered(app, Answer(200, b"12345", [("ETag", '"1"')]), "HEAD")
    expect.status(reply, 200)
    expect.equal(expect.header(reply, "Content-Length"), "5", "Content-Length", reply=reply)
    expect.equal(expect.header(reply, "ETag"), '"1"', "ETag", reply=reply)
    for status in (204, 304):
        reply = answered(app, Answer(status, b"", [("ETag", '"1"'), ("content-length", "0")]
                                     if status == 304 else [("ETag", '"1"')]))  # fmt: skip
        expect.status(reply, status)
        expect.equal((reply.body, reply.headers.get("ETag")), (b"", '"1"'), "body and ETag",
                     reply=reply)  # fmt: skip
    expect.status(answered(app, Answer(200, b"next")), 200, "the connection afterwards")


@check(points=2, on=services, settings=SETTINGS, runs="gateway")
def keeps_connections_apart(app: Gateway) -> None:
    """Headers of one connection stay behind, both ways, and so does whatever `Connection` names."""
    named = [("Connection", "keep-alive, X-Secret"), ("connection", "x-other ,x-Third"),
             ("X-Secret", "1"), ("X-Other", "2"), ("x-third", "3")]  # fmt: skip
    gone = {name.lower() for name, _ in [*OF_ONE_CONNECTION, *named]} - {"connection"}
    kept = ("X-Fourth", "4")
    asked = ask(app, headers=[*OF_ONE_CONNECTION, *named, kept])
    left = sorted(gone & {name for name, _ in asked.headers})
    look = "RFC 9110, 7.6.1: fields of one connection"
    expect.equal(left, [], "headers of the client's connection at the service", look=look)
    said = [one.lower() for one in items(asked.all("connection"))]
    expect.that(not {"x-secret", "x-other", "x-third"} & set(said),
                "the client's own Connection stays behind", shown(asked), look=look)  # fmt: skip
    expect.equal(asked.all("x-fourth"), ["4"], "a header that nobody named", look=look)
    reply = answered(app, Answer(200, b"x", [*OF_ONE_CONNECTION, *named, kept]))
    left = sorted(gone & {name.lower() for name in reply.headers})
    expect.equal(left, [], "headers of the service's connection at the client", reply=reply,
                 look=look)  # fmt: skip
    expect.equal(reply.headers.get_list("x-fourth"), ["4"], "a header that nobody named",
                 reply=reply, look=look)  # fmt: skip


@check(points=2, on=services, settings=SETTINGS, runs="gateway")
def tells_who_asked(app: Gateway) -> None:
    """The service is told who asked for what: `X-Forwarded-For`, `-Host` and `-Proto`, what it is
    told of the caller, and the request's id."""
    asked = ask(app, headers={"Host": "shop.example:8443"})
    for name, wanted in (("x-forwarded-for", "127.0.0.1"), ("x-forwarded-proto", "http"),
                         ("x-forwarded-host", "shop.example:8443")):  # fmt: skip
        expect.that(asked.all(name) == [wanted], f"{name}: {wanted}", shown(asked))
    own = app.products.url.removeprefix("http://")
    expect.that(asked.all("host") == [own], f"host: {own}, the service's own", shown(asked),
                look="whose Host this is now")  # fmt: skip
    chain = [("X-Forwarded-For", "203.0.113.7, 10.0.0.1"), ("x-forwarded-for", "10.0.0.2")]
    asked = ask(app, headers=chain)
    wanted = ["203.0.113.7", "10.0.0.1", "10.0.0.2", "127.0.0.1"]
    expect.equal(items(asked.all("x-forwarded-for")), wanted, "X-Forwarded-For, in order",
                 look="each proxy adds the address that it was asked from")  # fmt: skip
    app.users.forget()
    reply = app.get(f"/api/v1/users/{USER}", token=app.token(USER, "admin"))
    asked = only(app, reply, "users")
    for name, value in (("x-caller-id", USER), ("x-caller-role", "admin"),
                        ("x-request-id", expect.header(reply, "X-Request-ID"))):  # fmt: skip
        expect.that(asked.all(name) == [value], f"{name}: {value}", shown(asked),
                    look="`added`")  # fmt: skip
    expect.that(asked.header("traceparent") is not None, "a traceparent", shown(asked),
                look="`added`")  # fmt: skip


@check(points=3, on=services, settings=SETTINGS, runs="gateway")
def nobody_speaks_in_its_name(app: Gateway) -> None:
    """What only the gateway may say is dropped when a client says it, also with `_` for `-`; and no
    client can take away what the gateway says."""
    claims = [
        ("X-Caller-Id", USER), ("x-caller-role", "admin"), ("X_Caller_Id", USER),
        ("x-caller_role", "admin"), ("X_CALLER-ROLE", "admin"), ("Forwarded", "for=10.0.0.1"),
        ("X-Forwarded-Host", "evil.example"), ("X_Forwarded_Host", "evil.example"),
        ("X-Forwarded-Proto", "https"), ("X_Forwarded_For", "10.0.0.9"),
    ]  # fmt: skip
    asked = ask(app, headers=claims)
    names = [name for name, _ in asked.headers]
    look = "which headers only you may send"
    plain = {name.replace("_", "-") for name in names}
    for name in ("x-caller-id", "x-caller-role", "forwarded"):
        expect.that(name not in plain, f"no {name}: nobody has shown a token", shown(asked),
                    look=look)  # fmt: skip
    for name in ("x-forwarded-host", "x-forwarded-proto", "x-forwarded-for"):
        said = [value for key, value in asked.headers if key.replace("_", "-") == name]
        expect.that(len(said) == 1 and "evil" not in said[0] and "https" not in said[0]
                    and "10.0.0.9" not in said[0], f"one {name}, which is yours",
                    shown(asked), look=look)  # fmt: skip
    sent = {"X-Request-ID": "mine-1", "X_Request_ID": "other", "traceparent": "00-1-2-3"}
    asked = ask(app, headers=sent)
    said = [value for key, value in asked.headers if key.replace("_", "-") == "x-request-id"]
    expect.equal(said, ["mine-1"], "X-Request-ID, which stands in `added`", look=look)
    expect.equal(len(asked.all("traceparent")), 1, "how many traceparent", look=look)
    app.users.forget()
    stolen = "X-Caller-Id, x-caller-role, X-Request-ID, X-Forwarded-For, traceparent, host"
    reply = app.get(f"/api/v1/users/{USER}", token=app.token(USER), headers={"Connection": stolen})
    asked = only(app, reply, "users")
    for name in items([stolen]):
        expect.that(len(asked.all(name.lower())) == 1, f"{name}, although the client's Connection"
                    " names it", shown(asked), look="what is done first")  # fmt: skip


@check(points=2, on=services, settings=SETTINGS, runs="gateway")
def reads_the_body_first(app: Gateway) -> None:
    """A body that is too long is 413 and reaches nobody, and what is tried again has its whole
    body again."""
    app.products.forget()
    half = b"x" * (MOST_BYTES // 2 + 1)
    for body in (b"x" * (MOST_BYTES + 1), iter([half, half])):
        reply = app.post(PATH, content=body, role=None)
        expect.equal(len(app.products.asked), 0, "requests to the service", reply=reply,
                     look="when you know how long a body is")  # fmt: skip
        expect.status(reply, 413, "what `request.read` raises, and who answers it")
    app.products.answer(Answer(503, b"not now"), Answer(200, b"stored"))
    reply = app.put(PATH, content=iter([BYTES, BYTES]), role=None)
    app.products.answer(Answer.json({}))
    expect.equal((reply.status, reply.text), (200, "stored"), "the answer to the second attempt")
    got = [one.body == BYTES * 2 for one in app.products.asked]
    expect.equal(got, [True, True], "attempts that had the whole body", reply=reply)


@check(points=3, on=services, settings=SETTINGS, runs="gateway")
def passes_pieces_on(app: Gateway) -> None:
    """The client reads the beginning of an answer while the service still writes its end."""
    seen = threading.Event()
    came = []

    def body() -> Iterator[bytes]:
        yield b"first "
        came.append(seen.wait(WAIT))
        yield b"second"

    app.products.answer(Answer(200, body(), [("X-Mine", "1")]))
    try:
        with app.stream("GET", PATH, role=None) as opened:
            pieces = opened.iter_raw()
            got = next(pieces, b"")
            seen.set()
            got += b"".join(pieces)
    except httpx.HTTPError as error:
        raise CheckFailed("the first piece, before there is a second one",
                          f"nothing: {error!r}", f"GET {PATH}") from None  # fmt: skip
    finally:
        seen.set()
        app.products.answer(Answer.json({}))
    expect.that(came == [True], "the first piece, before there is a second one",
                "both together, when the service was done", sent=f"GET {PATH}",
                look="who waits for the end of the answer")  # fmt: skip
    expect.equal(got, b"first second", "the whole body")
    expect.equal(opened.headers.get("x-mine"), "1", "X-Mine")


def unended(app: Gateway, answer: Answer, sent: str) -> tuple[int, bytes] | None:
    """Status and body that a client takes for whole; None when its connection ends before."""
    got = b""
    app.products.answer(answer)
    try:
        # A connection of its own: what is written behind an answer must not reach the next one.
        apart = {"connection": "close"}
        with app.stream("POST", PATH, role=None, headers=apart) as opened:
            for piece in opened.iter_raw():
                got += piece
        return opened.status_code, got
    except (httpx.RemoteProtocolError, httpx.ReadError):
        return None
    except httpx.HTTPError as error:
        raise CheckFailed("the connection ends", f"{error!r} after {got!r}", sent,
                          "what becomes of the client's connection") from None  # fmt: skip
    finally:
        app.products.answer(Answer.json({}))


@check(points=3, on=services, settings=IMPATIENT, runs="gateway")
def a_part_is_not_the_whole(app: Gateway) -> None:
    """When an answer breaks off, or the service falls silent within it, so does the client's:
    nobody takes a part for the whole."""

    def silent(done: threading.Event) -> Iterator[bytes]:
        yield b"part"
        done.wait(WAIT)
        yield b"!"

    for how in ("in chunks, and hangs up", "with a Content-Length, and hangs up",
                "with a Content-Length, and says no more"):  # fmt: skip
        sent = f"POST {PATH}: the service sends a part of an answer {how}"
        # An error is fine when nothing was sent yet: on a busy machine that may be so by chance.
        for _ in range(3):
            done = threading.Event()
            if "says no more" in how:
                answer = Answer(200, silent(done), [("Content-Length", "5")])
            else:
                answer = Answer(200, iter([b"part"]) if "chunks" in how else b"part", dropped=True)
            try:
                whole = unended(app, answer, sent)
            finally:
                done.set()
            if whole is None or whole[0] < 500:
                break
        if whole is None:
            continue
        status, got = whole
        expect.that(status >= 500, "the connection ends, or an error",
                    f"{status} with what looks like a whole body: {got[:100]!r}", sent=sent,
                    look="what can still be done when the status is on its way")  # fmt: skip
    expect.status(app.get(PATH, role=None), 200, "the next request")


@check(points=1, on=services, settings=SETTINGS, runs="gateway")
def says_that_nobody_is_there(app: Gateway) -> None:
    """A service that refuses connections, or hangs up without an answer, is the problem 502; the
    others go on."""
    with app.products.refuse():
        reply = app.get(PATH, role=None)
        expect.problem(reply, 502, look="an error that is not yours to explain: let it pass")
        expect.that("127.0.0.1" not in reply.text, "no address of a service", reply.shown)
        app.orders.forget()
        expect.status(app.get("/api/v1/orders", token=app.token(USER)), 200, "another service")
    app.products.answer(Answer(None))
    expect.problem(app.post(PATH, role=None), 502, look="an error that is not yours to explain")
    app.products.answer(Answer.json({}))
    expect.status(app.get(PATH, role=None), 200, "the service, when it is back")


@check(points=1, on=services, settings=IMPATIENT, runs="gateway")
def says_that_it_takes_too_long(app: Gateway) -> None:
    """A service that does not answer in time is the problem 504, and is asked no longer."""
    with app.products.hold() as held:
        reply = app.post(PATH, role=None)
        expect.problem(reply, 504, look="an error that is not yours to explain: let it pass")
        expect.that(held.left(1, WAIT), "the request to the service is given up", "it goes on",
                    sent=reply.sent)  # fmt: skip


@check(points=1, on=services, settings=SETTINGS, runs="gateway", hidden=True)
def stops_when_the_client_leaves(app: Gateway) -> None:
    """When the client goes away in the middle of an answer, the service's answer ends as well."""
    ended, whole = threading.Event(), []

    def body() -> Iterator[bytes]:
        try:
            for _ in range(PIECES):
                yield b"x" * 65536
            whole.append("all of it was read")
        finally:
            ended.set()

    pieces = body()
    app.products.answer(Answer(200, pieces))
    try:
        with app.stream("GET", PATH, role=None) as opened:
            first = next(opened.iter_raw(), b"")
    except httpx.HTTPError as error:
        raise CheckFailed("an answer while it is sent", f"{error!r}", f"GET {PATH}") from None
    finally:
        app.products.answer(Answer.json({}))
    expect.that(bool(first), "the beginning of an answer", "nothing", sent=f"GET {PATH}")
    del pieces
    got = "it goes on" if not ended.wait(WAIT) else "".join(whole)
    expect.that(not got, "the connection to the service ends in the middle of the answer", got,
                sent=f"GET {PATH}, and the client leaves after the first piece",
                look="who still reads the answer of a client that has left")  # fmt: skip
