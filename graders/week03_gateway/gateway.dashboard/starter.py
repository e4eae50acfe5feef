"""The dashboard: what one user sees first, made of the answers of three services."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aiohttp import web
from aiohttp.typedefs import Handler

from backend.gateway.upstream import Headers, Upstream

PATH = "/api/v1/dashboard/{user_id}"

#: How much of an answer is read: a service's mistake must not fill our memory.
MOST_BYTES = 1024 * 1024

PRODUCTS = 5


class NotFound(Exception):
    """The service knows no such thing."""


def create_dashboard(
    upstreams: Mapping[str, Upstream],
    seconds: float,
    headers: Callable[[web.Request], Headers],
) -> Handler:
    """The handler of PATH, for the user himself and for admins.

    seconds: the deadline for all services together; headers: what the services are told.
    """

    async def show(request: web.Request) -> web.Response:
        # TODO: whose dashboard is it, who asks, and what do the three services say?
        raise web.HTTPNotImplemented

    return show
