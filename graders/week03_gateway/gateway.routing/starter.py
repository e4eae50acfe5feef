"""Routing: which service a path belongs to, and which paths belong to nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web


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

#: Where everything goes.
ROUTES = (
    Route("/api/v1/users", "users"),
    # TODO: the other six
)


class RoutingTable:
    """Finds the route of a target."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = tuple(routes)

    def find(self, target: str) -> Route | None:
        """The route of a request's target as it was sent: quoted path, and query if any.

        None when no service has it. Raises BadTarget.
        """
        # TODO: refuse what is read in two ways, then find the longest prefix that fits.
        return None
