"""The document against the system: claims are tried, and answers must have been announced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from workbench.checking import App, CheckFailed, Reply, check, expect
from workbench.checking.openapi import Document, Operation, contradiction

DOCUMENT = "/api/v1/openapi.json"
CATEGORIES, PRODUCTS = "/api/v1/categories", "/api/v1/products"
SEARCH = f"{PRODUCTS}/search"
CATEGORY, PRODUCT = CATEGORIES + "/{id}", PRODUCTS + "/{id}"

#: What each item's path leads to: something that is there; something that is not.
KNOWN = {CATEGORY: str(UUID(int=1)), PRODUCT: str(UUID(int=2))}
UNKNOWN = str(UUID(int=9))

JSON, PROBLEM = "application/json", "application/problem+json"

LARGE = 4000  # bytes of a body that is too large here

#: What a whole number is asked with, where it may stand.
NUMBERS = (-1, 0, 1, 2, 50, 51, 100, 101, 10_000, 10_001, 99_999_999, 100_000_000, 2**31 - 1, 2**31)


#: The highest price.
HIGHEST = 99_999_999.99


def shop(app: App) -> None:
    """A category and a product of known ids, and two names that are taken."""
    for key, name in ((KNOWN[CATEGORY], "Lamps"), (UNKNOWN.replace("9", "3"), "Taken")):
        app.sql("INSERT INTO categories (id, name) VALUES (%s, %s)", [key, name])
    app.sql("INSERT INTO products (id, name, price, category_id) VALUES (%s, 'Lamp', 1, %s)",
            [KNOWN[PRODUCT], KNOWN[CATEGORY]])  # fmt: skip


def read(app: App) -> Document:
    reply = app.get(DOCUMENT, role=None)
    expect.status(reply, 200)
    return Document(reply)


def product(**fields: Any) -> dict[str, Any]:
    return {"name": "Desk lamp", "price": "9.50", "category_id": KNOWN[CATEGORY], **fields}


def answers(app: App) -> Iterator[tuple[str, str, Reply]]:
    """Requests to every operation of the shop, in all the ways that an operation can go."""

    def ask(method: str, path: str, key: str | None = None, **options: Any
            ) -> tuple[str, str, Reply]:  # fmt: skip
        target = path.replace("{id}", key or KNOWN.get(path, ""))
        return method, path, app.request(method, target, **options)

    yield ask("GET", PRODUCTS)
    yield ask("GET", PRODUCTS, params={"page": "0"})
    yield ask("GET", SEARCH, params={"q": "lamp"})
    yield ask("GET", SEARCH)
    yield ask("GET", CATEGORIES)
    yield ask("GET", CATEGORIES, params={"limit": "0"})
    for path, good in ((PRODUCT, product()), (CATEGORY, {"name": "Lamps"})):
        whole = path.removesuffix("/{id}")
        yield ask("GET", path)
        yield ask("GET", path, UNKNOWN)
        fresh = good | {"name": "Brand new"}
        new = ask("POST", whole, json=fresh)
        yield new
        writes = [("POST", whole), ("PUT", path), *([("PATCH", path)] if path == PRODUCT else [])]
        for method, target in writes:
            key = KNOWN[path]
            yield ask(method, target, key, json=good, role=None)
            yield ask(method, target, key, json=good, role="viewer")
            yield ask(method, target, key, content=b"{", headers={"Content-Type": JSON})
            yield ask(method, target, key, content=b"{}", headers={"Content-Type": "text/plain"})
            yield ask(method, target, key, json=good | {"name": ""})
            yield ask(method, target, key, json=good | {"description": "x" * LARGE})
            if path == CATEGORY:
                yield ask(method, target, key, json={"name": "Taken"})
        for method, _ in writes[1:]:
            yield ask(method, path, json=good)
            yield ask(method, path, UNKNOWN, json=good)
        yield ask("DELETE", path, role=None)
        yield ask("DELETE", path, role="viewer")
        yield ask("DELETE", path, UNKNOWN)
        if path == CATEGORY:
            yield ask("DELETE", path)
        yield ask("DELETE", path, str(new[2]["id"]))


def announced(document: Document, method: str, path: str, reply: Reply) -> Mapping[str, Any]:
    """What the document has for this status of this operation. Raises CheckFailed."""
    operation = document.operation(method, path)
    status = str(reply.status)
    if status not in operation.responses:
        raise CheckFailed(
            f"the status {status} among the responses of {operation.name}",
            f"only {', '.join(operation.responses) or 'none'}",
            reply.sent,
            "each status that the operation can answer with",
        )
    return operation.responses[status]


def body_schema(document: Document, method: str, path: str, reply: Reply) -> Any:
    """The schema that the document has for this body: there must be one for its media type."""
    content = announced(document, method, path, reply).get("content", {})
    kind = reply.headers.get("content-type", "").split(";")[0]
    expect.that(isinstance(content, Mapping) and kind in content,
                f"content of the type {kind} for {reply.status} of {method} {path}",
                f"only {expect.show(list(content))}", sent=reply.sent,
                look="the media type that the answer really has")  # fmt: skip
    return content[kind].get("schema")


def headers_of(response: Mapping[str, Any]) -> dict[str, Any]:
    return {name.lower(): one for name, one in response.get("headers", {}).items()}


def filled(operation: Operation) -> tuple[str, dict[str, Any]]:
    """A path for this operation, and the query parameters that it must have."""
    path = "/".join(UNKNOWN if "{" in part else part for part in operation.path.split("/"))
    needed = [one["name"] for one in operation.parameters
              if one["in"] == "query" and one.get("required")]  # fmt: skip
    return path, dict.fromkeys(needed, "lamp")


def taken(document: Document, method: str, path: str) -> Mapping[str, Any]:
    """The schema of the body that an operation takes. Raises CheckFailed."""
    operation = document.operation(method, path)
    schema = operation.body.get("content", {}).get(JSON, {}).get("schema", {})
    if not isinstance(schema.get("properties"), Mapping):
        raise CheckFailed(f"a body of {operation.name} with properties", expect.show(schema))
    return schema


def defaults(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The properties that have a default, and it."""
    found = schema["properties"].items()
    return {
        name: one["default"] for name, one in found if isinstance(one, Mapping) and "default" in one
    }


def numbers(schema: Any) -> bool:
    return isinstance(schema, Mapping) and schema.get("type") in ("integer", "number")


SMALL = {"MAX_BODY_BYTES": str(LARGE)}


@check(points=2, on=shop, settings=SMALL)
def announces_every_status(app: App) -> None:
    """Every status that an operation answers with is among its documented responses."""
    document = read(app)
    for method, path, reply in answers(app):
        announced(document, method, path, reply)


@check(points=2, after=announces_every_status, on=shop, settings=SMALL)
def announces_every_body(app: App) -> None:
    """Every answer has a documented media type, and a body that fits the schema for it."""
    document = read(app)
    for method, path, reply in answers(app):
        if not reply.body:
            response = announced(document, method, path, reply)
            expect.that(not response.get("content"), f"no content for {reply.status} of {method}",
                        expect.show(response.get("content")), sent=reply.sent)  # fmt: skip
            continue
        wrong = contradiction(body_schema(document, method, path, reply), reply.json)
        expect.that(not wrong, "a body that fits the documented schema", f"{wrong}\n{reply.shown}",
                    sent=reply.sent)  # fmt: skip


@check(points=2, on=shop)
def describes_problems(app: App) -> None:
    """The schema of problems says what a problem has: a `title`, a `status` and more."""
    document = read(app)
    fine = app.get(f"{PRODUCTS}/{UNKNOWN}").json
    seen: list[Any] = []
    for operation in document.operations:
        for status, response in operation.responses.items():
            if not status.startswith(("4", "5")):
                continue
            what = f"{status} of {operation.name}"
            expect.that(bool(response.get("description")), f"a description for {what}", "none",
                        look="what every response must have")  # fmt: skip
            content = response.get("content", {})
            kinds = expect.show(list(content))
            expect.that(list(content) == [PROBLEM], f"{PROBLEM} for {what}", kinds,
                        look="what every problem is sent as")  # fmt: skip
            schema = content[PROBLEM].get("schema")
            if schema in seen:
                continue
            seen.append(schema)
            wrong = contradiction(schema, fine)
            expect.that(not wrong, f"a schema for {what} that fits a problem", wrong)
            for name in ("title", "status", "detail"):
                less = {key: value for key, value in fine.items() if key != name}
                for body in (less, fine | {name: []}):
                    expect.that(bool(contradiction(schema, body)),
                                f"a schema for {what} in which {name} is required and has a type",
                                expect.show(schema),
                                look="a schema that fits anything says nothing")  # fmt: skip
    expect.that(bool(seen), "problems among the responses", "there are none")


@check(points=1, on=shop)
def announces_its_own_failures(app: App) -> None:
    """500 and 503 can come from every operation, and every one says so."""
    document = read(app)
    for operation in document.operations:
        for status in ("500", "503"):
            expect.that(status in operation.responses, f"{status} among the responses of"
                        f" {operation.name}", f"only {', '.join(operation.responses)}",
                        look="which failures are nobody's mistake")  # fmt: skip


@check(points=2, on=shop)
def tells_who_needs_a_token(app: App) -> None:
    """An operation has `security` exactly where a request without a token is answered with 401."""
    document = read(app)
    for operation in document.operations:
        path, query = filled(operation)
        reply = app.request(operation.method, path, params=query, role=None)
        needed = [list(one) for one in operation.security]
        if reply.status == 401:
            expect.that(bool(needed) and all(needed), f"security of {operation.name}",
                        expect.show(operation.security), sent=f"{reply.sent}\n(without a token)",
                        look="the operation answers with 401")  # fmt: skip
        else:
            expect.that(not any(needed), f"no security of {operation.name}",
                        expect.show(operation.security), sent=f"{reply.sent}\n(without a token)",
                        look="the operation answers without a token")  # fmt: skip


@check(points=1, on=shop, hidden=True)
def refuses_nobody_on_paper(app: App) -> None:
    """Where no token is needed, neither 401 nor 403 is documented."""
    for operation in read(app).operations:
        path, query = filled(operation)
        if app.request(operation.method, path, params=query, role=None).status != 401:
            told = sorted({"401", "403"} & set(operation.responses))
            expect.equal(told, [], f"refusals documented for {operation.name}")


@check(points=2, after=tells_who_needs_a_token, on=shop)
def tells_how_to_authenticate(app: App) -> None:
    """What `security` names is a scheme of the document: HTTP's `bearer`."""
    document = read(app)
    named = {
        name for operation in document.operations for one in operation.security for name in one
    }
    expect.that(bool(named), "operations that name a security scheme", "none does")
    for name in sorted(named):
        schemes = document.schemes if isinstance(document.schemes, Mapping) else {}
        scheme = schemes.get(name)
        if not isinstance(scheme, Mapping):
            raise CheckFailed(f"a security scheme named {name}", f"only {expect.show(schemes)}",
                              look="securitySchemes among the components")  # fmt: skip
        got = {key: str(scheme.get(key)).lower() for key in ("type", "scheme")}
        expect.equal(got, {"type": "http", "scheme": "bearer"}, f"the scheme {name}",
                     look="how a client is to send its token")  # fmt: skip


@check(points=2, on=shop)
def tells_where_new_things_live(app: App) -> None:
    """Each 201 documents the `Location` header, as what is really sent, and nothing else does."""
    document = read(app)
    for path, body in ((PRODUCTS, product()), (CATEGORIES, {"name": "Located"})):
        reply = app.post(path, json=body)
        expect.status(reply, 201)
        sent = expect.header(reply, "Location")
        header = headers_of(announced(document, "POST", path, reply)).get("location", {})
        schema = header.get("schema", {})
        expect.that(schema.get("type") == "string",
                    f"a header Location, a string, for the 201 of POST {path}", expect.show(header),
                    look="LOCATION")  # fmt: skip
        wrong = contradiction(schema, sent)
        expect.that(not wrong, "a schema that fits the Location that is sent", f"{wrong}: {sent}",
                    sent=reply.sent, look="a format is a promise, too")  # fmt: skip
    for operation in document.operations:
        for status, response in operation.responses.items():
            if status != "201":
                expect.that("location" not in headers_of(response),
                            f"no Location for {status} of {operation.name}", "one")  # fmt: skip


@check(points=1, on=shop)
def announces_the_challenge(app: App) -> None:
    """Each 401 documents the header that comes with it, `WWW-Authenticate`."""
    refusing = [one for one in read(app).operations if "401" in one.responses]
    expect.that(bool(refusing), "operations with 401 among their responses", "there are none")
    for operation in refusing:
        header = headers_of(operation.responses["401"]).get("www-authenticate", {})
        schema = header.get("schema", {})
        fits = schema.get("type") == "string" and not contradiction(schema, "Bearer")
        expect.that(fits, f"a header WWW-Authenticate, a string, for 401 of {operation.name}",
                    expect.show(header), look="what a 401 sends beside its body")  # fmt: skip


@check(points=3, on=shop)
def tells_the_bounds(app: App) -> None:
    """A number that the document allows is accepted, one that it excludes is refused."""
    document = read(app)
    look = "minimum and maximum must be JSON numbers, and those of the field"
    for operation in document.operations:
        path, query = filled(operation)
        for one in operation.parameters:
            if operation.method != "GET" or one["in"] != "query" or not numbers(one.get("schema")):
                continue
            for value in NUMBERS if one["schema"]["type"] == "integer" else (*NUMBERS, HIGHEST):
                reply = app.get(path, params=query | {one["name"]: str(value)})
                wrong = contradiction(one["schema"], value)
                expect.that(bool(wrong) == (reply.status == 422),
                            f"{one['name']}={value} is {'refused' if wrong else 'accepted'}, as the"
                            f" schema {expect.show(one['schema'])} has it",
                            f"{reply.shown}\nThe document says: {wrong or 'it fits'}",
                            sent=reply.sent, look=look)  # fmt: skip
    schema = taken(document, "POST", PRODUCTS)
    for value in NUMBERS:
        body = product(stock_quantity=value)
        wrong = contradiction(schema, body)
        reply = app.post(PRODUCTS, json=body)
        expect.that(bool(wrong) == (reply.status == 422),
                    f"stock_quantity {value} is {'refused' if wrong else 'accepted'}, as"
                    " the document has it",
                    f"{reply.shown}\nThe document says: {wrong or 'it fits'}", sent=reply.sent,
                    look=look)  # fmt: skip


@check(points=3, on=shop)
def tells_the_defaults(app: App) -> None:
    """A documented default fits its own schema, and is what really stands for what is left out."""
    document = read(app)
    found = []
    for operation in document.operations:
        path, query = filled(operation)
        for one in operation.parameters:
            schema = one.get("schema", {})
            if one["in"] != "query" or "default" not in schema:
                continue
            default = schema["default"]
            wrong = contradiction(schema, default)
            expect.that(not wrong, f"a default for {one['name']} of {operation.name} that fits its"
                        " own schema", f"{expect.show(schema)}: {wrong}",
                        look="a default is a value that a client could send as well")  # fmt: skip
            left_out = app.get(path, params=query)
            sent = app.get(path, params=query | {one["name"]: str(default)})
            expect.equal(sent.json, left_out.json, f"the answer to {one['name']}={default}, as when"
                         " it is left out", reply=sent)  # fmt: skip
            found.append(f"{operation.path} {one['name']}")
    for name in ("page", "per_page", "sort_by", "sort_order"):
        expect.that(f"{PRODUCTS} {name}" in found, f"a default for {name} of GET {PRODUCTS}",
                    "none", look="what stands for a parameter that is left out")  # fmt: skip
    got = defaults(taken(document, "POST", PRODUCTS))
    reply = app.post(PRODUCTS, json=product())
    expect.status(reply, 201)
    for name in ("description", "stock_quantity"):
        expect.equal(got.get(name), reply[name], f"the default of {name} in POST {PRODUCTS}")
    expect.equal(sorted(defaults(taken(document, "PATCH", PRODUCT))), [],
                 f"fields with a default in PATCH {PRODUCT}",
                 look="what PATCH does with a field that is left out")  # fmt: skip
