"""Metrics for Prometheus: how many requests, how long they took, and what came of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client import generate_latest as written

from backend.gateway.circuit_breaker import CircuitBreaker, State

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
        self.registry = CollectorRegistry()
        self._template, self._clock = template, clock
        self._count = Counter(
            "http_requests", "Requests that were answered.", LABELS, registry=self.registry
        )
        self._seconds = Histogram(
            "http_request_duration_seconds", "Until the end of the answer.", LABELS,
            registry=self.registry,
        )  # fmt: skip
        self._under_way = Gauge(
            "http_requests_in_progress", "Requests under way.", registry=self.registry
        )

    @property
    def middleware(self) -> Middleware:
        """Stands around everything that makes or changes an answer."""

        @web.middleware
        async def measure(request: web.Request, handler: Handler) -> web.StreamResponse:
            started, status = self._clock(), CLIENT_LEFT
            self._under_way.inc()
            try:
                response = await handler(request)
                status = response.status
                return response
            except web.HTTPException as error:
                status = error.status
                raise
            except ConnectionResetError:
                raise
            except Exception:
                status = 500
                raise
            finally:
                self._under_way.dec()
                method = request.method if request.method in METHODS else "other"
                labels = (self._template(request), method, str(status))
                self._count.labels(*labels).inc()
                self._seconds.labels(*labels).observe(self._clock() - started)

        return measure

    def watch(self, breakers: Mapping[str, CircuitBreaker]) -> None:
        """Tell the state of each service's circuit."""
        gauge = Gauge(
            "circuit_breaker_state", "1 for the state that the circuit has.", ("service", "state"),
            registry=self.registry,
        )  # fmt: skip
        for name, breaker in breakers.items():
            for state in State:
                gauge.labels(name, state.value).set_function(partial(_is_in, breaker, state))

    async def show(self, _: web.Request) -> web.Response:
        """The handler of /metrics."""
        return web.Response(
            body=written(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )


def _is_in(breaker: CircuitBreaker, state: State) -> float:
    return float(breaker.state is state)
