"""Clients that make mistakes, a database that has changed under the graph, and who is told what."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from workbench.checking import App, GraphReply, check, expect

LAMPS, DESKS = UUID(int=1 << 96), UUID(int=2 << 96)
LAMP, DESK = UUID(int=3 << 96), UUID(int=4 << 96)

DEFECT, UNAVAILABLE = "INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE"

#: What only the exceptions say that these checks provoke: SQL, names, values, addresses.
INTERNAL = ("psycopg", "sqlalche", "[sql", "undefinedcolumn", "categories.", "description",
            "typeerror", "graphqlerror", "operationalerror", "traceback", "backend/", ".py",
            "127.0.0.1", "localhost", "server closed", "non-null", "32-bit",
            "3000000000")  # fmt: skip

LATER = """query ($lamps: ID!) {
  good: category(id: $lamps) { products(first: 1) { category { name } } }
  bad: products(search: "Desk") { name category { name } }
}"""


def shop(app: App) -> None:
    """A category and two products."""
    app.sql("INSERT INTO categories (id, name) VALUES (%s, 'Lamps')", [str(LAMPS)])
    for key, name in ((LAMP, "Lamp"), (DESK, "Desk")):
        app.sql(
            "INSERT INTO products (id, name, price, category_id, stock_quantity)"
            " VALUES (%s, %s, 10, %s, 9)",
            [str(key), name, str(LAMPS)],
        )


@contextmanager
def without_descriptions(app: App) -> Iterator[None]:
    """Meanwhile the categories lack a column: whoever reads them meets an error of the database."""
    app.sql("ALTER TABLE categories RENAME COLUMN description TO words")
    try:
        yield
    finally:
        app.sql("ALTER TABLE categories RENAME COLUMN words TO description")


@contextmanager
def a_huge_stock(app: App) -> Iterator[None]:
    """Meanwhile a product has more pieces than GraphQL's Int can hold."""
    app.sql("ALTER TABLE products ALTER COLUMN stock_quantity TYPE bigint")
    app.sql("UPDATE products SET stock_quantity = 3000000000 WHERE id = %s", [str(LAMP)])
    try:
        yield
    finally:
        app.sql("UPDATE products SET stock_quantity = 9")
        app.sql("ALTER TABLE products ALTER COLUMN stock_quantity TYPE integer")


@contextmanager
def a_nameless_category(app: App) -> Iterator[None]:
    """Meanwhile a category has no name, and the schema promises one."""
    app.sql("ALTER TABLE categories ALTER COLUMN name DROP NOT NULL")
    app.sql("UPDATE categories SET name = NULL")
    try:
        yield
    finally:
        app.sql("UPDATE categories SET name = 'Lamps'")
        app.sql("ALTER TABLE categories ALTER COLUMN name SET NOT NULL")


@contextmanager
def a_category_that_cannot_be_read(app: App) -> Iterator[None]:
    """Meanwhile the desk is in a category that PostgreSQL fails to read, and only this one.

    The text would be too long for it: that is an OperationalError, though nothing is lost.
    """
    app.sql("INSERT INTO categories (id, name) VALUES (%s, 'Desks')", [str(DESKS)])
    app.sql("UPDATE products SET category_id = %s WHERE id = %s", [str(DESKS), str(DESK)])
    app.sql("ALTER TABLE categories RENAME TO stored_categories")
    app.sql(
        "CREATE VIEW public.categories AS SELECT id, name, created_at, CASE name WHEN 'Desks'"
        " THEN repeat(name, 1000000000) ELSE description END AS description"
        " FROM stored_categories"
    )
    try:
        yield
    finally:
        app.sql("DROP VIEW public.categories")
        app.sql("ALTER TABLE stored_categories RENAME TO categories")
        app.sql("UPDATE products SET category_id = %s", [str(LAMPS)])
        app.sql("DELETE FROM categories WHERE id = %s", [str(DESKS)])


def only_error(reply: GraphReply, look: str = "") -> Mapping[str, Any]:
    """The error of an answer that has one."""
    expect.that(len(reply.errors) == 1, "one error", reply.shown, sent=reply.sent, look=look)
    return reply.errors[0]


def message_of(reply: GraphReply, error: Mapping[str, Any]) -> str:
    """The message, which must be a sentence."""
    message = error.get("message")
    expect.that(isinstance(message, str) and bool(message.strip()), "message: a sentence",
                reply.shown, sent=reply.sent)  # fmt: skip
    return str(message)


def extension(error: Mapping[str, Any], name: str) -> Any:
    extensions = error.get("extensions")
    return extensions.get(name) if isinstance(extensions, dict) else None


def nothing_internal(reply: GraphReply, look: str) -> None:
    """No error of the answer says anything of the inside, beside its place in the document."""
    told = json.dumps([{**one, "locations": [], "path": []} for one in reply.errors]).lower()
    found = [word for word in INTERNAL if word in told]
    expect.equal(found, [], "words of the inside in the answer", reply=reply, look=look)


@check(points=2, on=shop)
def mistakes_of_a_document_have_codes(app: App) -> None:
    """A document that is none is GRAPHQL_PARSE_FAILED, one that does not fit the schema is
    GRAPHQL_VALIDATION_FAILED; the message and the places, if it has any, say what is wrong."""
    both = "{ x: products { name } x: categories { name } }"
    for query, code, word, places in (
        ("{ products { name }", "GRAPHQL_PARSE_FAILED", "<EOF>", [(1, 20)]),
        ("{ products {\n  colour } }", "GRAPHQL_VALIDATION_FAILED", "colour", [(2, 3)]),
        (both, "GRAPHQL_VALIDATION_FAILED", "conflict", [(1, 3), (1, 24)]),
        ('{ products(minPrice: "x") { name } }', "GRAPHQL_VALIDATION_FAILED", "amount", []),
    ):
        reply = app.graphql(query)
        expect.graphql_not_executed(reply, code, look="what graphql-core calls the two")
        error = only_error(reply)
        message = message_of(reply, error)
        expect.that(word in message, f"a message with {word}", message, sent=reply.sent,
                    look="the message of the library is meant for the client here")  # fmt: skip
        found = {name: error[name] for name in ("locations", "path") if name in error}
        listed = [{"line": line, "column": column} for line, column in places]
        expect.equal(found, {"locations": listed} if listed else {}, "locations and path",
                     reply=reply, look="what graphql-core has of the two")  # fmt: skip


@check(points=3, on=shop)
def what_is_meant_for_the_client_is_told(app: App) -> None:
    """A ClientError is told with its message and all its extensions, also when a resolver has
    raised it and graphql-core has wrapped it."""
    named = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}
    reply = app.graphql(None, extensions=named)
    error = expect.graphql_error(reply, "PERSISTED_QUERY_NOT_FOUND", look="a ClientError")
    expect.equal(error.get("message"), "PersistedQueryNotFound", "message", reply=reply)
    reply = app.graphql('{ products(minPrice: "-1") { name } }')
    look = "a ClientError that a resolver has raised"
    error = expect.graphql_error(reply, "BAD_USER_INPUT", ["products"], look=look)
    expect.equal(error.get("locations"), [{"line": 1, "column": 3}], "locations", reply=reply)
    with without_descriptions(app):
        broken = app.graphql("{ categories { name } }")
    others = [error.get("message") for error in broken.errors]
    expect.that(message_of(reply, error) not in others, "another message than that of a defect",
                reply.shown, sent=reply.sent, look=look)  # fmt: skip
    fields = extension(error, "fields")
    expect.that(isinstance(fields, dict) and list(fields) == ["minPrice"],
                "extensions.fields, which names minPrice", reply.shown, sent=reply.sent,
                look="the extensions of a ClientError: its code is one of them")  # fmt: skip


@check(points=1, on=shop, hidden=True)
def a_clients_mistake_is_no_defect(app: App) -> None:
    """The mistakes of clients write no traceback into the log."""
    before = len(app.log)
    for query in ("{", "{ colour }", '{ node(id: "x") { id } }', "query ($n: Int!) { __typename }",
                  '{ products(minPrice: "-1") { name } }'):  # fmt: skip
        app.graphql(query)
    expect.that("Traceback" not in app.log[before:], "a log without a traceback",
                app.log[before:][-800:], sent='{ node(id: "x") { id } }',
                look="a log is read by somebody who looks for defects")  # fmt: skip


@check(points=3, on=shop)
def a_defect_has_a_code_and_an_id(app: App) -> None:
    """A defect is INTERNAL_SERVER_ERROR, at the path of its field, with the request's id in
    `extensions.requestId`; the rest of the data stays."""
    with without_descriptions(app):
        first = app.graphql("{ products(limit: 1) { price category { name } } }")
        second = app.graphql("{ categories { name } }", headers={"X-Request-ID": "of-the-phone-7"})
    expect.equal(first.data.value, {"products": [{"price": "10.00", "category": None}]}, "data",
                 reply=first)  # fmt: skip
    for reply, path in ((first, ["products", 0, "category"]), (second, ["categories"])):
        error = expect.graphql_error(reply, DEFECT, path)
        place = error.get("locations")
        expect.that(isinstance(place, list) and len(place) == 1, "locations: where it stands",
                    reply.shown, sent=reply.sent)  # fmt: skip
        expect.equal(extension(error, "requestId"), reply.headers.get("x-request-id"),
                     "extensions.requestId", reply=reply,
                     look="the request has its id already")  # fmt: skip


@check(points=3, on=shop)
def a_defect_is_in_the_log(app: App) -> None:
    """The log has the traceback of what was hidden, and with it the id that the client was
    told."""
    for broken, query, words in (
        (without_descriptions, "{ categories { name } }", "UndefinedColumn"),
        (a_nameless_category, "{ categories { name } }", "Cannot return null"),
    ):
        before = len(app.log)  # here it is short; of a long one the middle is not kept
        with broken(app):
            reply = app.graphql(query)
        log, name = app.log[before:], str(reply.headers.get("x-request-id"))
        expect.that(name in log, f"{name} in the log", log[-800:] or "nothing was logged",
                    sent=reply.sent, look="how somebody finds what a client reports")  # fmt: skip
        expect.that("Traceback" in log and words in log,
                    "the traceback of the exception in the log", log[-800:], sent=reply.sent,
                    look="which exception a logger is told of")  # fmt: skip


@check(points=3, on=shop)
def a_defect_is_not_told(app: App) -> None:
    """The client learns nothing of the inside: whatever failed in a resolver, the message is the
    same, without SQL, names of columns, classes or libraries."""
    with without_descriptions(app):
        replies = [app.graphql("{ categories { id } }"),
                   app.graphql("{ products { category { id } } }")]  # fmt: skip
    with a_nameless_category(app):
        replies.append(app.graphql("{ categories { name } }"))
    messages = set()
    for reply in replies:
        expect.that(bool(reply.errors), "an error", reply.shown, sent=reply.sent)
        nothing_internal(reply, "where the text of the exception goes")
        name = str(reply.headers.get("x-request-id"))
        messages |= {message_of(reply, error).replace(name, "") for error in reply.errors}
    expect.that(len(messages) == 1, "one message for all defects", " / ".join(sorted(messages)),
                look="what two different messages would tell a stranger")  # fmt: skip


@check(points=2, on=shop)
def the_library_reports_defects_too(app: App) -> None:
    """A stored value that does not fit the schema is a defect, though graphql-core reports it with
    an error of its own: it is not told either."""
    with a_huge_stock(app):
        reply = app.graphql("{ products { name stockQuantity } }")
    look = "which errors of graphql-core are about the client's document, and which are not"
    stocks = {
        str(reply.data["products", at, "name"]): reply.data["products", at, "stockQuantity"]
        for at in (0, 1)
    }
    expect.equal(stocks, {"Lamp": None, "Desk": 9}, "the stock by name", reply=reply)
    expect.equal(list(reply.codes), [DEFECT], "the codes of the errors", reply=reply, look=look)
    nothing_internal(reply, look)


@check(points=2, on=shop)
def a_lost_database_is_said_to_be_lost(app: App) -> None:
    """A database that cannot be reached is SERVICE_UNAVAILABLE, with the request's id; where the
    database is and what the driver says is not told."""
    with app.system.ways.postgres.cut():
        reply = app.graphql("{ products { name } }")
    error = expect.graphql_error(reply, UNAVAILABLE, ["products"],
                                 look="a client may try again later, or not")  # fmt: skip
    expect.equal(error.get("locations"), [{"line": 1, "column": 3}], "locations", reply=reply)
    nothing_internal(reply, "where the text of the exception goes")
    message_of(reply, error)
    name = reply.headers.get("x-request-id")
    expect.equal(extension(error, "requestId"), name, "extensions.requestId", reply=reply)
    expect.that(str(name) in app.log, f"{name} in the log",
                app.log[-800:] or "nothing was logged", sent=reply.sent)  # fmt: skip
    expect.graphql_data(app.graphql("{ products(limit: 1) { price } }"),
                        {"products": [{"price": "10.00"}]}, "the database is back")  # fmt: skip


@check(points=2, on=shop)
def fields_after_a_failure_are_read(app: App) -> None:
    """A field that fails in the database does not hinder those after it."""
    with without_descriptions(app):
        reply = app.graphql("{ categories { name } products(limit: 1) { price } }")
    wanted = {"categories": None, "products": [{"price": "10.00"}]}
    expect.equal(reply.data.value, wanted, "data", reply=reply,
                 look="the transaction in which a statement has failed")  # fmt: skip
    expect.that(len(reply.errors) == 1, "one error", reply.shown, sent=reply.sent)


@check(points=2, on=shop)
def failures_of_promises_too(app: App) -> None:
    """A field that fails only when its promise is kept does not hinder those whose statements run
    later."""
    lamps = b64encode(f"Category:{LAMPS}".encode()).decode()
    with a_category_that_cannot_be_read(app):
        reply = app.graphql(LATER, {"lamps": lamps})
    wanted = {"good": {"products": [{"category": {"name": "Lamps"}}]},
              "bad": [{"name": "Desk", "category": None}]}  # fmt: skip
    expect.equal(reply.data.value, wanted, "data", reply=reply,
                 look="when the statement of a loader runs")  # fmt: skip
    expect.that(len(reply.errors) == 1, "one error", reply.shown, sent=reply.sent)
