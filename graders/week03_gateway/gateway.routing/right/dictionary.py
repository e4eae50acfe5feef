"""Prefixes in a dictionary: the path is made shorter, segment by segment, until one is known.

A path is unquoted until nothing changes any more, and then looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from aiohttp import web


class BadTarget(Exception):
    """Two servers may read this in two ways."""


class Route(NamedTuple):
    prefix: str
    service: str
    needs_caller: bool = True


ROUTE = web.RequestKey("route", Route)

_OPEN = ("v1/products", "v1/categories", "v1/reservations", "v2/products")
ROUTES = [
    *(Route(f"/api/{path}", "products", False) for path in _OPEN),
    Route("/graphql", "products", False),
    *(Route(f"/api/v1/{name}", name) for name in ("orders", "users")),
]

BAD = re.compile(rb"(^|/)\.{1,2}(;[^/]*)?(/|$)|[\x00-\x1f\x7f\\\\#]")


class RoutingTable:
    def __init__(self, routes: Iterable[Route]) -> None:
        self.by_prefix = {route.prefix: route for route in routes}

    def find(self, target: str) -> Route | None:
        if not target.startswith("/") or "#" in target:
            raise BadTarget("no path")
        path = target.split("?", 1)[0]
        slashes = path.count("/")
        sent = path.encode("utf-8", "surrogateescape")
        while True:
            if BAD.search(sent.replace(b"#", b"")) or sent.count(b"/") != slashes:
                raise BadTarget(path)
            plain = unquote_to_bytes(sent)
            if plain == sent:
                break
            sent = plain
        while path:
            if path in self.by_prefix:
                return self.by_prefix[path]
            path = path.rpartition("/")[0]
        return None
