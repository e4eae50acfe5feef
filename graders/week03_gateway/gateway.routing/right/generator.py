"""A table that can be read once; a tree of segments, and one expression for all that is odd."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from aiohttp import web


class BadTarget(Exception):
    """A target that could mean another path to the next server than to this one."""


@dataclass(frozen=True)
class Route:
    prefix: str
    service: str
    needs_caller: bool = True


ROUTE = web.RequestKey("route", Route)


def _routes() -> Iterator[Route]:
    yield Route("/graphql", "products", False)
    for what in ("products", "categories", "reservations"):
        yield Route(f"/api/v1/{what}", "products", False)
    yield Route("/api/v2/products", "products", False)
    for what in ("users", "orders"):
        yield Route(prefix=f"/api/v1/{what}", service=what)


ROUTES = _routes()

DOT = r"(?:\.|%(?:25)?2e)"
END = r"(?=\Z|/|;|%(?:25)?3b)"
BAD = re.compile(rf"#|\\|%(?:25)?(?:2f|5c|[01][0-9a-f]|7f)|(?:^|/){DOT}{{1,2}}{END}", re.IGNORECASE)


class RoutingTable:
    def __init__(self, routes: Iterable[Route]) -> None:
        self._tree: dict[Any, Any] = {}
        for route in routes:
            node = self._tree
            for segment in route.prefix.split("/"):
                node = node.setdefault(segment, {})
            node[None] = route

    def find(self, target: str) -> Route | None:
        if "#" in target:
            raise BadTarget
        if target[:1] != "/":
            return None
        path = target.partition("?")[0]
        if BAD.search(path):
            raise BadTarget
        node, found = self._tree, None
        for segment in path.split("/"):
            if segment not in node:
                break
            node = node[segment]
            found = node.get(None, found)
        return found
