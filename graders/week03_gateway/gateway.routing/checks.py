"""Paths on the wire: each reaches one service, or none at all."""

from __future__ import annotations

from itertools import product

from workbench.checking import Answer, Gateway, Reply, check, expect

USERS, ORDERS, PRODUCTS = "/api/v1/users", "/api/v1/orders", "/api/v1/products"

#: Each prefix, its service, and whether the gateway must know who asks.
TABLE = (
    (USERS, "users", True),
    (ORDERS, "orders", True),
    (PRODUCTS, "products", False),
    ("/api/v1/categories", "products", False),
    ("/api/v1/reservations", "products", False),
    ("/api/v2/products", "products", False),
    ("/graphql", "products", False),
)

CALLER = "5f9d6b0e-7a55-4a3f-9d62-0f6a8f0f7a11"

APP = "backend/gateway/app.py"


def services(app: Gateway) -> None:
    """Three services, each of which answers with its name."""
    for name in ("users", "orders", "products"):
        getattr(app, name).answer(Answer.json(name))


def ask(app: Gateway, target: str) -> Reply:
    """Ask as somebody whom the gateway knows."""
    return app.get(target, token=app.token(CALLER))


def asked(app: Gateway) -> list[tuple[str, str]]:
    """Which service was asked for which target, since the last time."""
    found = []
    for name in ("users", "orders", "products"):
        service = getattr(app, name)
        found += [(name, one.target) for one in service.asked]
        service.forget()
    return found


def reaches(app: Gateway, target: str, service: str, look: str = "") -> None:
    """This target reaches that service alone, letter for letter."""
    asked(app)
    reply = ask(app, target)
    expect.status(reply, 200, look)
    expect.equal(asked(app), [(service, target)], "the services that were asked, and for what",
                 reply=reply, look=look)  # fmt: skip


def reaches_nobody(app: Gateway, target: str, statuses: tuple[int, ...], look: str = "") -> None:
    """This target is refused with one of these statuses, and no service hears of it."""
    asked(app)
    reply = ask(app, target)
    expect.equal(asked(app), [], "the services that were asked", reply=reply, look=look)
    wanted = " or ".join(str(one) for one in statuses)
    expect.that(reply.status in statuses, f"status {wanted}", reply.shown, sent=reply.sent,
                look=look)  # fmt: skip


@check(points=2, on=services, runs="gateway")
def leads_to_every_service(app: Gateway) -> None:
    """Each of the seven prefixes leads to its service, by itself and with segments below it."""
    for prefix, service, _ in TABLE:
        for below in ("", "/", "/1", "/1/reviews/2"):
            reaches(app, f"{prefix}{below}", service, f"the route of {prefix}")


@check(points=1, on=services, runs="gateway")
def knows_who_must_be_known(app: Gateway) -> None:
    """Users and orders are for those whom the gateway knows; the catalog is open to anybody."""
    for prefix, service, needs_caller in TABLE:
        asked(app)
        reply = app.get(prefix, role=None)
        wanted = [] if needs_caller else [(service, prefix)]
        look = f"needs_caller of the route of {prefix}"
        expect.equal(asked(app), wanted, "who was asked for somebody without a token", reply=reply,
                     look=look)  # fmt: skip
        expect.status(reply, 401 if needs_caller else 200, look)


@check(points=2, on=services, runs="gateway")
def compares_whole_segments(app: Gateway) -> None:
    """A prefix ends where a segment ends: what only begins with the same letters is 404."""
    for target in (
        "/api/v1/usersx", "/api/v1/users-secret/1", "/api/v1/users.json", "/api/v1/user",
        "/api/v1/productsx?a=/", "/api/v1", "/graphqlx", "/x/graphql", "/api/v2/users", "/",
        "/api/v1/users;x", "/graphql;a=b/c",
    ):  # fmt: skip
        reaches_nobody(app, target, (404,), "where the prefix ends, and what stands there")


@check(points=2, runs="gateway")
def the_longest_prefix_decides(app: Gateway) -> None:
    """Of several prefixes that fit, the longest one decides, wherever it stands in the table."""
    services(app)
    # A table of ours, in which long and short ones stand before each other; it can be read once.
    made = (
        "route = type(next(iter(ROUTES)))\n"
        "    table = RoutingTable(iter([\n"
        '        route("/a/b", "orders", needs_caller=False),\n'
        '        route("/a", "users", needs_caller=False),\n'
        '        route("/a/b/c/d", "products", needs_caller=False),\n'
        '        route("/a/b/c", "users", needs_caller=False),\n'
        '        route("/longer-than-all-others", "orders", needs_caller=False),\n'
        "    ]))"
    )
    with app.altered(APP, [("table = RoutingTable(ROUTES)", made)]) as other:
        for target, service in (
            ("/a", "users"), ("/a/x", "users"), ("/a/bx", "users"), ("/a/b", "orders"),
            ("/a/b/", "orders"), ("/a/b/x/c/d", "orders"), ("/a/b/c", "users"),
            ("/a/b/c/dx", "users"), ("/a/b/c/d", "products"), ("/a/b/c/d/e?f", "products"),
            ("/longer-than-all-others/1", "orders"),
        ):  # fmt: skip
            asked(app)
            reply = other.get(target, role=None)
            look = "a table of /a/b, /a, /a/b/c/d, /a/b/c and another one, in this order"
            expect.status(reply, 200, look)
            expect.equal(asked(app), [(service, target)], "who was asked", reply=reply, look=look)
        expect.status(other.get(PRODUCTS, role=None), 404, "the table that RoutingTable was given")


@check(points=1, on=services, runs="gateway")
def leaves_the_query_alone(app: Gateway) -> None:
    """Whatever stands behind the first `?` is no part of the path: it decides nothing."""
    for query in ("a=1", "next=/api/v1/orders/../users", "q=%2e%2e%2F%00", "a?b=/../c", "/.."):
        reaches(app, f"{USERS}?{query}", "users", "where the path ends")
        reaches(app, f"{PRODUCTS}/1?{query}", "products", "where the path ends")
    reaches_nobody(app, f"/?{USERS}", (404,), "where the path ends")


@check(points=1, on=services, runs="gateway")
def compares_what_was_sent(app: Gateway) -> None:
    """Prefixes are compared with the path as it was sent: capitals and quoted letters are other
    ones."""
    for target in ("/API/v1/users", "/api/v1/Users/1", "/api/v1/%75sers", "/graphq%6c",
                   "/api/v1/orders%3F", "/api/v1/orders%3Fa=b"):  # fmt: skip
        reaches_nobody(app, target, (404,), "what a prefix is compared with")


@check(points=2, on=services, runs="gateway")
def refuses_dot_segments(app: Gateway) -> None:
    """A path with a segment `.` or `..` is 400 and reaches nobody, be its dots quoted or not."""
    for segment in ("..", ".", "%2e%2e", ".%2E", "%2e", "%2E."):
        for below in (segment, f"{segment}/orders", f"1/{segment}?a=b", f"{segment}/{segment}/x"):
            look = "the segments, as the next server reads them"
            reaches_nobody(app, f"{USERS}/{below}", (400,), look)
    for before in ("a%3F", "%3fa=b", "a%23"):
        look = "where the path ends: before the `?` that was sent, not before a quoted one"
        reaches_nobody(app, f"{PRODUCTS}/{before}/../../users/7", (400,), look)


@check(points=2, on=services, runs="gateway")
def refuses_quoted_separators(app: Gateway) -> None:
    """A slash that is quoted, a backslash, a quoted control character and a fragment are 400."""
    for odd in ("a%2Fb", "a%2fb", "%2f", "..%2forders", "a%5Cb", "a%5c", "a\\b", "a%00", "a%1f",
                "%7F", "a%7fb", "a%09b", "%0d%0aHost:x", "a#b", "#", "1#/2"):  # fmt: skip
        look = "characters that end or begin something elsewhere"
        reaches_nobody(app, f"{USERS}/{odd}", (400,), look)
    reaches_nobody(app, f"{PRODUCTS}/a%2fb/reviews?c", (400,), "every segment of the path")


@check(points=2, on=services, runs="gateway")
def lets_ordinary_paths_pass(app: Gateway) -> None:
    """Names that hold dots, quoted characters or signs pass, and stay as they are."""
    for name in (
        CALLER, "v1.2", "...", ".hidden", "a..b", "a..", "..a", "...%2E", "a%20b", "100%25", "%25",
        "%C3%A9t%C3%A9", "%E2%82%AC", "a%3Fb", "a%23b", "a%2520b", "a=b&c", "(a)", "a:b@c", "a+b,c",
        "!$'*~_-", "%22", "a%3Bb", "a;v=1", "10%C2%A0W", "%F0%9F%91%A9%E2%80%8D%F0%9F%94%AC",
    ):  # fmt: skip
        reaches(app, f"{PRODUCTS}/{name}/reviews?{name}", "products", "what of a path is no danger")


@check(points=2, after=refuses_dot_segments, on=services, runs="gateway", hidden=True)
def sees_through_quotes(app: Gateway) -> None:
    """What is quoted twice, or stands before a `;`, is refused as well."""
    dots = (".", "%2e", "%252E")
    for first, second in product(dots, dots):
        reaches_nobody(app, f"{USERS}/{first}{second}/orders", (400,), "what is quoted twice")
    for odd in ("%252e", "a%252fb", "%252F", "a%255cb", "a%2500", "a%250D", "%257f", "..;",
                "..;a=b", ".;", "%2e%2e;x", "..%3B", "..%3bx", "%252e.%253B"):  # fmt: skip
        look = "what is quoted twice, and what stands before a `;`"
        reaches_nobody(app, f"{ORDERS}/{odd}/users", (400,), look)


@check(points=1, on=services, runs="gateway", hidden=True)
def takes_paths_only(app: Gateway) -> None:
    """A target that does not begin with a slash names another server: no service is asked."""
    for target in ("http://elsewhere.example/api/v1/products", "http:/graphql",
                   f"https://127.0.0.1{USERS}/1", f"HTTP://x@y{PRODUCTS}"):  # fmt: skip
        reaches_nobody(app, target, (400, 404), "a whole URL in the place of a path")
