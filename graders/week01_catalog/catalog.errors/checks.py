"""Errors of every origin: routing, parsing, schemas, views, authentication, and our own defects."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from workbench.checking import App, Reply, check, expect

PRODUCTS = "/api/v1/products"

NOBODY = f"{PRODUCTS}/{UUID(int=7)}"

#: Words of the inside: of the database, its driver, our code.
INTERNAL = ("psycopg", "sqlalchemy", "undefined", "select", "products.", "relation", "traceback",
            "backend/", ".py", "line ")  # fmt: skip


def shop(app: App) -> None:
    """One category, for bodies that are right but for one thing."""
    app.sql("INSERT INTO categories (id, name) VALUES (%s, 'Lamps')", [str(UUID(int=1))])


def broken(app: App) -> None:
    """A database whose table lost a column: every look at the products is a defect of ours."""
    app.sql("ALTER TABLE products DROP COLUMN description CASCADE")


def product(**changes: Any) -> dict[str, Any]:
    return {"name": "Lamp", "price": "1.00", "category_id": str(UUID(int=1)), **changes}


def told(reply: Reply, status: int, look: str = "") -> None:
    """The reply is a problem of this status, with the members that go without saying."""
    expect.status(reply, status, look=look)
    kind = reply.headers.get("content-type", "none")
    expect.that(kind.split(";")[0] == "application/problem+json",
                "Content-Type: application/problem+json", reply.shown, sent=reply.sent,
                look=look or "which errors have no handler of yours")  # fmt: skip
    expect.equal(reply["status"], status, "status in the body", reply=reply)


@check(points=2, on=shop)
def routing_errors_are_problems(app: App) -> None:
    """An unknown path is a problem with status 404, a method that does not fit one with 405."""
    told(app.get("/nowhere"), 404)
    told(app.get(f"{PRODUCTS}/no-uuid"), 404)
    told(app.get(NOBODY), 404)
    told(app.delete(PRODUCTS), 405)


@check(points=2, after=routing_errors_are_problems, on=shop)
def has_all_members(app: App) -> None:
    """A problem has `type`, `title`, `status`, `detail`, `instance` and `request_id`."""
    for reply in (app.get("/nowhere"), app.delete(PRODUCTS), app.get(NOBODY)):
        members = {"type", "title", "status", "detail", "instance", "request_id"}
        body = expect.fields(reply.json, "the body", reply.sent)
        expect.equal(sorted(body), sorted(members), "members", reply=reply)
        expect.equal(reply["type"], "about:blank", "type", reply=reply)
        expect.equal(reply["title"], HTTPStatus(reply.status).phrase, "title", reply=reply,
                     look="the title names the kind of problem: the status in words")  # fmt: skip
        detail = reply["detail"]
        expect.that(isinstance(detail, str) and len(detail.strip()) > 0,
                    "detail: a sentence", repr(detail), sent=reply.sent)  # fmt: skip


@check(points=1, after=has_all_members, on=shop)
def says_where_it_happened(app: App) -> None:
    """`instance` is the path of the request, percent-encoded, without the query string."""
    for path, instance in (
        ("/nowhere?page=1", "/nowhere"),
        ("/caf%C3%A9/a%20b", "/caf%C3%A9/a%20b"),
        (f"{NOBODY}?x=%3Cscript%3E", NOBODY),
    ):
        reply = app.get(path)
        expect.equal(reply["instance"], instance, "instance", reply=reply)


@check(points=2, after=has_all_members, on=shop)
def names_the_request(app: App) -> None:
    """`request_id` is the id that the response's X-Request-ID header carries too."""
    first, second = app.get("/nowhere"), app.get("/nowhere")
    for reply in (first, second):
        expect.equal(reply["request_id"], reply.headers.get("x-request-id"), "request_id",
                     reply=reply, look="the request has its id already")  # fmt: skip
    expect.that(first["request_id"] != second["request_id"], "another id for another request",
                f"twice {first['request_id']}", sent=second.sent)  # fmt: skip
    named = app.get("/nowhere", headers={"X-Request-ID": "from-the-phone-7"})
    expect.equal(named["request_id"], "from-the-phone-7", "request_id", reply=named)


@check(points=2, on=shop)
def body_errors_are_problems(app: App) -> None:
    """A body that cannot be read is a problem: 400 for broken JSON, 415 for another type."""
    json = {"Content-Type": "application/json"}
    told(app.post(PRODUCTS, content=b'{"name": ', headers=json), 400)
    told(app.post(PRODUCTS, content=b"name=Lamp", headers={"Content-Type": "text/plain"}), 415)


@check(points=1, on=shop, settings={"MAX_BODY_BYTES": "200"})
def large_bodies_are_problems(app: App) -> None:
    """A body that is too large is a problem with status 413."""
    told(app.post(PRODUCTS, json=product(description="x" * 300)), 413)


@check(points=2, on=shop)
def rules_that_break_are_named(app: App) -> None:
    """A field that breaks its rule is a problem with status 422, and `errors` says which."""
    reply = app.post(PRODUCTS, json=product(price="-1", name=" "))
    told(reply, 422)
    named = expect.fields(reply["errors"], "errors", reply.sent)
    expect.equal(sorted(named), ["name", "price"], "fields in errors", reply=reply)
    for field in ("name", "price"):
        said = reply["errors", field]
        listed = isinstance(said, list) and bool(said) and all(isinstance(x, str) for x in said)
        expect.that(listed, f"errors.{field}: a list of sentences", repr(said), sent=reply.sent)
    query = app.get(PRODUCTS, params={"page": 0})
    told(query, 422)
    named = expect.fields(query["errors"], "errors", query.sent)
    expect.equal(list(named), ["page"], "fields in errors", reply=query)


@check(points=1, after=rules_that_break_are_named, on=shop)
def errors_only_where_fields_broke(app: App) -> None:
    """A problem that is about no field has no `errors`."""
    for reply in (app.get("/nowhere"), app.post(PRODUCTS, role="viewer", json=product())):
        body = expect.fields(reply.json, "the body", reply.sent)
        expect.that("errors" not in body, "a body without errors", reply.shown,
                    sent=reply.sent)  # fmt: skip


@check(points=2, on=shop)
def keeps_the_headers_of_a_status(app: App) -> None:
    """The headers of a status are still there: `Allow` with 405, `WWW-Authenticate` with 401."""
    reply = app.delete(PRODUCTS)
    told(reply, 405)
    allowed = expect.header(reply, "Allow", look="an exception of werkzeug knows its headers")
    expect.that({"GET", "POST"} <= set(allowed.replace(" ", "").split(",")),
                "Allow with GET and POST", allowed, sent=reply.sent)  # fmt: skip
    reply = app.post(PRODUCTS, role=None, json=product())
    told(reply, 401)
    expect.header(reply, "WWW-Authenticate", look="an exception of werkzeug knows its headers")
    told(app.post(PRODUCTS, role="viewer", json=product()), 403)


@check(points=2, on=broken)
def a_defect_is_a_problem(app: App) -> None:
    """A defect of ours is a problem with status 500."""
    told(app.get(PRODUCTS), 500)
    told(app.get(NOBODY), 500)


@check(points=3, after=a_defect_is_a_problem, on=broken)
def a_defect_is_not_told(app: App) -> None:
    """The client learns nothing of the inside: no SQL, no names of tables, files or libraries."""
    for path in (PRODUCTS, NOBODY):
        reply = app.get(path)
        text = reply.text.lower().replace(path, "")
        found = [word for word in INTERNAL if word in text]
        expect.equal(found, [], "words of the inside in the answer", reply=reply,
                     look="where the text of the exception goes")  # fmt: skip


@check(points=2, after=a_defect_is_a_problem, on=broken)
def a_defect_is_in_the_log(app: App) -> None:
    """The log has the traceback of a defect, and beside it the id that the client was told."""
    for path in (PRODUCTS, NOBODY):
        before = len(app.log)
        reply = app.get(path)
        log = app.log[before:]
        expect.that(str(reply["request_id"]) in log, f"{reply['request_id']} in the log",
                    log[-800:] or "nothing was logged", sent=reply.sent)  # fmt: skip
        expect.that("Traceback" in log and "UndefinedColumn" in log,
                    "the traceback of the exception in the log", log[-800:] or "nothing was logged",
                    sent=reply.sent)  # fmt: skip


@check(points=1, after=routing_errors_are_problems, on=shop, hidden=True)
def a_clients_mistake_is_no_defect(app: App) -> None:
    """The mistakes of clients write no traceback into the log."""
    before = len(app.log)
    app.get("/nowhere")
    app.post(PRODUCTS, json=product(price="-1"))
    app.delete(PRODUCTS)
    expect.that("Traceback" not in app.log[before:], "a log without a traceback",
                app.log[before:][-800:], sent="GET /nowhere")  # fmt: skip


@check(points=1, after=routing_errors_are_problems, on=shop, hidden=True)
def rare_statuses_are_problems_too(app: App) -> None:
    """Every HTTPException keeps its own status: a PATCH under a condition that fails is 412."""
    made = app.post(PRODUCTS, json=product())
    expect.status(made, 201)
    where = f"{PRODUCTS}/{made['id']}"
    reply = app.patch(where, json={"name": "Torch"}, headers={"If-Match": '"another"'})
    told(reply, 412, look="which statuses an HTTPException can have: any")


@check(points=1, after=has_all_members, on=shop, hidden=True)
def other_parts_can_tell_of_problems(app: App) -> None:
    """A lost database is still a problem with status 503: it is told by `problem`, as all are."""
    with app.system.ways.postgres.cut():
        reply = app.get(PRODUCTS)
        told(reply, 503)
        expect.equal(reply["instance"], PRODUCTS, "instance", reply=reply)
        expect.header(reply, "Retry-After", look="the headers that `problem` is given")
    expect.status(app.get(PRODUCTS), 200)
