"""Routing: which service a path belongs to, and which paths belong to nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from aiohttp import web

# What may stand in a target (RFC 3986): no space, no control character, nothing beyond ASCII, and
# no fragment, which is never sent.
_TARGET = re.compile(r"/[!-~]*")
_SUSPICIOUS = re.compile(r"[/\\\x00-\x1f\x7f]")


class BadTarget(Exception):
    """A target that could mean another path to the next server than to this one."""


@dataclass(frozen=True)
class Route:
    """Paths that begin with the segments of `prefix` go to a service.

    needs_caller: whether the gateway lets in only those whom it knows; the others may be anybody to
    it, and the service decides.
    """

    prefix: str
    service: str
    needs_caller: bool = True


#: Where a request goes.
ROUTE = web.RequestKey("route", Route)

#: Where everything goes. The longest prefix that fits decides.
ROUTES = (
    Route("/api/v1/users", "users"),
    Route("/api/v1/orders", "orders"),
    Route("/api/v1/products", "products", needs_caller=False),
    Route("/api/v1/categories", "products", needs_caller=False),
    Route("/api/v1/reservations", "products", needs_caller=False),
    Route("/api/v2/products", "products", needs_caller=False),
    Route("/graphql", "products", needs_caller=False),
)


class RoutingTable:
    """Finds the route of a target."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = sorted(routes, key=lambda route: len(route.prefix), reverse=True)

    def find(self, target: str) -> Route | None:
        """The route of a request's target as it was sent: quoted path, and query if any.

        None when no service has it. Raises BadTarget.
        """
        path = _checked_path(target)
        for route in self._routes:
            if path == route.prefix or path.startswith(f"{route.prefix}/"):
                return route
        return None


def _checked_path(target: str) -> str:
    """The path of a target, still quoted.

    Raises BadTarget for what servers read in different ways: `.` and `..`, slashes that are quoted,
    control characters. A path that is checked here and understood otherwise there would get past
    every rule of ours.
    """
    if not _TARGET.fullmatch(target) or "#" in target:
        raise BadTarget
    path = target.partition("?")[0]
    for segment in path[1:].split("/"):
        for plain in _readings(segment):
            # Some servers drop what follows a `;`.
            if plain.partition(";")[0] in (".", "..") or _SUSPICIOUS.search(plain):
                raise BadTarget
    return path


def _readings(segment: str) -> Iterator[str]:
    """What a segment may be taken for: some servers unquote twice."""
    once = unquote(segment, errors="replace")
    yield once
    yield unquote(once, errors="replace")
