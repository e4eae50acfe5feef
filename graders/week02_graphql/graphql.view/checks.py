"""One address, asked by careful and by careless clients."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID

from workbench.checking import App, CheckFailed, Reply, check, expect

PATH = "/graphql"
RESPONSE, PLAIN = "application/graphql-response+json", "application/json"
STREAM, FORM = "text/event-stream", "application/x-www-form-urlencoded"
CATEGORY, PRODUCT = str(UUID(int=1 << 96)), str(UUID(int=2 << 96))

#: What is not executed: a document that is none, one that does not fit the schema, bad variables.
REFUSED = (
    ("{ products {", None, "GRAPHQL_PARSE_FAILED"),
    ("{ products { colour } }", None, "GRAPHQL_VALIDATION_FAILED"),
    ("query($n: Int!) { products(limit: $n) { name } }", {"n": "x"}, "BAD_USER_INPUT"),
)


def shop(app: App) -> None:
    """One category, one product."""
    app.sql("INSERT INTO categories (id, name) VALUES (%s, 'Lamps')", [CATEGORY])
    app.sql(
        "INSERT INTO products (id, name, price, category_id, stock_quantity)"
        " VALUES (%s, 'Lamp', 10, %s, 9)",
        [PRODUCT, CATEGORY],
    )


def answer(reply: Reply) -> dict[str, Any]:
    """The body, which must be an object."""
    body = reply.json
    if not isinstance(body, dict):
        raise CheckFailed("a GraphQL answer: an object", reply.shown, reply.sent)
    return body


def data(reply: Reply, wanted: Any, look: str = "") -> None:
    """The reply is 200 with this data and no errors."""
    expect.status(reply, 200, look)
    expect.equal(answer(reply), {"data": wanted}, "the body", reply=reply, look=look)


def not_executed(reply: Reply, status: int, code: str, look: str = "") -> None:
    """The reply has this status, only errors of this code, and no data."""
    expect.status(reply, status, look)
    errors = answer(reply).get("errors")
    found = (
        isinstance(errors, list)
        and errors
        and all(
            isinstance(one, dict) and (one.get("extensions") or {}).get("code") == code
            for one in errors
        )
    )
    expect.that("data" not in answer(reply) and bool(found),
                f"no `data`, and only errors whose code is {code}", reply.shown, sent=reply.sent,
                look=look)  # fmt: skip


def media_type(reply: Reply) -> str:
    """The media type of the answer, without its parameters."""
    value = expect.header(reply, "Content-Type")
    return value.partition(";")[0].strip().lower()


def varies(reply: Reply) -> None:
    """The reply says that it depends on Accept."""
    vary = expect.header(reply, "Vary", look="a cache between you and the client").lower()
    expect.that("accept" in [one.strip() for one in vary.split(",")], "Vary: Accept", vary,
                sent=reply.sent)  # fmt: skip


def problem(reply: Reply, status: int, look: str = "") -> None:
    """The reply is a problem document of this status."""
    expect.problem(reply, status, look=look)
    expect.equal(media_type(reply), "application/problem+json", "Content-Type", reply=reply)


def get(app: App, query: str, accept: str = RESPONSE, **more: str) -> Reply:
    return app.get(PATH, params={"query": query, **more}, headers={"accept": accept})


def post(app: App, body: dict[str, Any], accept: str = RESPONSE) -> Reply:
    return app.post(PATH, json=body, headers={"accept": accept})


def form(app: App, members: dict[str, str], kind: str = FORM, role: str | None = "admin") -> Reply:
    headers = {"content-type": kind, "accept": RESPONSE}
    return app.post(PATH, data=members, headers=headers, role=role)


def product_id(app: App) -> str:
    """The id that the graph gives the product."""
    return str(app.graphql("{ products(limit: 1) { id } }").data["products", 0, "id"])


def renaming(app: App, name: str) -> str:
    """A mutation named `Change` that gives the product another name."""
    return (
        f'mutation Change {{ updateProduct(id: "{product_id(app)}", input: {{name: "{name}"}})'
        " { product { name } errors { code } } }"
    )


def stored_name(app: App) -> str:
    return str(app.sql("SELECT name FROM products WHERE id = %s", [PRODUCT])[0]["name"])


@check(points=2, on=shop)
def answers_a_question(app: App) -> None:
    """POST with a query is answered with 200 and its data; without errors there is no `errors`."""
    reply = post(app, {"query": "{ products { name category { name } } }"})
    data(reply, {"products": [{"name": "Lamp", "category": {"name": "Lamps"}}]})
    body = json.dumps({"query": "{ __typename }"}).encode()
    headers = {"content-type": f"{PLAIN}; charset=utf-8", "accept": RESPONSE}
    data(app.post(PATH, content=body, headers=headers), {"__typename": "Query"},
         "a body that is application/json with a charset")  # fmt: skip


@check(points=1, after=answers_a_question, on=shop)
def takes_variables_and_a_name(app: App) -> None:
    """`variables` and `operationName` are used; null stands for nothing, and other parameters are
    ignored."""
    query = "query A($n: Int!) { products(limit: $n) { name } } query B { b: __typename }"
    reply = post(app, {"query": query, "variables": {"n": 1}, "operationName": "A"})
    data(reply, {"products": [{"name": "Lamp"}]})
    data(post(app, {"query": query, "operationName": "B"}), {"b": "Query"})
    not_executed(post(app, {"query": query}), 400, "BAD_REQUEST", "which of two is meant")
    body = {"query": "{ __typename }", "variables": None, "operationName": None,
            "extensions": None, "colour": "red"}  # fmt: skip
    data(post(app, body), {"__typename": "Query"}, "what null means here")


@check(points=1, after=answers_a_question, on=shop)
def keeps_the_order_of_the_question(app: App) -> None:
    """Fields come in the order in which they were asked for."""
    reply = post(app, {"query": "{ z: __typename m: __typename a: __typename }"})
    expect.equal(list(answer(reply).get("data") or ()), ["z", "m", "a"], "the order of the fields",
                 reply=reply, look="who sorts the keys of your JSON")  # fmt: skip


@check(points=2, on=shop)
def answers_get(app: App) -> None:
    """GET asks with the same parameters in the URL; variables and extensions are JSON texts."""
    query = "query A($n: Int!) { products(limit: $n) { name } } query B { b: __typename }"
    data(get(app, query, variables='{"n": 1}', operationName="A"), {"products": [{"name": "Lamp"}]})
    data(get(app, query, operationName="B", extensions="{}"), {"b": "Query"})
    for name, value in (("variables", "{"), ("variables", "1"), ("extensions", "[]"),
                        ("variables", '{"n": NaN}')):  # fmt: skip
        reply = get(app, query, **{"operationName": "B", name: value})
        not_executed(reply, 400, "BAD_REQUEST", f"what {name} must be")
    reply = app.get(PATH, headers={"accept": RESPONSE})
    not_executed(reply, 400, "BAD_REQUEST", "a request without a query")


@check(points=2, on=shop)
def get_changes_nothing(app: App) -> None:
    """A mutation by GET is the problem 405 with `Allow: POST`, and nothing has changed."""
    data(post(app, {"query": renaming(app, "Torch")}),
         {"updateProduct": {"product": {"name": "Torch"}, "errors": []}})  # fmt: skip
    reply = get(app, renaming(app, "Ruined"))
    expect.equal(stored_name(app), "Torch", "the name after a GET", reply=reply,
                 look="what a link in a mail could do")  # fmt: skip
    problem(reply, 405)
    expect.equal(expect.header(reply, "Allow"), "POST", "Allow", reply=reply)


@check(points=2, after=get_changes_nothing, on=shop, hidden=True)
def the_chosen_operation_decides(app: App) -> None:
    """Whether GET may run a document is decided by the operation that is meant, not by its text."""
    both = f"# mutation\nquery Look {{ __typename }} {renaming(app, 'Ruined')}"
    before = stored_name(app)
    problem(get(app, both, operationName="Change"), 405, "which of the operations would run")
    problem(
        get(app, f"# Look, a comment\n{renaming(app, 'Ruined')}"), 405, "where a document begins"
    )
    expect.equal(stored_name(app), before, "the name after GET")
    data(get(app, both, operationName="Look"), {"__typename": "Query"},
         "a query beside a mutation that is not run")  # fmt: skip


@check(points=3, on=shop)
def speaks_both_media_types(app: App) -> None:
    """The answer is in the media type that Accept prefers, the newer one where it leaves the
    choice, and says that it depends on Accept."""
    for accept, wanted in (
        (RESPONSE, RESPONSE), (PLAIN, PLAIN), ("*/*", RESPONSE), ("application/*", RESPONSE),
        (f"{PLAIN}, {RESPONSE}", RESPONSE), (f"{PLAIN}, {RESPONSE};q=0.5", PLAIN),
        (f"{RESPONSE};q=0.9, {PLAIN};q=0.8", RESPONSE), (f"text/html, {PLAIN};q=0.1", PLAIN),
        (f"{PLAIN}; charset=utf-8", PLAIN),
        (f"{RESPONSE};charset=utf-8, {STREAM}", RESPONSE),
    ):  # fmt: skip
        for reply in (post(app, {"query": "{ __typename }"}, accept),
                      get(app, "{ __typename }", accept)):  # fmt: skip
            data(reply, {"__typename": "Query"})
            expect.equal(media_type(reply), wanted, "the media type", reply=reply,
                         look="what Accept says")  # fmt: skip
            varies(reply)
    for body in ({"query": "{ products {"}, {}):
        reply = post(app, body)
        if media_type(reply) == RESPONSE:
            varies(reply)


@check(points=1, on=shop)
def knows_nothing_else(app: App) -> None:
    """A client that accepts none of them is told by the problem 406."""
    for accept in ("text/html", "application/xml, image/*", "application/json;q=0"):
        problem(post(app, {"query": "{ __typename }"}, accept), 406)
        problem(get(app, "{ __typename }", accept), 406)


@check(points=3, on=shop)
def tells_what_was_not_executed(app: App) -> None:
    """What is not executed has no `data`: 400 in the newer media type, 200 in the older."""
    for query, variables, code in REFUSED:
        for accept, status in ((RESPONSE, 400), (PLAIN, 200)):
            reply = post(app, {"query": query, "variables": variables}, accept)
            not_executed(reply, status, code, "the status for this media type")
            expect.equal(media_type(reply), accept, "the media type", reply=reply)
    not_executed(get(app, "{ products {"), 400, "GRAPHQL_PARSE_FAILED")


@check(points=2, after=answers_a_question, on=shop)
def keeps_the_data_beside_errors(app: App) -> None:
    """A field that fails leaves the rest: 200 with data and errors, in both media types."""
    query = '{ __typename wrong: node(id: "x") { id } }'
    for accept in (RESPONSE, PLAIN):
        reply = post(app, {"query": query}, accept)
        expect.status(reply, 200, "whether the operation was executed")
        expect.equal(reply["data"], {"__typename": "Query", "wrong": None}, "data", reply=reply)
        expect.equal(reply["errors", 0, "path"], ["wrong"], "the path of the error", reply=reply)
        expect.equal(reply["errors", 0, "extensions", "code"], "BAD_USER_INPUT", "its code",
                     reply=reply, look="how an error becomes a part of the answer")  # fmt: skip


@check(points=2, after=answers_a_question, on=shop)
def refuses_bad_requests(app: App) -> None:
    """A body that is no GraphQL request is 400 in both media types: an error with the code
    BAD_REQUEST."""
    bodies = (
        "", "{", "null", "1", '"{ __typename }"', "{}", '{"query": ""}', '{"query": null}',
        '{"query": 1}', '{"query": ["{ __typename }"]}',
        '[{"query": "{ __typename }"}, {"query": "{ __typename }"}]',
        '{"query": "{ __typename }", "variables": "{}"}',
        '{"query": "{ __typename }", "variables": []}',
        '{"query": "{ __typename }", "operationName": 1}',
        '{"query": "{ __typename }", "extensions": "x"}',
        '{"query": "{ __typename }", "variables": {"a": NaN}}',
    )  # fmt: skip
    for body in bodies:
        for accept in (RESPONSE, PLAIN):
            headers = {"content-type": PLAIN, "accept": accept}
            reply = app.post(PATH, content=body.encode(), headers=headers)
            not_executed(reply, 400, "BAD_REQUEST", "what a request must be")
            expect.equal(media_type(reply), accept, "the media type", reply=reply)


@check(points=2, on=shop)
def takes_forms(app: App) -> None:
    """POST may be a form, whose members are what the URL of a GET has."""
    query = "query A($n: Int!) { products(limit: $n) { name } } query B { b: __typename }"
    name = stored_name(app)
    for kind in (FORM, f"{FORM}; charset=UTF-8"):
        reply = form(app, {"query": query, "variables": '{"n": 1}', "operationName": "A"}, kind)
        data(reply, {"products": [{"name": name}]}, "a form with variables and a name")
    members = {"query": query, "operationName": "B", "extensions": "{}", "colour": "a & b"}
    data(form(app, members), {"b": "Query"}, "a form with extensions, and with another member")
    named = {"query": query, "operationName": "B"}
    for wrong in ({}, {"query": ""}, {"variables": "{}"}, {**named, "variables": "{"},
                  {**named, "variables": "1"}, {**named, "extensions": "[]"},
                  {'{"query": "{ __typename }"}': ""}):  # fmt: skip
        not_executed(form(app, wrong), 400, "BAD_REQUEST", "what a form must have")


@check(points=1, after=takes_forms, on=shop)
def forms_may_change_things(app: App) -> None:
    """A mutation by form is executed for whoever sends a token; without one it changes nothing."""
    before = stored_name(app)
    reply = form(app, {"query": renaming(app, "Lantern")}, role=None)
    expect.equal(stored_name(app), before, "the name after a form without a token", reply=reply,
                 look="what a page of another site could do")  # fmt: skip
    expect.status(reply, 200, "who may ask")
    expect.equal(reply["errors", 0, "extensions", "code"], "UNAUTHENTICATED",
                 "the code of the error", reply=reply)  # fmt: skip
    reply = form(app, {"query": renaming(app, "Lantern")})
    data(reply, {"updateProduct": {"product": {"name": "Lantern"}, "errors": []}},
         "a form with a token")  # fmt: skip


@check(points=2, after=answers_a_question, on=shop)
def takes_nothing_else(app: App) -> None:
    """A body that is neither application/json nor a form of the usual kind is the problem 415,
    whatever is in it."""
    text = json.dumps({"query": "{ __typename }"}).encode()
    look = "which bodies are read"
    for kind in ("text/plain", "application/graphql", "application/graphql+json",
                 "application/jsonp", "text/json", "multipart/form-data; boundary=x"):  # fmt: skip
        reply = app.post(PATH, content=text, headers={"content-type": kind, "accept": RESPONSE})
        problem(reply, 415, look)
    problem(app.post(PATH, content=text, headers={"accept": RESPONSE}), 415, look)
    headers = {"content-type": f"{PLAIN};charset=UTF-8", "accept": RESPONSE}
    data(app.post(PATH, content=text, headers=headers), {"__typename": "Query"},
         "a charset in another spelling")  # fmt: skip
    parts = {"query": (None, "{ __typename }")}
    problem(app.post(PATH, files=parts, headers={"accept": RESPONSE}), 415, look)


@check(points=2, after=answers_a_question, on=shop)
def knows_the_caller(app: App) -> None:
    """Resolvers learn the role of the caller's token; anybody may ask."""
    query = {"query": "{ products { stockQuantity } }"}
    accept = {"accept": RESPONSE}
    for role in ("editor", "admin"):
        data(app.post(PATH, json=query, headers=accept, role=role),
             {"products": [{"stockQuantity": 9}]})  # fmt: skip
    for role, code in (("viewer", "FORBIDDEN"), (None, "UNAUTHENTICATED")):
        reply = app.post(PATH, json=query, headers=accept, role=role)
        expect.status(reply, 200, "who may ask")
        expect.equal(reply["errors", 0, "extensions", "code"], code, "the code of the error",
                     reply=reply, look="whose role the engine is told")  # fmt: skip


@check(points=1, after=answers_a_question, on=shop)
def knows_documents_by_their_digests(app: App) -> None:
    """A document that was sent with its digest can be asked for by the digest alone."""
    query = "{ categories { name } }"
    digest = hashlib.sha256(query.encode()).hexdigest()
    named = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
    app.redis.flushdb()
    for accept, status in ((RESPONSE, 400), (PLAIN, 200)):
        not_executed(post(app, {"extensions": named}, accept), status, "PERSISTED_QUERY_NOT_FOUND")
    wanted = {"categories": [{"name": "Lamps"}]}
    data(post(app, {"query": query, "extensions": named}), wanted)
    data(post(app, {"extensions": named}), wanted, "a request with a digest and no query")
    asked = {"extensions": json.dumps(named)}
    data(app.get(PATH, params=asked, headers={"accept": RESPONSE}), wanted)


@check(points=2, after=answers_a_question, on=shop)
def streams_subscriptions(app: App) -> None:
    """A subscription is a stream for whoever accepts one, by POST and GET; for others it is 406,
    and so is a query for whoever accepts a stream only."""
    query = "subscription($id: ID!) { stockChanged(id: $id) { name } }"
    variables = {"id": product_id(app)}
    name = stored_name(app)
    with app.subscribe(query, variables) as stream:
        expect.equal(stream.status, 200, "the status of a subscription")
        event = stream.next()
        expect.equal((event.name, event.json), ("next", {"data": {"stockChanged": {"name": name}}}),
                     "the first event")  # fmt: skip
    asked = {"params": {"query": query, "variables": json.dumps(variables)}}
    with app.stream("GET", PATH, headers={"accept": STREAM}, **asked) as opened:
        expect.equal(opened.status_code, 200, "the status of a subscription by GET")
    body = {"query": query, "variables": variables}
    for accept in (RESPONSE, PLAIN):
        problem(post(app, body, accept), 406, "how a subscription is answered")
    problem(post(app, {"query": "{ __typename }"}, STREAM), 406, "what there is to stream")
    reply = post(app, {"query": renaming(app, "Ruined")}, STREAM)
    expect.equal(stored_name(app), name, "the name after a mutation that is 406", reply=reply,
                 look="when you know that you have no answer")  # fmt: skip
    problem(reply, 406)
    gone = {"query": query, "variables": {"id": "x"}}
    for accept, status in ((STREAM, 400), (f"{PLAIN}, {STREAM}", 200)):
        not_executed(post(app, gone, accept), status, "BAD_USER_INPUT",
                     "a subscription that cannot begin")  # fmt: skip
