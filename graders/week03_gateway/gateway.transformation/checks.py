"""Services that say it in their words, say half of it, or say nonsense."""

from __future__ import annotations

import json
from typing import Any

from workbench.checking import Answer, CheckFailed, Gateway, Reply, Upstream, check, expect

SETTINGS = {
    "RETRY_ATTEMPTS": "1", "BREAKER_FAILURES": "1000", "DASHBOARD_DEADLINE_MS": "9000",
    "ATTEMPT_TIMEOUT_MS": "9000", "DEADLINE_MS": "9000",
}  # fmt: skip
USER = "5f0c8a52-7a0e-4d55-9f0e-0d3c5b1f6a01"

PERSON = {"id": USER, "name": "Ada", "email": "ada@example.org"}
ORDER = {"id": "o1", "status": "placed", "total": "12.50", "created_at": "2026-11-01T08:00:00Z"}
PRODUCT = {"id": "p1", "name": "Lamp", "price": "9.90", "stock_quantity": 3}

#: A JSON value as it stands on the wire, and the amount that it is.
AMOUNTS = (
    ('"19.99"', "19.99"), ("19.99", "19.99"), ('"5"', "5.00"), ("20", "20.00"), ("0", "0.00"),
    ('"0.1"', "0.10"), ("0.1", "0.10"), ("1.5e2", "150.00"), ("-3.5", "-3.50"),
    ('" 7.25 "', "7.25"), ('"1.5e2"', "150.00"), ("0.0001", "0.00"), ("1." + "3" * 50, "1.33"),
    ('"1.5E2"', "150.00"), ("1.5E2", "150.00"), ('"\\t7.25\\n"', "7.25"), ("1e-9", "0.00"),
    ("0.00001", "0.00"), ('"1e-5"', "0.00"),
)  # fmt: skip
EXACT = (
    ('"12345678901234567.89"', "12345678901234567.89"),
    ("12345678901234567.89", "12345678901234567.89"), ("98765432109876543", "98765432109876543.00"),
)  # fmt: skip
HALVES = (
    ('"0.005"', "0.01"), ("2.675", "2.68"), ("1.005", "1.01"), ('"0.125"', "0.13"),
    ("-0.125", "-0.13"), ("0.124999", "0.12"), ('"0.994"', "0.99"), ('"0.995"', "1.00"),
)  # fmt: skip
NO_AMOUNTS = (
    "null", "true", "false", '""', '"cheap"', '"12,50"', '"EUR 5"', "[]", "[5]", "{}",
    '{"amount": "5"}',
)  # fmt: skip
NO_NUMBERS = (
    '"NaN"', '"sNaN"', '"Infinity"', '"-Infinity"', "1e400", '"1e400"',
    '"1e999999"', "1e40", "1e45", "1" + "0" * 40, "1" + "0" * 45,
    "1e" + "9" * 20, "9" * 5000,
)  # fmt: skip
#: What Python reads and JSON does not have.
NO_JSON = ("NaN", "Infinity", "-Infinity")
NO_TEXTS = ("null", "17", "1.5", "true", "[]", "{}")

CARD = "what a card holds, and nothing else"


def services(app: Gateway) -> None:
    """Three services that answer as they should."""
    say(app.users, json.dumps(PERSON))
    say_list(app.orders, "orders", json.dumps(ORDER))
    say_list(app.products, "products", json.dumps(PRODUCT))


def say(service: Upstream, text: str) -> None:
    """What the service answers from now on, byte for byte."""
    service.answer(Answer(200, text.encode(), [("content-type", "application/json")]))


def say_list(service: Upstream, name: str, *texts: str) -> None:
    say(service, f'{{"{name}": [{", ".join(texts)}], "pagination": {{}}}}')


def look(app: Gateway) -> Reply:
    """The dashboard, which is answered whatever the services say."""
    reply = app.get(f"/api/v1/dashboard/{USER}", token=app.token(USER))
    expect.status(reply, 200, "what an odd value does to the rest")
    return reply


def without(reply: Reply, part: str) -> None:
    """This part is missing, and no other."""
    key = "user" if part == "users" else part
    expect.equal(reply[key], None, key, reply=reply)
    expect.equal(reply["missing"], [part], "missing", reply=reply,
                 look="which exception says that a document cannot be shown")  # fmt: skip


def cards(app: Gateway, name: str, texts: list[str]) -> list[Any]:
    """What the dashboard makes of these objects of a service, a few at a time."""
    shown: list[Any] = []
    service = app.orders if name == "orders" else app.products
    for at in range(0, len(texts), 5):
        some = texts[at : at + 5]
        say_list(service, name, *some)
        reply = look(app)
        found = reply[name]
        if not isinstance(found, list) or len(found) != len(some):
            got = f"{expect.show(found)}, for {', '.join(map(_short, some))}"
            raise CheckFailed(f"{len(some)} {name}, one for each that the service told", got,
                              reply.sent, "one odd value, and all of the rest")  # fmt: skip
        shown += found
    return shown


def amounts(app: Gateway, wanted: dict[str, str | None], why: str) -> None:
    """Totals of orders and prices of products that are written so become these amounts."""
    for name, key in (("orders", "total"), ("products", "price")):
        texts = [f'{{"id": "x", "{key}": {value}}}' for value in wanted]
        for value, card in zip(wanted, cards(app, name, texts), strict=True):
            amount = wanted[value]
            money = None if amount is None else {"amount": amount, "currency": "EUR"}
            got = card.get(key, "nothing") if isinstance(card, dict) else card
            expect.equal(got, money, f"{key} of a service that says {_short(value)}", look=why)


def _short(text: str) -> str:
    return text if len(text) < 100 else f"{text[:20]}... ({len(text)} digits)"


def bad_cards(app: Gateway, name: str, texts: list[str], wanted: list[Any]) -> None:
    for text, card, right in zip(texts, cards(app, name, texts), wanted, strict=True):
        expect.equal(card, right, f"the card of {text}", look=CARD)


@check(points=2, runs="gateway", on=services, settings=SETTINGS)
def shows_cards(app: Gateway) -> None:
    """A user, an order and a product have exactly the fields of their cards."""
    services(app)
    private = {"password_hash": "$argon2$", "is_admin": False}
    say(app.users, json.dumps({**private, **PERSON}))
    say_list(app.orders, "orders", json.dumps({**ORDER, "user_id": USER, "margin": "3.10"}))
    say_list(app.products, "products", json.dumps({**PRODUCT, "description": "x", "cost": 1}))
    reply = look(app)
    expect.equal(reply["user"], PERSON, "user", reply=reply, look=CARD)
    order = {**ORDER, "total": {"amount": "12.50", "currency": "EUR"}}
    expect.equal(reply["orders"], [order], "orders", reply=reply, look=CARD)
    product = {
        "id": "p1", "name": "Lamp", "price": {"amount": "9.90", "currency": "EUR"},
        "availability": {"in_stock": True, "quantity": 3},
    }  # fmt: skip
    expect.equal(reply["products"], [product], "products", reply=reply, look=CARD)


@check(points=2, runs="gateway", on=services, settings=SETTINGS)
def amounts_are_decimal_strings(app: Gateway) -> None:
    """An amount is a text with two places, whether the service sends a text or a number."""
    services(app)
    amounts(app, dict(AMOUNTS), "how an amount is written")


@check(points=2, runs="gateway", on=services, settings=SETTINGS)
def keeps_every_digit(app: Gateway) -> None:
    """No digit of an amount is lost, however long it is."""
    services(app)
    amounts(app, dict(EXACT), "where a float comes in")


@check(points=1, runs="gateway", on=services, settings=SETTINGS)
def rounds_half_up(app: Gateway) -> None:
    """What has more than two places is rounded, a half away from zero."""
    services(app)
    amounts(app, dict(HALVES), "how halves are rounded, and what 2.675 is as a float")


@check(points=2, runs="gateway", on=services, settings=SETTINGS)
def what_is_no_amount_is_null(app: Gateway) -> None:
    """What is no amount, or is not there, becomes null, and the rest is shown."""
    services(app)
    amounts(app, dict.fromkeys(NO_AMOUNTS), "what is no amount")
    say_list(app.products, "products", '{"name": "Lamp"}')
    say_list(app.orders, "orders", '{"status": "placed"}')
    reply = look(app)
    expect.equal(reply["products", 0, "price"], None, "the price that nobody told", reply=reply)
    expect.equal(reply["products", 0, "name"], "Lamp", "the name beside it", reply=reply)
    expect.equal(reply["orders", 0, "total"], None, "the total that nobody told", reply=reply)


@check(points=1, runs="gateway", on=services, settings=SETTINGS, hidden=True)
def what_is_no_number_is_null(app: Gateway) -> None:
    """What is not finite, or beyond all reason, is no amount either."""
    services(app)
    amounts(app, dict.fromkeys(NO_NUMBERS), "numbers that are none")
    for value in NO_JSON:
        say_list(app.orders, "orders", f'{{"total": {value}}}')
        reply = look(app)
        if reply["orders"] is None:  # it was no JSON then, strictly
            without(reply, "orders")
        else:
            expect.equal(reply["orders", 0, "total"], None, "total", reply=reply,
                         look=f"a total that is {value}")  # fmt: skip


@check(points=2, runs="gateway", on=services, settings=SETTINGS)
def an_unknown_stock_is_unknown(app: Gateway) -> None:
    """A stock is a whole number from 0; of anything else the quantity is null and nothing is in
    stock."""
    services(app)
    stocks: dict[str, int | None] = {"5": 5, "1": 1, "0": 0, "2000000": 2_000_000}
    stocks.update(dict.fromkeys(("null", "-1", "true", '"3"', '"many"', "2.5", "[1]", "{}")))
    texts = [f'{{"id": "x", "stock_quantity": {value}}}' for value in stocks] + ['{"id": "x"}']
    wanted = [*stocks.values(), None]
    for text, card, stock in zip(texts, cards(app, "products", texts), wanted, strict=True):
        got = card.get("availability") if isinstance(card, dict) else card
        expect.equal(got, {"in_stock": bool(stock), "quantity": stock}, f"availability of {text}",
                     look="what a stock is")  # fmt: skip


@check(points=1, runs="gateway", on=services, settings=SETTINGS)
def what_is_no_text_is_null(app: Gateway) -> None:
    """A text is shown as it is; one that is missing or no text becomes null. The card has every
    field."""
    services(app)
    nothing: dict[str, Any] = {"id": None, "status": None, "total": None, "created_at": None}
    texts = ["{}"] + [
        f'{{"id": {value}, "status": {value}, "created_at": {value}}}' for value in NO_TEXTS
    ]
    odd = {**nothing, "id": " o 1 ", "status": "", "created_at": "\ttoday\n"}
    bad_cards(app, "orders", [*texts, json.dumps(odd)], [nothing] * len(texts) + [odd])
    unknown = {"in_stock": False, "quantity": None}
    bare = {"id": None, "name": None, "price": None, "availability": unknown}
    texts = ["{}"] + [f'{{"id": {value}, "name": {value}}}' for value in NO_TEXTS]
    bad_cards(app, "products", texts, [bare] * len(texts))
    for value in NO_TEXTS:
        say(app.users, f'{{"name": {value}, "id": "u", "email": ""}}')
        reply = look(app)
        expect.equal(reply["user"], {"id": "u", "name": None, "email": ""}, "user", reply=reply,
                     look=f"a name that is {value}")  # fmt: skip
    for given in ({}, {"id": "u"}, {"email": ""}):
        say(app.users, json.dumps(given))
        reply = look(app)
        bare = {"id": None, "name": None, "email": None}
        expect.equal(reply["user"], {**bare, **given}, "user", reply=reply, look=CARD)


@check(points=2, runs="gateway", on=services, settings=SETTINGS)
def documents_that_are_none(app: Gateway) -> None:
    """A body that is no JSON, or has no such list, is missing; what is no object in a list is left
    out."""
    services(app)
    for text in ("<html>", "", "{", '{"orders": [', "[]", "null", "3", '"orders"', "{}",
                 '{"orders": null}', '{"orders": {"0": {}}}', '{"orders": "none"}',
                 '{"orders": 0}'):  # fmt: skip
        say(app.orders, text)
        without(look(app), "orders")
    say(app.orders, '{"orders": []}')
    expect.equal(look(app)["orders"], [], "orders of somebody who has none")
    say(app.orders, '{"orders": [null, {"id": "o1"}, 3, "x", [], {"id": "o2"}, true]}')
    reply = look(app)
    found = [card.get("id") if isinstance(card, dict) else card for card in reply["orders"] or ()]
    expect.equal(found, ["o1", "o2"], "the ids of the orders", reply=reply,
                 look="what in the list is an order")  # fmt: skip


@check(points=1, runs="gateway", on=services, settings=SETTINGS, hidden=True)
def nothing_breaks_it(app: Gateway) -> None:
    """Bytes that are no UTF-8, and a user that is no object, are missing; deep nesting breaks
    nothing."""
    services(app)
    app.orders.answer(Answer(200, b'{"orders": [{"id": "\xff"}]}'))
    without(look(app), "orders")
    services(app)
    for text in ("[]", "null", "3", '"Ada"'):
        say(app.users, text)
        without(look(app), "users")
    services(app)
    say(app.orders, '{"orders": [{"id": ' + "[" * 50_000 + "]" * 50_000 + "}]}")
    expect.equal(look(app)["user"], PERSON, "user, beside orders that are nested 50,000 deep")
