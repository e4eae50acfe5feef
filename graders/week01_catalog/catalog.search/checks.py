"""The search is asked for words whose products are known, and its statement for its plan.

Most words here are their own stems, so that only the checks about language depend on one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from workbench.checking import App, Refused, Reply, check, expect

PRODUCTS = "/api/v1/products"
SEARCH = f"{PRODUCTS}/search"

CATEGORY = str(UUID(int=1))

SHOP = {
    "Desk lamp": "Bends both ways",
    "Lamp": "For the desk of a child",
    "Floor lamp": "Tall and green",
    "Green bowl": "Thin porcelain",
    "Oak desk": "Room for a bowl, a mug and a book",
    "Mug": "Green, with a handle",
}

#: Two products each: the words in the name of one stand in the description of the other. The first
#: has much more to say, and none of it is searched for.
TWINS = (
    ("Copper kettle", "Silver thimble. " + " ".join(f"filler{n:03}" for n in range(300))),
    ("Silver thimble", "Copper kettle"),
)

#: Products of the warehouse, which share their texts.
BOXES = 2000

MOST_STATEMENTS = 2

#: A server whose own language is none: "lamps" is "lamps" there.
SPEECHLESS = {"PGOPTIONS": "-c default_text_search_config=pg_catalog.simple"}


def add(app: App, name: str, description: str = "", *, is_active: bool = True,
        key: str | None = None) -> str:  # fmt: skip
    """Store a product, past the API; its id."""
    row = app.sql(
        "INSERT INTO products (id, name, description, price, category_id, is_active)"
        " VALUES (coalesce(%s::uuid, gen_random_uuid()), %s, %s, 1, %s, %s) RETURNING id",
        [key, name, description, CATEGORY, is_active],
    )
    return str(row[0]["id"])


def shop(app: App) -> None:
    """The products of SHOP and nothing else that has their words."""
    app.sql("INSERT INTO categories (id, name) VALUES (%s, 'Everything')", [CATEGORY])
    for name, description in SHOP.items():
        add(app, name, description)


def warehouse(app: App) -> None:
    """BOXES equal products, and one with the word `crate` in its name, whose id is the last."""
    app.sql("INSERT INTO categories (id, name) VALUES (%s, 'Everything')", [CATEGORY])
    app.sql(
        "INSERT INTO products (id, name, description, price, category_id)"
        " SELECT md5('box ' || n)::uuid, 'Box', CASE WHEN n <= 80 THEN 'Crate' ELSE 'Card' END,"
        " 1, %s FROM generate_series(1, %s) AS n",
        [CATEGORY, BOXES],
    )
    add(app, "Crate", "Box", key="ffffffff-ffff-4fff-bfff-ffffffffffff")
    app.sql("ANALYZE products")


def crates() -> list[str]:
    """The ids of the boxes that are described as crates, in ascending order."""
    digests = (hashlib.md5(f"box {n}".encode(), usedforsecurity=False) for n in range(1, 81))
    return sorted(str(UUID(digest.hexdigest())) for digest in digests)


def search(app: App, q: str, **query: Any) -> Reply:
    reply = app.get(SEARCH, params={"q": q, **query})
    expect.status(reply, 200)
    return reply


def shown(reply: Reply, field: str) -> list[Any]:
    return [reply["products", at, field] for at in range(len(reply.objects("products")))]


def finds(app: App, q: str, *names: str, look: str = "") -> None:
    """The search finds just these products, in any order."""
    reply = search(app, q)
    expect.equal(sorted(shown(reply, "name"), key=str), sorted(names), "the names, in any order",
                 reply=reply, look=look)  # fmt: skip


@check(points=1, on=shop)
def finds_a_word(app: App) -> None:
    """A word is found in the name and in the description, in capitals or not; a part is not."""
    for q in ("lamp", "LAMP", " lamp "):
        finds(app, q, "Desk lamp", "Lamp", "Floor lamp")
    finds(app, "green", "Floor lamp", "Green bowl", "Mug", look="name and description")
    for q in ("lam", "esk", "violin"):
        finds(app, q, look="a search for words is no search for letters")


@check(points=1, after=finds_a_word, on=shop)
def shows_products(app: App) -> None:
    """The answer has one member, `products`, which shows each product as its own address does."""
    reply = search(app, "tall")
    expect.equal(sorted(reply.json), ["products"], "the members of the answer", reply=reply)
    expect.equal(shown(reply, "name"), ["Floor lamp"], "the names", reply=reply)
    wanted = app.get(f"{PRODUCTS}/{reply['products', 0, 'id']}")
    expect.status(wanted, 200)
    expect.equal(reply["products", 0], wanted.json, "the product", reply=reply)


@check(points=1, after=finds_a_word, on=shop)
def wants_every_word(app: App) -> None:
    """A product must have every word of the query: in its name, its description, or one in each."""
    look = "a product whose name has one of the words and whose description has the other"
    for q in ("desk lamp", "lamp desk"):
        finds(app, q, "Desk lamp", "Lamp", look=look)
    finds(app, "green lamp", "Floor lamp", look=look)
    finds(app, "bowl mug book", "Oak desk")
    finds(app, "green violin")


@check(points=1, after=finds_a_word, on=shop)
def understands_quotes_or_and_minus(app: App) -> None:
    """`"desk lamp"` is a phrase, `or` means either, and `-desk` excludes."""
    look = "the functions that make a tsquery of a text"
    finds(app, '"desk lamp"', "Desk lamp", look=look)
    finds(app, "oak or tall", "Oak desk", "Floor lamp", look=look)
    finds(app, "lamp -desk", "Floor lamp", look=look)


@check(points=2, after=finds_a_word, on=shop, settings=SPEECHLESS)
def knows_english(app: App) -> None:
    """Words are found in other forms, and stop words do not count: whatever the server's default
    language is."""
    look = "the language, wherever a text becomes words: of a product, and of a query"
    finds(app, "lamps", "Desk lamp", "Lamp", "Floor lamp", look=look)
    finds(app, "bending", "Desk lamp", look=look)
    finds(app, "handles", "Mug", look=look)
    finds(app, "the lamps for a desk", "Desk lamp", "Lamp", look=look)
    add(app, "Pencils", "Two erasers")
    for q in ("pencil", "erasers", "eraser"):
        finds(app, q, "Pencils", look=look)


@check(points=2, after=finds_a_word, on=shop)
def takes_whatever_people_type(app: App) -> None:
    """No text is a syntax error: quotes, operators, brackets and other alphabets are answered."""
    for q in (
        '"', '"desk', "'", "''", "-", "--", "or", "or or", "-or", ":*", "lamp:*", "!", "&", "|",
        "lamp &", "(", ")", "((", "<->", "\\", "%", "%s", "%(q)s", ":q", "_", ";", "$1", "*",
        "\u00e9t\u00e9", "\u706f", "\u0644\u0645\u0628\u0629", "\U0001f4a1", "e\u0301", "\t-\n'",
        "'" * 100, "(" * 100, "-" * 100, "-" * 33 + "lamp", "- " * 45 + "lamp", "-!" * 50,
        "x" * 100,
    ):  # fmt: skip
        reply = app.get(SEARCH, params={"q": q})
        expect.status(reply, 200, look="whether PostgreSQL can read what was typed")


@check(points=1, after=finds_a_word, on=shop)
def finds_nothing_without_a_word(app: App) -> None:
    """A query that holds no word, or stop words only, finds nothing."""
    for q in ("the", "of a the", "!?", '""', "or"):
        finds(app, q, look="an empty tsquery, and what you do with it")


@check(points=1, after=finds_a_word, on=shop)
def hides_deleted_products(app: App) -> None:
    """A product whose `is_active` is false is not found."""
    add(app, "Harp", is_active=False)
    kept = add(app, "Harp", "For sale")
    reply = search(app, "harp")
    expect.equal(shown(reply, "id"), [kept], "the ids", reply=reply)


@check(points=1, after=finds_a_word, on=shop)
def follows_changes(app: App) -> None:
    """What the API stores is found at once, and by what it is called now."""
    body = {"name": "Zebra rug", "price": "9.00", "category_id": CATEGORY}
    made = app.post(PRODUCTS, json=body)
    expect.status(made, 201)
    finds(app, "zebra", "Zebra rug")
    expect.status(app.patch(f"{PRODUCTS}/{made['id']}", json={"name": "Tiger rug"}), 200)
    finds(app, "zebra")
    finds(app, "tiger", "Tiger rug")


@check(points=2, after=finds_a_word, on=shop)
def ranks_names_first(app: App) -> None:
    """Of two products with a word, the one with the word in its name comes first."""
    for first, second in (TWINS, TWINS[::-1]):
        add(app, *first)
        add(app, *second)
    for q, first in (("kettle", 0), ("copper", 0), ("thimble", 1), ("silver", 1)):
        reply = search(app, q)
        wanted = [TWINS[first][0]] * 2 + [TWINS[1 - first][0]] * 2
        expect.equal(shown(reply, "name"), wanted, "the names in their order", reply=reply,
                     look="where a word stood, and what that counts for the rank")  # fmt: skip


@check(points=1, after=finds_a_word, on=warehouse)
def breaks_ties_by_id(app: App) -> None:
    """Products with the same texts come in ascending order of id."""
    for limit in (50, 5):
        reply = search(app, "card box", limit=limit)
        rows = app.sql("SELECT id FROM products WHERE description = 'Card' ORDER BY id LIMIT %s",
                       [limit])  # fmt: skip
        wanted = [str(row["id"]) for row in rows]
        expect.equal(shown(reply, "id"), wanted, "the ids", reply=reply,
                     look="what decides between two rows of the same rank")  # fmt: skip


@check(points=1, after=finds_a_word, on=warehouse)
def cuts_after_ranking(app: App) -> None:
    """`limit` keeps the best of all that were found; without it they are 20."""
    wanted = ["ffffffff-ffff-4fff-bfff-ffffffffffff", *crates()]
    for query, number in (({}, 20), ({"limit": 1}, 1), ({"limit": 50}, 50)):
        reply = search(app, "crate", **query)
        expect.equal(shown(reply, "id"), wanted[:number], "the ids", reply=reply,
                     look="which comes first, the order or the limit")  # fmt: skip


@check(points=2, after=finds_a_word, on=shop)
def refuses_what_breaks_a_rule(app: App) -> None:
    """A query string that breaks a rule is 422 and names the parameter."""
    for field, query in (
        ("q", {}), ("q", {"q": ""}), ("q", {"q": " \t "}), ("q", {"q": "x" * 101}),
        ("q", {"q": "a\0b"}), ("limit", {"q": "lamp", "limit": "0"}),
        ("limit", {"q": "lamp", "limit": "51"}), ("limit", {"q": "lamp", "limit": "-1"}),
        ("limit", {"q": "lamp", "limit": "many"}), ("page", {"q": "lamp", "page": "1"}),
    ):  # fmt: skip
        reply = app.get(SEARCH, params=query)
        expect.problem(reply, 422, field, look="the schema of the query string")
    for query in ({"q": f" {'x' * 100}\n"}, {"q": "lamp", "limit": "50"}):
        expect.status(app.get(SEARCH, params=query), 200, look="which values are just allowed")


@check(points=3, after=finds_a_word, on=warehouse)
def uses_an_index(app: App) -> None:
    """PostgreSQL finds the products with a GIN index, as EXPLAIN shows."""
    add(app, "Violin", "One of many")
    reply = search(app, "violin")
    gin = {
        row["name"]
        for row in app.sql(
            "SELECT c.relname AS name FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid"
            " JOIN pg_am AS a ON a.oid = c.relam WHERE a.amname = 'gin' AND i.indisvalid"
        )
    }
    expect.that(
        bool(gin),
        "a GIN index in the database",
        "there is none",
        look="an Index of SQLAlchemy must know its table before the tables are made",
    )
    plans = [plan for one in reply.statements for plan in explained(app, one.text)]
    used = {node.get("Index Name") for plan in plans for node in nodes(plan)}
    ran = "\n".join(one.text for one in reply.statements)
    expect.that(
        bool(gin & used),
        f"a plan that uses {' or '.join(sorted(gin))}",
        "\n".join(sketch(plan) for plan in plans) or "no plan",
        sent=f"EXPLAIN of\n{ran}",
        look="an index on an expression serves only the same expression, and the same condition",
    )


@check(points=1, after=finds_a_word, on=warehouse)
def leaves_the_work_to_the_database(app: App) -> None:
    """A search takes at most 2 SQL statements, which return no more rows than it shows."""
    for limit in (2, 50):
        reply = search(app, "crate", limit=limit)
        ran = "\n".join(expect.show(one.text) for one in reply.statements[:6])
        expect.that(1 <= len(reply.statements) <= MOST_STATEMENTS,
                    f"1 to {MOST_STATEMENTS} statements", f"{len(reply.statements)}:\n{ran}",
                    sent=reply.sent, look="a query in a loop")  # fmt: skip
        rows = sum(one.rows for one in reply.statements)
        expect.that(rows <= MOST_STATEMENTS * limit, f"rows for {limit} products",
                    f"{rows} rows\n{ran}", sent=reply.sent,
                    look="rank and cut in SQL, not in Python")  # fmt: skip


@check(points=2, after=finds_a_word, on=shop)
def takes_long_descriptions(app: App) -> None:
    """A product can have a description of 800 000 Latin or 400 000 Chinese characters, and its
    beginning is searched."""
    # No word comes twice. A Chinese character takes three bytes.
    for name, words in (
        ("Novel", [f"w{n:06}" for n in range(100_000)]),
        ("Saga", [chinese(n) for n in range(100_000)]),
    ):
        body = {"name": name, "description": " ".join(words), "price": "9.00",
                "category_id": CATEGORY}  # fmt: skip
        reply = app.post(PRODUCTS, json=body)
        expect.status(reply, 201, look="what your index makes of such a description, and its limit")
        for q in (name, words[0], words[1200]):
            finds(app, q, name, look="how much of a description is searched")


def chinese(number: int) -> str:
    """A word of three characters, another one for each number below 100 000."""
    first, rest = divmod(number, 100 * 100)
    return "".join(chr(0x4E00 + 100 * place + digit)
                   for place, digit in enumerate((first, *divmod(rest, 100))))  # fmt: skip


def explained(app: App, text: str) -> list[dict[str, Any]]:
    """The plans of a statement; none when there is no such thing, as for a table that is there
    already and is not made again."""
    # In one breath, as every statement begins with settings of its own. And without reading the
    # table as a whole: it is so small that this would be quicker.
    try:
        (row,) = app.sql.attempt(f"SET enable_seqscan = off; EXPLAIN (FORMAT JSON) {text}")
    except (Refused, ValueError):
        return []
    return [one["Plan"] for one in row["QUERY PLAN"] if isinstance(one, dict) and "Plan" in one]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan's nodes, the outermost first."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def sketch(plan: dict[str, Any]) -> str:
    """A plan in one line."""
    names = (f"{node['Node Type']} {node.get('Index Name', '')}".strip() for node in nodes(plan))
    return " <- ".join(names)
