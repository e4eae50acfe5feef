"""A tree of segments is walked down; what is refused is one pattern of the path as it was sent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from aiohttp import web


class BadTarget(ValueError):
    pass


@dataclass(frozen=True)
class Route:
    prefix: str
    service: str
    needs_caller: bool = True


ROUTE = web.RequestKey("route", Route)

ROUTES = tuple(
    Route(prefix, service, service != "products")
    for service, prefixes in {
        "users": ["/api/v1/users"],
        "orders": ["/api/v1/orders"],
        "products": [
            "/graphql",
            "/api/v2/products",
            *(f"/api/v1/{one}" for one in ("products", "categories", "reservations")),
        ],
    }.items()
    for prefix in prefixes
)

# Each may be quoted, and the per cent sign of the quote again.
_PERCENT = "%(?:25)*"
_DOT = rf"(?:\.|{_PERCENT}2e)"
_DOTS = rf"/{_DOT}{{1,2}}(?=/|;|{_PERCENT}3b|$)"
_ODD = rf"[^!-~]|[\\#]|{_PERCENT}(?:[01][0-9a-f]|2f|5c|7f)"
_BAD = re.compile(f"{_DOTS}|{_ODD}", re.I)


@dataclass
class Node:
    route: Route | None = None
    below: dict[str, Node] = field(default_factory=dict)


class RoutingTable:
    def __init__(self, routes: Iterable[Route]) -> None:
        self.root = Node()
        for route in routes:
            node = self.root
            for segment in route.prefix.split("/"):
                node = node.below.setdefault(segment, Node())
            node.route = route

    def find(self, target: str) -> Route | None:
        path, _, query = target.partition("?")
        if target[:1] != "/" or _BAD.search(path) or "#" in query:
            raise BadTarget
        node, found = self.root, None
        for segment in path.split("/"):
            if segment not in node.below:
                break
            node = node.below[segment]
            found = node.route or found
        return found
