"""Documents just within the limits, and just beyond them."""

from __future__ import annotations

from typing import Any

from workbench.checking import App, GraphReply, check, expect

DEPTH, COST, ALIASES = 5, 101, 3
LIMITED = {
    "GRAPHQL_MAX_DEPTH": str(DEPTH),
    "GRAPHQL_MAX_COST": str(COST),
    "GRAPHQL_MAX_ALIASES": str(ALIASES),
}
OPEN = LIMITED | {"GRAPHQL_INTROSPECTION": "1"}

Variables = dict[str, Any] | None


def shop(app: App) -> None:
    """Two categories, three products."""
    for name in ("Lamps", "Chairs"):
        app.sql("INSERT INTO categories (name) VALUES (%s)", [name])
    for name in ("Desk lamp", "Torch", "Lantern"):
        app.sql(
            "INSERT INTO products (name, price, category_id)"
            " SELECT %s, 10, id FROM categories WHERE name = 'Lamps'",
            [name],
        )


def allowed(reply: GraphReply, look: str) -> None:
    """The operation was executed."""
    expect.that(reply.status == 200 and reply.has_data, "an operation that is executed",
                reply.shown, sent=reply.sent, look=look)  # fmt: skip


def refused(reply: GraphReply, code: str, look: str) -> None:
    """The operation was refused for this reason only, before anything was asked."""
    expect.status(reply, 400, look)
    expect.graphql_not_executed(reply, code, look)
    expect.equal([one.text for one in reply.statements], [], "SQL of what is refused", reply=reply)


def costs(
    app: App,
    body: str,
    cost: int,
    look: str,
    variables: Variables = None,
    head: str = "",
    tail: str = "",
) -> None:
    """The fields in `body` cost so much: beside what is left of the limit they are allowed, and
    with one more they are not."""
    for more, wanted in ((0, None), (1, "QUERY_TOO_COSTLY")):
        # A list of n names costs 1 + n.
        padding = f"pad: categories(limit: {COST - cost - 1 + more}) {{ name }}"
        reply = app.graphql(f"{head} {{ {body} {padding} }} {tail}", variables)
        told = f"{look} (without `pad` it costs {cost})"
        if wanted:
            refused(reply, wanted, told)
        else:
            allowed(reply, told)


@check(points=2, on=shop, settings=LIMITED)
def counts_depth(app: App) -> None:
    """Five levels of fields are allowed where 5 are, and six are too deep; what is not a field is
    no level."""
    look = f"{DEPTH} levels of fields are allowed"
    five = "{ products(limit: 1) { category { products(first: 1) { category { name } } } } }"
    six = five.replace("name", "products(first: 1) { name }")
    allowed(app.graphql(five), look)
    refused(app.graphql(six), "QUERY_TOO_DEEP", look)
    nested = five.replace(
        "{ name }", "{ ... { ... on Category { ... @include(if: true) { name } } } }"
    )
    allowed(app.graphql(nested), "a fragment is not a field")


@check(points=1, after=counts_depth, on=shop, settings=LIMITED)
def counts_depth_through_fragments(app: App) -> None:
    """Fields in fragments are as deep as the place where the fragment is spread."""
    query = "{ products(limit: 1) { ...P } }"
    look = "where the fragment is spread"
    for inner, deep in (("name", False), ("products(first: 1) { name }", True)):
        tail = (
            "fragment P on Product { category { products(first: 1) { ...Q } } }"
            f" fragment Q on Product {{ category {{ {inner} }} }}"
        )
        for document in (f"{query} {tail}", f"{tail} {query}"):
            reply = app.graphql(document)
            if deep:
                refused(reply, "QUERY_TOO_DEEP", look)
            else:
                allowed(reply, look)


@check(points=3, on=shop, settings=LIMITED)
def counts_cost(app: App) -> None:
    """Each field costs 1, and what is below a list costs as often as the list may be long."""
    look = "which fields an answer can hold"
    costs(app, "__typename", 1, look)
    costs(app, "products(limit: 3) { name }", 4, look)
    costs(app, "products(limit: 3) { name price }", 7, look)
    costs(app, "products(limit: 3) { category { name } }", 7, look)
    costs(app, 'product(id: "x") { name category { name } }', 4, look)
    refused(app.graphql("{ products(limit: 100) { name price } }"), "QUERY_TOO_COSTLY", look)


@check(points=2, after=counts_cost, on=shop, settings=LIMITED)
def multiplies_what_is_nested(app: App) -> None:
    """A list in a list is multiplied, and what takes no size is there once."""
    look = "how long the answer can become"
    costs(app, "categories(limit: 3) { products(first: 4) { name } }", 1 + 3 * (1 + 4), look)
    costs(app, "products(limit: 2) { category { products(first: 5) { name price } } }",
          1 + 2 * (1 + 1 + 5 * 2), look)  # fmt: skip
    costs(app, "productsConnection(first: 5) { edges { node { name } } }", 1 + 5 * 3,
          "`edges` has no size of its own: its connection has")  # fmt: skip
    costs(app, "productsConnection(last: 4) { edges { cursor } pageInfo { hasNextPage } }",
          1 + 4 * 4, look)  # fmt: skip
    costs(app, "productsConnection(first: 2, last: 7) { edges { cursor } }", 1 + 7 * 2,
          "which of two sizes counts")  # fmt: skip


@check(points=2, after=counts_cost, on=shop, settings=LIMITED)
def knows_the_defaults(app: App) -> None:
    """A list without a size is as long as the schema's default says, or 20; null is no size."""
    look = "how long a list is whose size is not given"
    costs(app, "products { name }", 21, look)
    costs(app, "categories(limit: 2) { products { name } }", 1 + 2 * 21, look)
    costs(app, "productsConnection { edges { cursor } }", 1 + 20 * 2, look)
    costs(app, "productsConnection(first: null) { edges { cursor } }", 1 + 20 * 2, "null")
    costs(app, "productsConnection(first: 3, last: null) { edges { cursor } }", 1 + 3 * 2, "null")


@check(points=3, after=counts_cost, on=shop, settings=LIMITED)
def takes_sizes_from_variables(app: App) -> None:
    """A size may be a variable: its value counts, else its default, else the argument's own."""
    body, look = "products(limit: $n) { name }", "where the size of the list stands"
    costs(app, body, 51, look, {"n": 50}, "query($n: Int!)")
    costs(app, body, 41, look, None, "query($n: Int! = 40)")
    costs(app, body, 6, look, {"n": 5}, "query($n: Int! = 40)")
    costs(app, body, 21, "a variable that is not given", None, "query($n: Int)")
    connection = "productsConnection(first: $n) { edges { cursor } }"
    costs(app, connection, 41, "null", {"n": None}, "query($n: Int)")
    costs(app, connection, 41, "null", {"n": None}, "query($n: Int = 30)")
    refused(app.graphql(f"query($n: Int!) {{ {body.replace('name', 'name price')} }}",
                        {"n": 100.0}), "QUERY_TOO_COSTLY", "100.0 is an Int as well")  # fmt: skip


@check(points=1, after=takes_sizes_from_variables, on=shop, settings=LIMITED)
def leaves_bad_variables_to_others(app: App) -> None:
    """Variables of another kind are refused as ever: BAD_USER_INPUT."""
    query = "query($n: Int!) { products(limit: $n) { name } }"
    for value in ("x", "9", [5], {"a": 1}, True, None):
        reply = app.graphql(query, {"n": value})
        refused(reply, "BAD_USER_INPUT", "what your rule does with a size that is no number")


@check(points=2, after=counts_cost, on=shop, settings=LIMITED, hidden=True)
def no_size_makes_others_cheaper(app: App) -> None:
    """A size of 0 or less is a list of nothing: it takes nothing away from what the rest costs."""
    for size in (0, -5):
        costs(app, f"products(limit: {size}) {{ name }}", 1, "what is below an empty list")
    dear = "products(limit: 60) { name price }"
    for cheap in ("categories(limit: -100) { name }", "categories(limit: $n) { name }",
                  "productsConnection(first: -90) { edges { cursor } }"):  # fmt: skip
        head, variables = ("query($n: Int!)", {"n": -100}) if "$n" in cheap else ("", None)
        reply = app.graphql(f"{head} {{ {cheap} {dear} }}", variables)
        refused(reply, "QUERY_TOO_COSTLY", "what your sum can be made of")


@check(points=2, after=counts_cost, on=shop, settings=LIMITED)
def counts_every_selection(app: App) -> None:
    """What is selected counts as often as it stands there, through fragments and in them, whatever
    a directive says."""
    look = "what counts"
    costs(app, "products(limit: 2) { name name }", 5, look)
    costs(app, "products(limit: 2) { name @skip(if: true) price }", 5, look)
    costs(app, "products(limit: 3) { ... { name } ... on Product { price } ... on Node { id } }",
          10, look)  # fmt: skip
    tail = "fragment P on Product { name category { products(first: 4) { name } } }"
    costs(app, "products(limit: 2) { ...P }", 1 + 2 * (2 + 1 + 4), look, tail=tail)
    costs(app, "products(limit: 2) { ...P ...P price }", 1 + 2 * 15, look, tail=tail)
    tail = "fragment L on Query { __typename productsConnection(first: 4) { edges { cursor } } }"
    costs(app, "...L products(limit: 2) { name }", 10 + 3, look, tail=tail)
    look = "on which type the fields in a fragment stand"
    costs(app, "... @include(if: true) { products(limit: 3) { name price } }", 7, look)
    costs(app, 'node(id: "x") { ... on Category { products(first: 9) { name } } }', 11, look)
    tail = "fragment C on Category { products(first: 9) { name } }"
    costs(app, 'node(id: "x") { ...C }', 11, look, tail=tail)


@check(points=2, on=shop, settings=LIMITED)
def counts_aliases(app: App) -> None:
    """Three aliases are allowed where 3 are, and four are too many, wherever they stand and however
    often they are spread."""
    look = f"{ALIASES} aliases are allowed"
    documents = (
        ("{ a: __typename b: __typename c: __typename __typename }", "{ d: __typename "),
        ("{ products(limit: 1) { a: name b: name } c: __typename }", "{ d: __typename "),
        ("{ __typename ... { a: __typename } ...F } fragment F on Query { b: __typename "
         "c: __typename }", "{ d: __typename "),
        ("{ ...F ...F c: __typename } fragment F on Query { a: __typename }", "{ ...F "),
    )  # fmt: skip
    for document, opening in documents:
        allowed(app.graphql(document), look)
        refused(app.graphql(document.replace("{ ", opening, 1)), "TOO_MANY_ALIASES", look)


@check(points=1, on=shop, settings=LIMITED)
def judges_every_operation(app: App) -> None:
    """Each operation of a document is counted for itself, mutations and subscriptions too;
    whichever is run, one that is too large refuses the document."""
    small = "query Small { products(limit: 60) { name } }"
    other = small.replace("Small", "Other")
    look = "which operations of the document are looked at"
    allowed(app.graphql(f"{small} {other}", operation_name="Small"), "each for itself")
    large = "query Large { products(limit: 60) { name price } }"
    for document in (f"{small} {large}", f"{large} {small}"):
        refused(app.graphql(document, operation_name="Small"), "QUERY_TOO_COSTLY", look)
    change = (
        'mutation { updateProduct(id: "x", input: {}) {'
        " product { category { products(first: 98) { name } } } errors { code } } }"
    )
    refused(app.graphql(change), "QUERY_TOO_COSTLY", "operations that are not queries")
    told = 'subscription { stockChanged(id: "x") { category { products(first: 99) { name } } } }'
    refused(app.graphql(told), "QUERY_TOO_COSTLY", "operations that are not queries")
    rows = "fragment F on Query { products(limit: $n) { name name name name name name } }"
    heads = "query Small($n: Int! = 2) { ...F } query Large($n: Int! = 90) { ...F }"
    refused(app.graphql(f"{heads} {rows}", operation_name="Small"), "QUERY_TOO_COSTLY",
            "whose variables stand in a fragment that two operations spread")  # fmt: skip


@check(points=1, on=shop, settings=LIMITED)
def tells_everything_at_once(app: App) -> None:
    """An operation that breaks several limits is told all of them."""
    query = """{ a: categories(limit: 1) { b: name c: id } d: products(limit: 50) {
        category { products(first: 50) { category { products(first: 50) { name } } } } } }"""
    reply = app.graphql(query)
    expect.status(reply, 400)
    expect.that(not reply.has_data, "no data", reply.shown, sent=reply.sent)
    wanted = ["QUERY_TOO_COSTLY", "QUERY_TOO_DEEP", "TOO_MANY_ALIASES"]
    expect.equal(sorted(map(str, reply.codes)), wanted, "the codes of the errors", reply=reply)


@check(points=2, on=shop, settings=LIMITED)
def hides_the_schema(app: App) -> None:
    """`__schema` and `__type` are refused, once, also in fragments; `__typename` is not."""
    look = "what tells the schema"
    for query in (
        "{ __schema { queryType { name } } }",
        '{ __type(name: "Product") { name } }',
        "{ products(limit: 1) { name } ...F } fragment F on Query { ... { s: __schema"
        " { queryType { name } } } }",
    ):
        refused(app.graphql(query), "INTROSPECTION_DISABLED", look)
    reply = app.graphql('{ __schema { queryType { name } } __type(name: "Product") { name } }')
    refused(reply, "INTROSPECTION_DISABLED", look)
    expect.equal(list(reply.codes), ["INTROSPECTION_DISABLED"], "the codes of the errors",
                 reply=reply)  # fmt: skip
    allowed(app.graphql("{ __typename products(limit: 2) { __typename name } }"), look)


@check(points=1, on=shop, settings=OPEN)
def shows_the_schema_by_setting(app: App) -> None:
    """With the setting, the schema may be asked for as tools do: it costs 1 and is one level."""
    tool = """{ __schema { types { name fields { name args { name type { kind ofType { kind ofType
        { kind ofType { name } } } } } type { name ofType { name ofType { name } } } } } } }"""
    for query in (tool, '{ __type(name: "Product") { fields { type { name } } } }'):
        allowed(app.graphql(query), "how much of the schema there is")
    costs(app, "__schema { types { name kind description } }", 1, "what the schema costs")
    aliased = '{ a: __schema { types { name } } b: __type(name: "Node") { name } c: __typename'
    allowed(app.graphql(f"{aliased} }}"), f"{ALIASES} aliases are allowed")
    refused(app.graphql(f"{aliased} d: __typename }}"), "TOO_MANY_ALIASES", "what has an alias")


@check(points=2, on=shop, settings=LIMITED)
def takes_any_document(app: App) -> None:
    """Documents that are wrong otherwise are refused as ever: GRAPHQL_VALIDATION_FAILED."""
    for query in (
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { categories { id } ...B } fragment B on Query { ...A }",
        "{ ...Nobody }",
        "{ nothing { at { all } } }",
        "{ ... on Nothing { name } }",
        "{ ...A } fragment A on Nothing { name }",
        "{ products(limit: 1) { name { first { name } } } }",
        '{ products(limit: "x") { name } }',
        "{ products(limit: $n) { name } }",
        "{ products(limit: [1]) { name } }",
        "query($n: Nothing = {a: 1}) { products(limit: $n) { name } }",
    ):
        reply = app.graphql(query)
        refused(reply, "GRAPHQL_VALIDATION_FAILED", "what your rule relies on")


@check(points=2, after=counts_every_selection, settings=LIMITED)
def counts_doubled_fragments_fast(app: App) -> None:
    """Sixty fragments that each spread the next one twice are counted, and refused, at once."""
    chain = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))
    reply = app.graphql(f"{{ ...F0 }} {chain} fragment F60 on Query {{ __typename }}")
    refused(reply, "QUERY_TOO_COSTLY", "how often your rule walks through a fragment")
