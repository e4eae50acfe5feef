"""updateProduct is judged by what is stored afterwards, also where two writers meet."""

from __future__ import annotations

from base64 import b64encode
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from workbench.checking import App, GraphReply, Refused, check, expect

UPDATE = """mutation ($id: ID!, $input: UpdateProductInput!, $version: String) {
  updateProduct(id: $id, input: $input, expectedVersion: $version) {
    product { id name description price stockQuantity attributes category { name } version }
    errors { field code messages }
  }
}"""
VERSION = "query ($id: ID!) { product(id: $id) { version } }"

#: A change that is refused, and then one of another product.
IN_TURN = """mutation ($id: ID!, $input: UpdateProductInput!, $version: String, $other: ID!) {
  updateProduct(id: $id, input: $input, expectedVersion: $version) {
    product { name } errors { field code messages }
  }
  second: updateProduct(id: $other, input: {name: "Yes"}) { errors { code } }
}"""

#: The database refuses to give a product this name, with the SQLSTATE that is its description.
DEFECT = "Defect"
REFUSAL = (
    "CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS"
    " $$BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = NEW.description; END$$",
    "CREATE TRIGGER refuse BEFORE UPDATE ON products FOR EACH ROW"
    f" WHEN (NEW.name = '{DEFECT}') EXECUTE FUNCTION public.refuse()",
)

LAMPS, CUPS = UUID(int=1), UUID(int=2)

#: A new product as the graph shows it.
LAMP = {"name": "Lamp", "description": "Bends", "price": "9.50", "stockQuantity": 7,
        "attributes": {"watts": 40}, "category": {"name": "Lamps"}}  # fmt: skip


def shop(app: App) -> None:
    """Two categories; every check makes products of its own."""
    app.sql(
        "INSERT INTO categories (id, name) VALUES (%s, 'Lamps'), (%s, 'Cups')",
        [str(LAMPS), str(CUPS)],
    )


def global_id(kind: str, key: UUID | str) -> str:
    return b64encode(f"{kind}:{key}".encode()).decode()


def new_product(app: App, *, is_active: bool = True) -> str:
    """The key of a new product, which is LAMP."""
    insert = (
        "INSERT INTO products (name, description, price, stock_quantity, attributes, category_id,"
        " is_active) VALUES ('Lamp', 'Bends', 9.5, 7, '{\"watts\": 40}', %s, %s) RETURNING id"
    )
    return str(app.sql(insert, [str(LAMPS), is_active])[0]["id"])


def update(app: App, key: str, version: str | None = None, **changes: Any) -> GraphReply:
    """Change the product of this key; of this global id, if it is none."""
    of = global_id("Product", key) if len(key) == 36 else key
    condition = {} if version is None else {"version": version}
    return app.graphql(UPDATE, {"id": of, "input": changes, **condition})


def version_of(app: App, key: str) -> str:
    reply = app.graphql(VERSION, {"id": global_id("Product", key)})
    return str(reply.data["product", "version"])


def changed(reply: GraphReply, wanted: dict[str, Any], look: str = "") -> None:
    """The answer has no errors, and shows the product with these values."""
    expect.equal(list(reply.errors), [], "errors beside the data", reply=reply, look=look)
    expect.equal(reply.data["updateProduct", "errors"], [], "updateProduct.errors", reply=reply,
                 look=look)  # fmt: skip
    got = {name: reply.data["updateProduct", "product", name] for name in wanted}
    expect.equal(got, wanted, "the product", reply=reply, look=look)


def refused(reply: GraphReply, field: str, code: str, look: str = "") -> None:
    """The answer shows no product, and one entry of errors."""
    expect.equal(list(reply.errors), [], "errors beside the data", reply=reply,
                 look=look or "what is wrong with the input is data")  # fmt: skip
    product = reply.data["updateProduct", "product"]
    expect.equal(product, None, "updateProduct.product", reply=reply, look=look)
    errors = reply.data.objects("updateProduct", "errors")
    found = [(one.get("field"), one.get("code")) for one in errors]
    expect.equal(found, [(field, code)], "field and code of the errors", reply=reply, look=look)
    messages = errors[0].get("messages")
    good = isinstance(messages, list) and bool(messages)
    good = good and all(isinstance(one, str) and one.strip() for one in messages)
    expect.that(good, "messages: sentences", expect.show(messages), sent=reply.sent)


def only(held: Any) -> GraphReply:
    """The reply to the only operation that was sent while a transaction was open."""
    (reply,) = held.replies
    assert isinstance(reply, GraphReply)
    return reply


def stored(app: App, key: str) -> dict[str, Any]:
    """The product as it is stored, in the names of LAMP."""
    (row,) = app.sql(
        "SELECT products.name, products.description, price::text AS price, attributes,"
        ' stock_quantity AS "stockQuantity", categories.name AS category, is_active'
        " FROM products JOIN categories ON category_id = categories.id WHERE products.id = %s",
        [key],
    )
    return {**row, "category": {"name": row["category"]}}


def keeps(app: App, key: str, look: str = "", *, is_active: bool = True, **but: Any) -> None:
    """The product is stored as LAMP, but for these values."""
    wanted = {**LAMP, "is_active": is_active, **but}
    expect.equal(stored(app, key), wanted, f"the row of product {key}", look=look)


def is_free(app: App, key: str) -> bool:
    """Whether nobody holds a lock of the product."""
    try:
        app.sql.attempt("SELECT id FROM products WHERE id = %s FOR UPDATE NOWAIT", [key])
    except Refused:
        return False
    return True


@check(points=3, on=shop)
def changes_what_is_sent(app: App) -> None:
    """What is sent is changed and committed, and in the answer; what is left out stays."""
    key = new_product(app)
    wanted = {**LAMP, "name": "Desk lamp"}
    changed(update(app, key, name=" Desk lamp "), wanted)
    keeps(app, key, look="what ends a change", name="Desk lamp")


@check(points=2, after=changes_what_is_sent, on=shop)
def changes_every_field(app: App) -> None:
    """Each of the six fields can be changed alone, to an empty value as well; an input without
    fields is no mistake and changes nothing."""
    key, now = new_product(app), dict(LAMP)
    changed(update(app, key), now, look="an input without fields")
    for field, value, shown in (
        ("description", "", ""), ("price", "0.1", "0.10"), ("price", 19.99, "19.99"),
        ("price", 0, "0.00"), ("stockQuantity", 0, 0), ("attributes", {"maxWatts": [5]}, None),
        ("attributes", {}, None), ("name", "Cup", "Cup"),
    ):  # fmt: skip
        now[field] = value if shown is None else shown
        changed(update(app, key, **{field: value}), now, look=f"a change of {field} alone")
    now["category"] = {"name": "Cups"}
    changed(update(app, key, categoryId=global_id("Category", CUPS)), now)
    keeps(app, key, **now)


@check(points=2, after=changes_what_is_sent, on=shop)
def null_is_no_value(app: App) -> None:
    """A field that is null is INVALID; it is neither left alone nor cleared."""
    key = new_product(app)
    for field in ("name", "description", "price", "categoryId", "stockQuantity", "attributes"):
        reply = update(app, key, **{field: None})
        refused(reply, field, "INVALID", look="a field that is null was sent")
    keeps(app, key)


@check(points=2, after=changes_what_is_sent, on=shop)
def names_the_field_at_fault(app: App) -> None:
    """What breaks a rule of the catalog is INVALID, an unknown category NOT_FOUND; nothing changes,
    not even the fields beside it. Anything else that goes wrong is no entry of `errors`."""
    key = new_product(app)
    for field, value, code in (
        ("price", "-0.01", "INVALID"), ("price", "9.999", "INVALID"), ("name", " ", "INVALID"),
        ("stockQuantity", -1, "INVALID"), ("attributes", [1], "INVALID"),
        ("categoryId", "nonsense", "INVALID"), ("categoryId", str(CUPS), "INVALID"),
        ("categoryId", global_id("Product", CUPS), "INVALID"),
        ("categoryId", global_id("Category", uuid4()), "NOT_FOUND"),
    ):  # fmt: skip
        reply = update(app, key, **{"description": "New", field: value})
        refused(reply, field, code, look="the rules are those of createProduct")
    going = uuid4()
    app.sql("INSERT INTO categories (id, name) VALUES (%s, %s)", [str(going), str(going)])
    with app.sql.holding("DELETE FROM categories WHERE id = %s", [str(going)]) as held:
        held.send(lambda: update(app, key, categoryId=global_id("Category", going)))
    refused(only(held), "categoryId", "NOT_FOUND", look="a category that goes meanwhile")
    keeps(app, key, look="what is left of a mistake")
    for statement in REFUSAL:
        app.sql(statement)
    for state, code in (("23514", "INTERNAL_SERVER_ERROR"), ("55000", "SERVICE_UNAVAILABLE")):
        app.sql("UPDATE products SET description = %s WHERE id = %s", [state, key])
        expect.graphql_error(update(app, key, name=DEFECT), code, ["updateProduct"],
                             look="what you catch, and what you let through")  # fmt: skip


@check(points=2, after=changes_what_is_sent, on=shop)
def finds_only_what_is_there(app: App) -> None:
    """An id that no product has, or a deleted one, is NOT_FOUND; what is no id of a product is
    INVALID. So it is with a version, and with an input without fields."""
    deleted = new_product(app, is_active=False)
    for key, code in (
        (str(uuid4()), "NOT_FOUND"), (deleted, "NOT_FOUND"), ("nonsense", "INVALID"),
        (global_id("Category", LAMPS), "INVALID"), ("", "INVALID"),
    ):  # fmt: skip
        refused(update(app, key, name="Back"), "id", code, look="which ids find a product")
        refused(update(app, key, "any", name="Back"), "id", code,
                look="an id that finds nothing, and a version")  # fmt: skip
        reply = update(app, key)
        expect.equal(reply.data["updateProduct", "product"], None, "updateProduct.product",
                     reply=reply, look="an id that finds nothing, and an empty input")  # fmt: skip
    keeps(app, deleted, look="a deleted product is deleted", is_active=False)


@check(points=2, after=changes_what_is_sent, on=shop)
def a_version_is_good_once(app: App) -> None:
    """With the version that a product has, it is changed; with any other one it is CONFLICT,
    whatever the input says."""
    key = new_product(app)
    version = version_of(app, key)
    reply = update(app, key, version, name="First")
    changed(reply, {**LAMP, "name": "First"})
    expect.equal(reply.data["updateProduct", "product", "version"], version_of(app, key),
                 "version in the answer", reply=reply, look="the next change needs it")  # fmt: skip
    for other in (version, "", "nonsense"):
        refused(update(app, key, other, name="Second"), "expectedVersion", "CONFLICT",
                look="`version` of Product, before and after a change")  # fmt: skip
    look = "an old version, and an input that changes nothing"
    refused(update(app, key, version, name="First"), "expectedVersion", "CONFLICT", look)
    reply = update(app, key, version)
    expect.equal(reply.data["updateProduct", "product"], None, "updateProduct.product",
                 reply=reply, look=look)  # fmt: skip
    keeps(app, key, name="First")
    changed(update(app, key, version_of(app, key), price=3), {"name": "First", "price": "3.00"})


@check(points=1, after=a_version_is_good_once, on=shop)
def no_version_is_no_condition(app: App) -> None:
    """Without expectedVersion, or with null, a change has no condition."""
    key = new_product(app)
    changed(update(app, key, name="One"), {**LAMP, "name": "One"})
    variables = {"id": global_id("Product", key), "input": {"name": "Two"}, "version": None}
    changed(app.graphql(UPDATE, variables), {**LAMP, "name": "Two"}, look="null is no version")


@check(points=2, after=a_version_is_good_once, on=shop)
def sees_changes_from_elsewhere(app: App) -> None:
    """A change by REST, by another process or by SQL makes a version an old one."""
    key = new_product(app)
    path = f"/api/v1/products/{key}"
    for change in (
        lambda: app.patch(path, json={"price": "1.00"}),
        lambda: app.twin.patch(path, json={"stock_quantity": 1}),
        lambda: app.sql("UPDATE products SET description = 'Quiet' WHERE id = %s", [key]),
    ):
        version = version_of(app, key)
        change()
        refused(update(app, key, version, name="Late"), "expectedVersion", "CONFLICT",
                look="the version belongs to all that is shown")  # fmt: skip


@check(points=3, after=a_version_is_good_once, on=shop)
def of_two_writers_one_wins(app: App) -> None:
    """Of two changes with the same version at the same time, one is done; the other one is
    CONFLICT. So is one that waits for the row while a change of it is committed elsewhere."""
    key = new_product(app)
    version, look = version_of(app, key), "when you compare, and when you lock"
    lock = "SELECT id FROM products WHERE id = %s FOR UPDATE"
    with app.sql.holding(lock, [key], keep=False) as held:
        held.send_together(
            lambda: update(app, key, version, name="One"),
            lambda: update(app.twin, key, version, name="Two"),
        )
    replies = [reply for reply in held.replies if isinstance(reply, GraphReply)]
    loser = max(replies, key=lambda reply: len(reply.data.objects("updateProduct", "errors")))
    winner = replies[1 - replies.index(loser)]
    refused(loser, "expectedVersion", "CONFLICT", look)
    changed(winner, {"price": "9.50"})
    won = winner.data["updateProduct", "product", "name"]
    keeps(app, key, name=won)
    other = new_product(app)
    newer, others = version_of(app, key), version_of(app, other)
    elsewhere = (
        "UPDATE products SET price = CASE WHEN id = %s THEN 10 ELSE price END,"
        " attributes = CASE WHEN id = %s THEN '{}' ELSE attributes END WHERE id IN (%s, %s)"
    )
    with app.sql.holding(elsewhere, [key, other, key, other]) as held:
        held.send_together(
            lambda: update(app, key, newer, name="Three"),
            lambda: update(app.twin, other, others, name="Three"),
        )
    for late in held.replies:
        assert isinstance(late, GraphReply)
        refused(late, "expectedVersion", "CONFLICT", look)
    keeps(app, key, name=won, price="10.00")
    keeps(app, other, attributes={})


@check(points=1, after=a_version_is_good_once, on=shop)
def meets_the_deletion_of_its_category(app: App) -> None:
    """When a change with a version, which sends the category as it is, meets a DELETE of that one,
    the change is done and the DELETE is 409: no deadlock."""
    category = app.sql("INSERT INTO categories (name) VALUES ('Gifts') RETURNING id")[0]["id"]
    key = new_product(app)
    app.sql("UPDATE products SET category_id = %s WHERE id = %s", [str(category), key])
    version = version_of(app, key)
    changes = {"name": "Gift", "categoryId": global_id("Category", category)}
    # Both wait for the product, the change first: what it has when it goes on, the DELETE wants.
    lock = "SELECT id FROM products WHERE id = %s FOR UPDATE"
    with app.sql.holding(lock, [key], keep=False) as held:
        held.send(lambda: update(app, key, version, **changes))
        held.send(lambda: app.delete(f"/api/v1/categories/{category}"))
    change, deletion = held.replies
    assert isinstance(change, GraphReply)
    look = "a deadlock: how strong a lock is, or which one comes first"
    changed(change, {"name": "Gift", "category": {"name": "Gifts"}}, look)
    expect.problem(deletion, 409, look=look)


@check(points=1, after=changes_what_is_sent, on=shop)
def writes_only_what_was_sent(app: App) -> None:
    """Without a version, two writers of different fields both have their way; a product that is
    deleted meanwhile is NOT_FOUND, and is not changed with a version either."""
    key = new_product(app)
    with app.sql.holding("UPDATE products SET price = 3 WHERE id = %s", [key]) as held:
        held.send_together(lambda: update(app, key, name="Named"))
    changed(only(held), {"name": "Named", "price": "3.00"}, look="who writes which columns")
    keeps(app, key, name="Named", price="3.00")
    version, look = version_of(app, key), "who is looked for, and when"
    delete = "UPDATE products SET is_active = false WHERE id = %s"
    with app.sql.holding(delete, [key]) as held:
        held.send_together(
            lambda: update(app, key, name="Back"),
            lambda: update(app.twin, key, version, name="Back"),
        )
    without, with_one = held.replies
    assert isinstance(without, GraphReply)
    assert isinstance(with_one, GraphReply)
    refused(without, "id", "NOT_FOUND", look)
    codes = [one["code"] for one in with_one.data["updateProduct", "errors"]]
    field, code = ("expectedVersion", "CONFLICT") if "CONFLICT" in codes else ("id", "NOT_FOUND")
    refused(with_one, field, code, look)
    keeps(app, key, look, is_active=False, name="Named", price="3.00")


@check(points=1, after=a_version_is_good_once, on=shop, hidden=True)
def gives_the_lock_back(app: App) -> None:
    """A change that is refused, whatever for, keeps no lock while the rest of the operation goes
    on."""
    other, nowhere = new_product(app), global_id("Category", uuid4())
    keys = [new_product(app) for _ in range(3)]
    sent = []
    for key, version, changes in (
        (keys[0], "old", {"name": "No"}), (keys[1], None, {"categoryId": nowhere}),
        (keys[2], None, {"price": -1}),
    ):  # fmt: skip
        of = {"id": global_id("Product", key), "other": global_id("Product", other)}
        sent.append({**of, "input": changes, "version": version or version_of(app, key)})
    lock = "SELECT id FROM products WHERE id = %s FOR UPDATE"
    with app.sql.holding(lock, [other], keep=False) as held:
        held.send_together(*(partial(app.graphql, IN_TURN, one) for one in sent))
        free = [is_free(app, key) for key in keys]
    replies = [reply for reply in held.replies if isinstance(reply, GraphReply)]
    refused(replies[0], "expectedVersion", "CONFLICT")
    for reply, good in zip(replies, free, strict=True):
        expect.that(good, "the first product is free while the second one is waited for",
                    "it is locked", sent=reply.sent, look="when a transaction ends")  # fmt: skip
