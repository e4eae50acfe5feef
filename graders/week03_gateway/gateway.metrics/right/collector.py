"""Numbers are kept in plain dictionaries, and a collector hands them out at each look."""

from __future__ import annotations

import asyncio
import bisect
import time
from collections import defaultdict

from aiohttp import web
from prometheus_client import CollectorRegistry, exposition
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
CLIENT_LEFT = 499
LABELS = ("route", "method", "status")
EDGES = (0.01, 0.1, 1.0, 10.0)


class Metrics:
    def __init__(self, template, clock=time.perf_counter):
        self.template, self.clock = template, clock
        self.under_way, self.breakers = 0, {}
        self.places = defaultdict(lambda: [0] * (len(EDGES) + 1))
        self.sums = defaultdict(float)
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(self)

    def collect(self):
        total = CounterMetricFamily("http_requests", "Requests.", labels=LABELS)
        seconds = HistogramMetricFamily("http_request_duration_seconds", "Time.", labels=LABELS)
        for labels, places in self.places.items():
            total.add_metric(labels, sum(places))
            reached = [(str(edge), sum(places[: n + 1])) for n, edge in enumerate(EDGES)]
            seconds.add_metric(labels, [*reached, ("+Inf", sum(places))], self.sums[labels])
        yield total
        yield seconds
        yield GaugeMetricFamily("http_requests_in_progress", "Now.", value=self.under_way)
        circuits = GaugeMetricFamily("circuit_breaker_state", "State.", labels=["service", "state"])
        for name, breaker in self.breakers.items():
            for state in type(breaker.state):
                circuits.add_metric([name, state.value], 1 if breaker.state == state else 0)
        yield circuits

    @property
    def middleware(self):
        return self.measure

    @web.middleware
    async def measure(self, request, handler):
        begun = self.clock()
        self.under_way += 1
        try:
            answer = await handler(request)
        except web.HTTPException as error:
            self.note(request, error.status, begun)
            raise
        except (asyncio.CancelledError, ConnectionResetError):
            self.note(request, CLIENT_LEFT, begun)
            raise
        except BaseException:
            self.note(request, 500, begun)
            raise
        self.note(request, answer.status, begun)
        return answer

    def note(self, request, status, begun):
        self.under_way -= 1
        method = request.method if request.method in METHODS else "other"
        labels = (self.template(request), method, str(status))
        taken = self.clock() - begun
        self.places[labels][bisect.bisect_left(EDGES, taken)] += 1
        self.sums[labels] += taken

    def watch(self, breakers):
        self.breakers = dict(breakers)

    async def show(self, request):
        write, kind = exposition.choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=write(self.registry), headers={"Content-Type": kind})
