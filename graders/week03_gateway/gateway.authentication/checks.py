"""Tokens of every kind at the gateway's door: good, forged, late, somebody else's, and none."""

from __future__ import annotations

import base64
import json
import time
import warnings
from typing import Any

from workbench.checking import Gateway, Reply, check, expect

ADA, BOB = "0b9f5c2e-3f1c-4a52-9a0e-5a3f0f0e5a10", "5d1e7a34-90ab-4c1e-8a77-2f0c9f4d7b21"

ORDERS, USER, PRODUCTS = "/api/v1/orders", f"/api/v1/users/{ADA}", "/api/v1/products"
DASHBOARD = f"/api/v1/dashboard/{BOB}"

#: What the services are told of the caller.
ID, ROLE = "x-caller-id", "x-caller-role"

FOREIGN_KEY = "a-key-that-somebody-else-has-chosen-himself"

#: The least that a key may have.
KEY_BYTES = 32


def door(app: Gateway) -> None:
    """A gateway before services that answer everything with 200."""


def asked(app: Gateway) -> list[str]:
    """What has reached the services."""
    services = (app.users, app.orders, app.products)
    return [f"{one.method} {one.target}" for service in services for one in service.asked]


def knock(app: Gateway, authorization: str | bytes | None, path: str = ORDERS) -> Reply:
    """Ask with this header for what only known callers get."""
    for service in (app.users, app.orders, app.products):
        service.forget()
    headers = {} if authorization is None else {"Authorization": authorization}
    return app.get(path, headers=headers)


def refused(
    app: Gateway, authorization: str | bytes | None, look: str, path: str = ORDERS
) -> Reply:
    """Whoever comes with this header is sent away, and no service hears of it."""
    reply = knock(app, authorization, path)
    expect.problem(reply, 401, look=look)
    expect.equal(asked(app), [], "what the services were asked", reply=reply)
    return reply


def bad(app: Gateway, look: str, **claims: Any) -> None:
    """A token with these claims over the usual ones is not valid."""
    refused(app, f"Bearer {app.token(**{'subject': ADA, **claims})}", look)


def good(app: Gateway, look: str, **claims: Any) -> None:
    """A token with these claims over the usual ones is valid."""
    reply = knock(app, f"Bearer {app.token(**{'subject': ADA, **claims})}")
    expect.status(reply, 200, look=look)


def part(value: Any) -> str:
    """One of the first two parts of a token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@check(points=2, runs="gateway", on=door)
def a_good_token_names_the_caller(app: Gateway) -> None:
    """Whoever comes with a good token gets in, and the services are told his id and his role."""
    for subject, role in ((ADA, "user"), (BOB, "admin"), ("somebody-else", "user")):
        for scheme in ("Bearer", "bearer", "BEARER"):
            reply = knock(app, f"{scheme} {app.token(subject, role)}")
            expect.status(reply, 200, look="scheme names have no case (RFC 9110, 11.1)")
            told = app.orders.last_asked
            expect.equal([told.header(ID), told.header(ROLE)], [subject, role],
                         "id and role that the service was told", reply=reply,
                         look="what `request[CALLER]` is")  # fmt: skip
    # More claims than we know are nobody's business.
    good(app, "a claim that nobody asked for", name="Ada", scope="all", jti="1")


@check(points=2, runs="gateway", on=door)
def without_a_bearer_token_it_is_401(app: Gateway) -> None:
    """Without a token, or with one that is not sent as `Bearer <token>`, it is 401, and no service
    hears of it."""
    for path in (ORDERS, USER, DASHBOARD):
        refused(app, None, "a request without the header", path)
    token = app.token(ADA)
    for header in (f"Basic {token}", f"Token {token}", f"Bearerx {token}", f"Bearer{token}", token,
                   "Bearer", ""):  # fmt: skip
        refused(app, header, "the scheme before the token")


@check(points=1, after=without_a_bearer_token_it_is_401, runs="gateway", on=door)
def the_challenge_tells_them_apart(app: Gateway) -> None:
    """A 401 has `WWW-Authenticate: Bearer`; with `error="invalid_token"` for a bearer token that is
    not good, and without an error where there was none."""
    token, late = app.token(ADA), app.token(ADA, exp=int(time.time()) - 7 * 86400)
    foreign = app.token(ADA, key=FOREIGN_KEY)
    for header, wrong in ((None, False), ("Bearer", False), (f"Basic {token}", False),
                          (token, False), (f"Bearer {late}", True), (f"Bearer {foreign}", True),
                          ("Bearer nonsense", True)):  # fmt: skip
        reply = refused(app, header, "whether there was a bearer token, and whether it was good")
        value = expect.header(reply, "WWW-Authenticate", look="what a 401 owes to its client")
        expect.that(value.lower().split(" ")[0] == "bearer", "WWW-Authenticate begins with Bearer",
                    value, sent=reply.sent)  # fmt: skip
        expect.that(("invalid_token" in value) if wrong else ("error" not in value),
                    'WWW-Authenticate with error="invalid_token"' if wrong else
                    "WWW-Authenticate without an error: there was no bearer token", value,
                    sent=reply.sent)  # fmt: skip


@check(points=3, after=a_good_token_names_the_caller, runs="gateway", on=door)
def the_signature_is_ours(app: Gateway) -> None:
    """A token that somebody else has signed, changed, or not signed at all is 401."""
    head, body, signature = app.token(ADA).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = part({**claims, "role": "admin"})
    bad(app, "a token that another key has signed", key=FOREIGN_KEY)
    with warnings.catch_warnings(action="ignore"):  # the key is short for these two
        others = {name: app.token(ADA, algorithm=name) for name in ("HS384", "HS512")}
    for algorithm, token in others.items():
        refused(app, f"Bearer {token}", f"our key, and the algorithm {algorithm}")
    look = "who says how a token is signed"
    for algorithm in ("none", "None", "HS512", "RS256"):
        for end in ("", signature):
            unsigned = f"{part({'alg': algorithm, 'typ': 'JWT'})}.{body}.{end}"
            refused(app, f"Bearer {unsigned}", look)
    for token in (f"{head}.{changed}.{signature}", f"{head}.{body}.", f"{head}.{body}",
                  f"{head}.{body}.{signature[::-1]}", "x", "a.b.c"):  # fmt: skip
        refused(app, f"Bearer {token}", "what the signature is good for")
    whole = f"{head}.{body}.{signature}"
    for token in (f"{whole} junk", f"junk {whole}", f"{whole} {whole}"):
        refused(app, f"Bearer {token}", "the token is all that follows the scheme")


@check(points=2, after=a_good_token_names_the_caller, runs="gateway", on=door)
def tokens_have_their_time(app: Gateway) -> None:
    """A token that has expired, that never expires, or that is not valid yet is 401."""
    now = int(time.time())
    bad(app, "a token that expired 40 seconds ago", exp=now - 40)
    bad(app, "a token that expired a year ago", exp=now - 365 * 86400)
    bad(app, "a token without `exp`, which would be good for ever", exp=None)
    bad(app, "a token that is good from tomorrow on: `nbf`", nbf=now + 86400, exp=now + 2 * 86400)
    good(app, "a token that has been good for a minute", nbf=now - 60)


@check(points=2, after=a_good_token_names_the_caller, runs="gateway", on=door)
def tokens_are_meant_for_us(app: Gateway) -> None:
    """Only a token for this gateway, by our accounts, and for access: `aud`, `iss`, `typ`."""
    for audience in ("shop", "gatewa", "gateway2", ["shop", "gateway2"], None):
        bad(app, f"the audience {audience}", aud=audience)
    good(app, "an audience may be a list", aud=["shop", "gateway"])
    for issuer in ("somebody", "account", "accounts/", "Accounts", None):
        bad(app, f"the issuer {issuer}", iss=issuer)
    for kind in ("refresh", "Access", None):
        bad(app, f"the kind of token {kind}", typ=kind)


@check(points=1, after=a_good_token_names_the_caller, runs="gateway", on=door)
def tokens_name_somebody(app: Gateway) -> None:
    """A token without a subject, or whose role is neither `user` nor `admin`, is 401."""
    for subject in (None, "", 5):
        bad(app, f"the subject {subject!r}", subject=subject)
    for role in (None, "root", "", "Admin", "USER", "administrator", ["admin"], {"admin": True}, 1):
        bad(app, f"the role {role!r}", role=role)


@check(points=2, after=a_good_token_names_the_caller, runs="gateway", on=door)
def not_everybody_sees_everything(app: Gateway) -> None:
    """A user sees his own dashboard and nobody else's; an admin sees everybody's."""
    expect.status(app.get(DASHBOARD, token=app.token(BOB)), 200)
    expect.status(app.get(DASHBOARD, token=app.token(ADA, "admin")), 200)
    look = "what `may_see` answers"
    for subject in (ADA, BOB[:-1], f"{BOB}0", BOB.upper(), "admin"):
        expect.problem(app.get(DASHBOARD, token=app.token(subject)), 403, look=look)


@check(points=1, runs="gateway", on=door)
def the_others_may_be_anybody(app: Gateway) -> None:
    """Where no caller is needed nobody is examined: a request without a token, or with one that is
    not ours, goes on as it came."""
    token = app.token(ADA, key=FOREIGN_KEY)
    for header in (None, "Bearer of-the-catalog", f"Bearer {token}", "Basic eDp5"):
        expect.status(knock(app, header, PRODUCTS), 200, look="what `needs_caller` says of it")
        expect.equal(app.products.last_asked.header("authorization"), header,
                     "Authorization that the catalog was sent")  # fmt: skip
    expect.status(knock(app, "nonsense", "/healthz"), 200)


@check(points=2, after=a_good_token_names_the_caller, runs="gateway", on=door)
def what_fails_later_is_no_401(app: Gateway) -> None:
    """What goes wrong behind the door is not a question of who asks: it keeps its own status."""
    token = app.token(ADA)
    look = "what stands inside of your `try`"
    with app.orders.refuse():
        expect.status(app.get(ORDERS, token=token), 502, look=look)
    expect.status(app.get("/api/v1/dashboard/nobody", token=token), 404, look=look)
    expect.status(app.get(DASHBOARD, token=token), 403, look=look)


@check(points=2, after=without_a_bearer_token_it_is_401, runs="gateway", on=door)
def a_weak_key_stops_the_start(app: Gateway) -> None:
    """With a key of less than 32 bytes the gateway does not start, and says which setting
    is wrong, not what it was."""
    key = "guess-me-".ljust(KEY_BYTES - 1, "x")
    trouble, sent = app.trouble({"JWT_KEY": key}), f"JWT_KEY={key}"
    expect.that(bool(trouble), "a gateway that does not start", "it serves", sent=sent,
                look="when a bad key is noticed: at the start, or later")  # fmt: skip
    last = trouble.splitlines()[-1]
    expect.that("SettingsError" in last and "JWT_KEY" in last,
                "a SettingsError that names JWT_KEY", trouble, sent=sent)  # fmt: skip
    expect.that(key not in trouble, "a message without the key", trouble, sent=sent,
                look="who reads the message")  # fmt: skip
    for key in ("x" * KEY_BYTES, "ж" * (KEY_BYTES // 2)):
        what = f"why a gateway with a key of {KEY_BYTES} bytes does not start"
        expect.equal(app.trouble({"JWT_KEY": key}), "", what, look="bytes, not characters")


@check(points=1, after=without_a_bearer_token_it_is_401, runs="gateway", on=door, hidden=True)
def whatever_is_sent_is_401(app: Gateway) -> None:
    """Whatever is sent as a token, bytes that are no text too, is 401 and no defect of ours."""
    token = app.token(ADA)
    look = "which exceptions can come out of reading a header"
    sent = (b"\xff\xfe", b"\xe9." + token.encode(), "é.é.é".encode(), b"..", b".", b"e30.e30.",
            b"!.!.!", part([]).encode() + b".e30.x", part({"alg": None}).encode() + b".e30.x",
            part({"alg": ["HS256"]}).encode() + b".e30.x", b"bnVsbA.bnVsbA.x")  # fmt: skip
    for one in sent:
        refused(app, b"Bearer " + one, look)


@check(points=1, after=a_good_token_names_the_caller, runs="gateway", on=door, hidden=True)
def tokens_stay_secret(app: Gateway) -> None:
    """No token, good or bad, is logged or sent back."""
    before = len(app.log)
    for token in (app.token(ADA), app.token(ADA, key=FOREIGN_KEY), app.token(ADA, exp=1)):
        reply = knock(app, f"Bearer {token}")
        shown = reply.text + "".join(f"{name}: {value}" for name, value in reply.headers.items())
        signature = token.rpartition(".")[2]
        for place, text in (("an answer", shown), ("a log", app.log[before:])):
            expect.that(signature not in text, f"{place} without the token", text[-600:],
                        sent=reply.sent, look="a token is a password while it is good")  # fmt: skip
