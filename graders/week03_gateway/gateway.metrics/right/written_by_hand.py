"""No library: the format is a few lines of text."""

from __future__ import annotations

import sys
import time
from collections import Counter

from aiohttp import web

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
CLIENT_LEFT = 499
LABELS = ("route", "method", "status")
STATES = ("closed", "open", "half-open")


class UnderWay:
    """One request, from its beginning to its end."""

    def __init__(self, metrics, request):
        self.metrics, self.request, self.status = metrics, request, CLIENT_LEFT

    def __enter__(self):
        self.begun = self.metrics.clock()
        self.metrics.now.add(self)
        return self

    def __exit__(self, kind, error, _):
        if isinstance(error, web.HTTPException):
            self.status = error.status
        elif isinstance(error, Exception) and not isinstance(error, ConnectionResetError):
            self.status = 500
        self.metrics.now.discard(self)
        self.metrics.add(self)


class Metrics:
    def __init__(self, template, clock=time.perf_counter):
        self.template, self.clock = template, clock
        self.now, self.breakers = set(), {}
        self.count, self.seconds, self.fast = Counter(), Counter(), Counter()

    def add(self, one):
        method = one.request.method if one.request.method in METHODS else "other"
        series = f'route="{self.template(one.request)}",method="{method}",status="{one.status}"'
        taken = self.clock() - one.begun
        self.count[series] += 1
        self.seconds[series] += taken
        for edge in (0.05, 0.5, 5):
            self.fast[series, edge] += taken <= edge

    @property
    def middleware(self):
        @web.middleware
        async def around(request, handler):
            with UnderWay(self, request) as one:
                response = await handler(request)
                one.status = response.status
            return response

        return around

    def watch(self, breakers):
        self.breakers = breakers

    async def show(self, request):
        name = "http_request_duration_seconds"
        lines = ["# TYPE http_requests_total counter"]
        lines += [f"http_requests_total{{{one}}} {n}" for one, n in self.count.items()]
        lines += [f"# TYPE {name} histogram"]
        for one, n in self.count.items():
            for edge in (0.05, 0.5, 5):
                lines += [f'{name}_bucket{{{one},le="{edge}"}} {self.fast[one, edge]}']
            lines += [f'{name}_bucket{{{one},le="+Inf"}} {n}', f"{name}_count{{{one}}} {n}"]
            lines += [f"{name}_sum{{{one}}} {self.seconds[one]}"]
        lines += ["# TYPE http_requests_in_progress gauge"]
        lines += [f"http_requests_in_progress {len(self.now)}"]
        lines += ["# TYPE circuit_breaker_state gauge"]
        for service, breaker in self.breakers.items():
            for state in STATES:
                is_it = int(str(breaker.state) == state)
                lines += [f'circuit_breaker_state{{service="{service}",state="{state}"}} {is_it}']
        lines += ["# TYPE python_version gauge", f"python_version {sys.version_info[1]}", ""]
        kind = "text/plain; version=0.0.4; charset=utf-8"
        return web.Response(body="\n".join(lines).encode(), headers={"Content-Type": kind})
