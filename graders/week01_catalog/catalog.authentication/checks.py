"""Every way of knocking: with no token, a strange one, one that is too weak, and the right one."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from workbench.checking import App, Reply, check, expect

PRODUCTS, CATEGORIES = "/api/v1/products", "/api/v1/categories"

CATEGORY, PRODUCT = str(UUID(int=1 << 96)), str(UUID(int=2 << 96))

ITEM = f"{PRODUCTS}/{PRODUCT}"

#: Every character that a bearer token may hold (RFC 6750, 2.1).
ODD = "aZ09-._~+/aZ=="

#: A token of nobody, whose ends stand nowhere else; and two that are known.
WRONG = "Zq7hV2xW-of-nobody-Kp93LmTd"
RIGHT = ("viewer-token-of-the-workbench", "editor-token-of-the-workbench")

WRITES = (("POST", PRODUCTS), ("PUT", ITEM), ("PATCH", ITEM), ("DELETE", ITEM))


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def shop(app: App) -> None:
    """One category and one product."""
    app.sql("INSERT INTO categories (id, name) VALUES (%s, 'Lamps')", [CATEGORY])
    app.sql("INSERT INTO products (id, name, price, category_id) VALUES (%s, 'Lamp', 1, %s)",
            [PRODUCT, CATEGORY])  # fmt: skip


def knock(app: App, method: str, path: str, authorization: str | None = None,
          role: str | None = None, **more: str) -> Reply:  # fmt: skip
    """A request that would do something, with this header or with the token of this role."""
    headers = {} if authorization is None else {"Authorization": authorization}
    body = {"name": "Changed", "price": "2.00", "category_id": CATEGORY}
    options: dict[str, Any] = {} if method in ("GET", "DELETE") else {"json": body}
    return app.request(method, path, role=role, headers={**headers, **more}, **options)


def refused(reply: Reply, status: int, look: str = "") -> None:
    """The reply refuses, as a problem, before any statement has run."""
    expect.problem(reply, status, look=look)
    kind = reply.headers.get("content-type", "")
    expect.equal(kind.split(";")[0], "application/problem+json", "Content-Type", reply=reply)
    expect.equal(reply["status"], status, "status in the body", reply=reply)
    expect.equal([one.text for one in reply.statements], [], "SQL that ran", reply=reply,
                 look="when the question is asked: before the view, not after it")  # fmt: skip


def challenge(reply: Reply) -> str:
    """The WWW-Authenticate header, which must ask for a bearer token."""
    value = expect.header(reply, "WWW-Authenticate", look="what a 401 owes to its client")
    expect.that(value.lower().split(" ")[0] == "bearer", "WWW-Authenticate begins with Bearer",
                value, sent=reply.sent)  # fmt: skip
    return value.lower()


@check(points=2, on=shop)
def reading_is_public(app: App) -> None:
    """Whoever only reads needs no token: GET, HEAD and OPTIONS."""
    for path in (PRODUCTS, ITEM, "/api/v1/openapi.json"):
        expect.status(knock(app, "GET", path), 200)
    expect.status(knock(app, "HEAD", PRODUCTS), 200)
    expect.status(knock(app, "OPTIONS", PRODUCTS), 200)


@check(points=2, on=shop)
def an_editor_may_write(app: App) -> None:
    """With an editor's token products can be created and changed."""
    reply = knock(app, "POST", PRODUCTS, role="editor")
    expect.status(reply, 201)
    expect.status(knock(app, "PATCH", f"{PRODUCTS}/{reply['id']}", role="editor"), 200)
    expect.status(knock(app, "PUT", f"{PRODUCTS}/{reply['id']}", role="editor"), 200)
    expect.status(knock(app, "DELETE", f"{PRODUCTS}/{reply['id']}", role="editor"), 204)


@check(points=3, on=shop)
def without_a_token_it_is_401(app: App) -> None:
    """A write without a token is answered with 401 and `WWW-Authenticate: Bearer`, every write."""
    for method, path in WRITES:
        reply = knock(app, method, path)
        refused(reply, 401, look="who is nobody is not somebody with too few rights")
        value = challenge(reply)
        expect.that("error" not in value, "a challenge without error: nothing was wrong yet",
                    value, sent=reply.sent)  # fmt: skip


@check(points=2, after=without_a_token_it_is_401, on=shop)
def an_unknown_token_is_401(app: App) -> None:
    """A token that nobody was given is answered with 401 and `error="invalid_token"`."""
    for token in ("unknown", "x", "a" * 4000):
        reply = knock(app, "PATCH", ITEM, f"Bearer {token}")
        refused(reply, 401, look="a token that is not known says nothing about a role")
        value = challenge(reply)
        expect.that("invalid_token" in value, 'WWW-Authenticate with error="invalid_token"', value,
                    sent=reply.sent)  # fmt: skip


@check(points=2, after=an_editor_may_write, on=shop)
def a_weak_role_is_403(app: App) -> None:
    """A known token whose role is too low is answered with 403."""
    for method, path in WRITES:
        refused(knock(app, method, path, role="viewer"), 403, look="known, and not allowed")
    refused(knock(app, "POST", "/api/v1/elsewhere", role="editor"), 403,
            look="required_role says what a path needs")  # fmt: skip


@check(points=2, after=an_editor_may_write, on=shop)
def a_higher_role_may_do_it_too(app: App) -> None:
    """An admin may do all that an editor may."""
    expect.status(knock(app, "PATCH", ITEM, role="admin"), 200, look="roles have an order")


@check(points=2, after=without_a_token_it_is_401, on=shop)
def the_scheme_must_be_bearer(app: App) -> None:
    """Only the scheme Bearer counts, upper or lower case: a good token under another one is 401."""
    token = "editor-token-of-the-workbench"
    for scheme in ("Bearer", "bearer", "BEARER"):
        reply = knock(app, "PATCH", ITEM, f"{scheme} {token}")
        expect.status(reply, 200, look="scheme names have no case (RFC 9110, 11.1)")
    for header in (f"Token {token}", f"Basic {token}", f"Bearerx {token}", token, "Bearer", ""):
        reply = knock(app, "PATCH", ITEM, header)
        refused(reply, 401, look="the scheme before the token")
        value = challenge(reply)
        expect.that("error" not in value, "a challenge without error: there was no bearer token",
                    value, sent=reply.sent)  # fmt: skip


@check(points=2, after=an_editor_may_write, on=shop,
       settings={"ACCESS_TOKENS": f"editor={digest(ODD)},viewer={digest('v')}"})  # fmt: skip
def tokens_are_taken_exactly(app: App) -> None:
    """A token is taken as it stands: every character counts, upper and lower case differ."""
    reply = knock(app, "PATCH", ITEM, f"Bearer {ODD}")
    expect.status(reply, 200, look="which characters a token may hold (RFC 6750, 2.1)")
    near = (
        ODD.lower(),
        ODD.upper(),
        ODD.rstrip("="),
        ODD[:-1],
        ODD + "=",
        ODD[1:],
        f"-{ODD}",
        "v junk",
        "junk v",
    )
    for token in near:
        refused(knock(app, "PATCH", ITEM, f"Bearer {token}"), 401,
                look="the token is all that follows the scheme")  # fmt: skip


@check(points=2, after=without_a_token_it_is_401, on=shop)
def a_digest_is_no_token(app: App) -> None:
    """Who has read the settings cannot get in: a digest sent as a token is refused."""
    for role in ("editor", "admin"):
        sent = digest(f"{role}-token-of-the-workbench")
        refused(knock(app, "PATCH", ITEM, f"Bearer {sent}"), 401, look="what is compared with what")


@check(points=2, after=without_a_token_it_is_401, on=shop, settings={"ACCESS_TOKENS": ""})
def no_tokens_mean_nobody(app: App) -> None:
    """Where no token is configured, nobody may write: the door is closed, not open."""
    for role in (None, "admin"):
        refused(knock(app, "PATCH", ITEM, role=role), 401, look="what an empty setting means")
    expect.status(knock(app, "GET", ITEM), 200)


@check(points=1, after=without_a_token_it_is_401, on=shop)
def the_door_comes_first(app: App) -> None:
    """Without a token nobody learns what exists: an unknown path or a broken body is 401 too."""
    refused(knock(app, "DELETE", f"{PRODUCTS}/{UUID(int=5)}"), 401)
    refused(knock(app, "POST", "/nowhere"), 401)
    reply = app.post(PRODUCTS, role=None, content=b"{", headers={"Content-Type": "text/plain"})
    refused(reply, 401, look="the order of the questions")


@check(points=1, after=reading_is_public, on=shop, hidden=True)
def a_bad_token_does_not_hurt_readers(app: App) -> None:
    """Reading stays public for whoever sends a token that is not known."""
    for header in ("Bearer unknown", "Basic eDp5", "nonsense"):
        expect.status(knock(app, "GET", ITEM, header), 200)


@check(points=1, after=without_a_token_it_is_401, on=shop, hidden=True)
def only_the_header_counts(app: App) -> None:
    """A token in the query string or in a cookie is not looked at."""
    token = "admin-token-of-the-workbench"
    for name in ("access_token", "token"):
        refused(knock(app, "DELETE", f"{ITEM}?{name}={token}"), 401,
                look="addresses end up in logs and histories")  # fmt: skip
        refused(knock(app, "DELETE", ITEM, Cookie=f"{name}={token}"), 401)


@check(points=2, after=without_a_token_it_is_401, on=shop)
def tokens_stay_secret(app: App) -> None:
    """No token nor a part of it is logged or sent back, whether it was right or wrong."""
    before = len(app.log)
    # What must not be seen when this token is sent: of a wrong one also how it begins and ends.
    secrets = {WRONG: (WRONG[:6], WRONG[-6:]), **{token: (token,) for token in RIGHT}}
    for token, parts in secrets.items():
        reply = knock(app, "PATCH", ITEM, f"Bearer {token}")
        shown = reply.text + "".join(f"{name}: {value}" for name, value in reply.headers.items())
        log = app.log[before:]
        for part in parts:
            expect.that(part not in shown, f"an answer without {part}, which is in the token",
                        reply.shown, sent=reply.sent)  # fmt: skip
            expect.that(part not in log, f"a log without {part}, which is in the token",
                        log[-400:], sent=reply.sent,
                        look="a log is read by more people than the settings are")  # fmt: skip
