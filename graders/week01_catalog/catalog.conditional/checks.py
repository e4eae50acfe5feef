"""Products that are fetched twice, and writers that have seen the same state."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

from workbench.checking import App, Reply, check, expect, other_hashes

PRODUCTS = "/api/v1/products"
CATEGORY, OTHER = str(UUID(int=1 << 96)), str(UUID(int=2 << 96))

Way = tuple[str, dict[str, Any]]

#: Every way to change a product, with a body where it takes one.
WAYS: tuple[Way, ...] = (
    ("PATCH", {"json": {"stock_quantity": 7}}),
    ("PUT", {"json": {"name": "New", "price": "2.00", "category_id": CATEGORY}}),
    ("DELETE", {}),
)


def shop(app: App) -> None:
    """Two categories."""
    for id_, name in ((CATEGORY, "Lamps"), (OTHER, "Chairs")):
        app.sql("INSERT INTO categories (id, name) VALUES (%s, %s)", [id_, name])


#: A process in which Python's `hash` of a text is another one.
ELSEWHERE = [other_hashes("from backend.catalog.conditional import add_conditions\n")]


def new(app: App) -> str:
    """The address of a new product."""
    row = app.sql(
        "INSERT INTO products (name, price, category_id) VALUES ('Lamp', 10, %s) RETURNING id",
        [CATEGORY],
    )[0]
    return f"{PRODUCTS}/{row['id']}"


def tag_of(reply: Reply, status: int = 200) -> str:
    """The strong entity tag of a reply of this status."""
    expect.status(reply, status)
    value = expect.header(reply, "ETag", look="which answers show one product")
    expect.that(bool(re.fullmatch(r'"[\x21\x23-\x7e]+"', value)), 'a strong tag: ETag: "<text>"',
                value, sent=reply.sent)  # fmt: skip
    return value


def state(app: App, url: str) -> list[dict[str, Any]]:
    return app.sql("SELECT * FROM products WHERE id = %s", [url[-36:]])


def refused(reply: Reply, look: str = "") -> None:
    """The reply is the 412 problem."""
    expect.problem(reply, 412, look=look)
    kind = reply.headers.get("content-type", "")
    expect.equal(kind, "application/problem+json", "Content-Type", reply=reply)


@check(points=1, on=shop)
def tells_the_tag(app: App) -> None:
    """GET and HEAD of a product have a strong ETag, the same as long as nothing changes."""
    url = new(app)
    tags = [tag_of(app.get(url)), tag_of(app.get(url)), tag_of(app.request("HEAD", url))]
    expect.equal(len(set(tags)), 1, "different tags of one state")


@check(points=1, after=tells_the_tag, on=shop)
def tells_the_same_tag_everywhere(app: App) -> None:
    """Another process gives the same state the same tag, and hears of every change."""
    url = new(app)
    for number in range(2):
        expect.equal(tag_of(app.twin.get(url)), tag_of(app.get(url)), "ETag of the second process",
                     look="what is different in every process")  # fmt: skip
        expect.status(app.twin.patch(url, json={"stock_quantity": number + 1}), 200)
    with app.altered("backend/catalog/routes.py", ELSEWHERE) as other:
        expect.equal(tag_of(other.get(url)), tag_of(app.get(url)), "ETag of a third process",
                     look="what is different in every process")  # fmt: skip


@check(points=2, after=tells_the_tag, on=shop)
def changes_with_every_change(app: App) -> None:
    """Whatever changes, the tag changes; even when a script with SQL forgets updated_at."""
    url = new(app)
    seen = [tag_of(app.get(url))]
    changes = ({"name": "Lamp!"}, {"description": "Bright"}, {"price": "10.01"}, {"price": "9"},
               {"category_id": OTHER}, {"stock_quantity": 1}, {"attributes": {"watts": 5}},
               {"attributes": {"watts": "5"}})  # fmt: skip
    for change in changes:
        expect.status(app.patch(url, json=change), 200)
        reply = app.get(url)
        expect.that(tag_of(reply) not in seen, f"another ETag after {expect.show(change)}",
                    tag_of(reply), sent=reply.sent, look="what the tag is made of")  # fmt: skip
        seen.append(tag_of(reply))
    columns = (("name", "'Torch'"), ("description", "'Dim'"), ("price", "11"),
               ("category_id", f"'{CATEGORY}'"), ("stock_quantity", "2"),
               ("attributes", """'{"watts": 6}'"""))  # fmt: skip
    for column, value in columns:
        text = f"UPDATE products SET {column} = {value} WHERE id = %s"
        app.sql(text, [url[-36:]])
        reply = app.get(url)
        expect.that(tag_of(reply) not in seen, f"another ETag after UPDATE ... SET {column}",
                    tag_of(reply), sent=reply.sent, look="what the tag is made of")  # fmt: skip
        seen.append(tag_of(reply))


@check(points=2, after=tells_the_tag, on=shop)
def spares_what_is_known(app: App) -> None:
    """If-None-Match with the current tag: 304, no body, and the ETag. After a change: 200."""
    url = new(app)
    tag = tag_of(app.get(url))
    for method in ("GET", "HEAD"):
        reply = app.request(method, url, headers={"If-None-Match": tag})
        expect.equal(tag_of(reply, 304), tag, "ETag of the 304", reply=reply)
        expect.equal(reply.body, b"", "the body of a 304", reply=reply)
    expect.status(app.patch(url, json={"name": "New"}), 200)
    reply = app.get(url, headers={"If-None-Match": tag})
    expect.status(reply, 200, look="the client's copy is old")
    expect.equal(reply["name"], "New", "name", reply=reply)
    expect.that(tag_of(reply) != tag, "a new ETag", tag, sent=reply.sent)


@check(points=2, after=spares_what_is_known, on=shop)
def compares_weakly_for_readers(app: App) -> None:
    """If-None-Match may be a list, `*`, or hold weak tags: what is within W/ counts."""
    url = new(app)
    tag = tag_of(app.get(url))
    for header in (f"W/{tag}", f'"a", {tag}', f'{tag},"a"', f'"a", W/{tag} , "b"', "*"):
        expect.status(app.get(url, headers={"If-None-Match": header}), 304,
                      look="RFC 9110, 13.1.2, and 8.8.3.2 for what weak comparison is")  # fmt: skip
    for header in ('"a"', 'W/"a"', f'"a{tag[1:]}', f'{tag[:-1]}a"', '"*"', f'"a", W/"{tag[2:]}'):
        expect.status(app.get(url, headers={"If-None-Match": header}), 200,
                      look="tags are compared whole")  # fmt: skip


@check(points=2, after=tells_the_tag, on=shop)
def lets_those_change_who_have_seen(app: App) -> None:
    """A PUT, PATCH or DELETE whose If-Match holds the current tag is carried out."""
    for method, options in WAYS:
        url = new(app)
        tag = tag_of(app.get(url))
        for header in ("{}", "*", '"a", {}', '{} ,"a"'):
            sent = {"If-Match": header.format(tag)}
            reply = app.request(method, url, headers=sent, **options)
            expect.status(reply, 204 if method == "DELETE" else 200)
            if method == "DELETE":
                url = new(app)
            tag = tag_of(app.get(url))


@check(points=3, after=tells_the_tag, on=shop)
def refuses_those_who_have_not(app: App) -> None:
    """A PUT, PATCH or DELETE with an old tag in If-Match is a 412 problem, and nothing changes."""
    for method, options in WAYS:
        url = new(app)
        old = tag_of(app.get(url))
        expect.status(app.patch(url, json={"description": "of somebody else"}), 200)
        before = state(app, url)
        for header in (old, '"never seen"', f'"a", {old}'):
            refused(app.request(method, url, headers={"If-Match": header}, **options),
                    look="what the client has seen, and what is there now")  # fmt: skip
        expect.equal(state(app, url) == before, True, "the row is as it was")


@check(points=2, after=refuses_those_who_have_not, on=shop)
def compares_strongly_for_writers(app: App) -> None:
    """If-Match: a weak tag matches nothing, nor does a header that is empty or malformed."""
    for method, options in WAYS:
        url = new(app)
        tag = tag_of(app.get(url))
        before = state(app, url)
        for header in (f"W/{tag}", f'"a", W/{tag}', "", '"', ",", '"*"', "none"):
            refused(app.request(method, url, headers={"If-Match": header}, **options),
                    look="RFC 9110, 13.1.1: who sends a condition wants it to be met")  # fmt: skip
        expect.equal(state(app, url) == before, True, "the row is as it was")


@check(points=1, after=tells_the_tag, on=shop)
def tells_writers_the_new_tag(app: App) -> None:
    """The answers to PUT and PATCH have the ETag of the new state: one can go on with it."""
    url = new(app)
    tag = tag_of(app.get(url))
    for method, options in (WAYS[0], WAYS[1], WAYS[0]):
        reply = app.request(method, url, headers={"If-Match": tag}, **options)
        tag = tag_of(reply)
        expect.equal(tag, tag_of(app.get(url)), "ETag of the answer and of a GET after it",
                     reply=reply)  # fmt: skip


@check(points=1, after=tells_the_tag, on=shop)
def asks_for_no_condition(app: App) -> None:
    """Without If-Match everything goes on as before: v1 has clients that do not send it."""
    for method, options in WAYS:
        reply = app.request(method, new(app), **options)
        expect.status(reply, 204 if method == "DELETE" else 200)
    expect.status(app.get(PRODUCTS, headers={"If-None-Match": "*"}), 200,
                  look="the listing has no tag")  # fmt: skip


@check(points=1, after=tells_the_tag, on=shop)
def what_is_gone_is_404(app: App) -> None:
    """A product that was deleted, or never was, is 404 whatever the condition."""
    url = new(app)
    tag = tag_of(app.get(url))
    expect.status(app.delete(url, headers={"If-Match": tag}), 204)
    for address in (url, f"{PRODUCTS}/{uuid4()}"):
        for method, options in (("GET", {}), *WAYS):
            for header in (tag, "*", '"a"'):
                name = "If-None-Match" if method == "GET" else "If-Match"
                reply = app.request(method, address, headers={name: header}, **options)
                expect.problem(reply, 404, look="is there anything that could match?")


@check(points=3, after=refuses_those_who_have_not, on=shop)
def loses_no_update(app: App) -> None:
    """Of three writers that have seen the same state and come at the same time, one succeeds."""
    for method, options in (*WAYS, WAYS[0]):
        url = new(app)
        header = {"If-Match": tag_of(app.get(url))}
        lock = "SELECT FROM products WHERE id = %s FOR UPDATE"
        with app.sql.holding(lock, [url[-36:]]) as held:
            held.send_together(
                lambda u=url, h=header: app.patch(u, json={"name": "First"}, headers=h),
                lambda u=url, h=header: app.patch(u, json={"name": "Second"}, headers=h),
                lambda m=method, u=url, h=header, o=options: app.request(m, u, headers=h, **o),
            )
        replies = held.replies
        statuses = sorted(reply.status for reply in replies)
        # After a deletion there is nothing left whose state could be compared.
        others = (404, 412) if 204 in statuses else (412,)
        expect.that(
            statuses[0] in (200, 204) and all(status in others for status in statuses[1:]),
            "one that succeeds, and 412 for the others",
            expect.show(statuses),
            sent="\n".join(reply.sent for reply in replies),
            look="what can happen between the look and the change",
        )


@check(points=2, after=refuses_those_who_have_not, on=shop)
def sees_what_happens_meanwhile(app: App) -> None:
    """A change that is committed while the writer waits counts: the answer is 412."""
    for method, options in WAYS:
        url = new(app)
        header = {"If-Match": tag_of(app.get(url))}
        with app.sql.holding("UPDATE products SET price = 99 WHERE id = %s", [url[-36:]]) as held:
            held.send(lambda m=method, u=url, h=header, o=options:
                      app.request(m, u, headers=h, **o))  # fmt: skip
        (reply,) = held.replies
        refused(reply, look="which state is compared: the one before the wait, or after it")
        expect.equal(str(state(app, url)[0]["price"]), "99.00", "price", reply=reply)


@check(points=1, after=tells_the_tag, on=shop)
def leaves_nothing_locked(app: App) -> None:
    """After a 412, and after a 422 whose condition was met, no transaction is left open."""
    url = new(app)
    tag = tag_of(app.get(url))
    refused(app.patch(url, json={"name": "New"}, headers={"If-Match": '"a"'}))
    expect.problem(app.patch(url, json={"price": -1}, headers={"If-Match": tag}), 422, "price")
    expect.equal(app.sql.left_open, 0, "transactions that are open after the answer",
                 look="whose session is it, and who closes it?")  # fmt: skip
    expect.status(app.patch(url, json={"name": "New"}, headers={"If-Match": tag}), 200)
