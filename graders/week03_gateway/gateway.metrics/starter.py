"""Metrics for Prometheus: how many requests, how long they took, and what came of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from backend.gateway.circuit_breaker import CircuitBreaker

#: Other methods are counted together: a client could invent a new one for each request.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

#: The status of a request whose client left before there was an answer (nginx's).
CLIENT_LEFT = 499

LABELS = ("route", "method", "status")


class Metrics:
    """Counts the requests of one application, in a registry of its own.

    A second application, in the same process, has other numbers and gets in nobody's way.
    """

    def __init__(
        self,
        template: Callable[[web.Request], str],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """template: the route of a request, one of a few; a path would make a series of each id."""
        self._template, self._clock = template, clock
        # TODO: a registry, and the metrics in it

    @property
    def middleware(self) -> Middleware:
        """Stands around everything that makes or changes an answer."""

        @web.middleware
        async def measure(request: web.Request, handler: Handler) -> web.StreamResponse:
            # TODO: count and measure, whatever comes of it
            return await handler(request)

        return measure

    def watch(self, breakers: Mapping[str, CircuitBreaker]) -> None:
        """Tell the state of each service's circuit."""
        # TODO

    async def show(self, _: web.Request) -> web.Response:
        """The handler of /metrics."""
        return web.Response(text="TODO")
