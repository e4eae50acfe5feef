"""Tracing: every request belongs to a trace, and services are told which (W3C Trace Context)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

#: Random bytes, in hexadecimal digits.
Hexadecimal = Callable[[int], str]


@dataclass(frozen=True)
class Trace:
    """A place in a trace: ours, to whoever we ask."""

    trace_id: str
    span_id: str
    flags: str
    state: str = ""  # what tracing systems told each other; it is passed on as it came

    @property
    def headers(self) -> list[tuple[str, str]]:
        """What a service is told."""
        # TODO
        return []


#: A request's place in its trace is `request[TRACE]`.
TRACE = web.RequestKey("trace", Trace)


def continued(parents: list[str], states: list[str], random: Hexadecimal) -> Trace:
    """Our place in the trace that these headers tell of, or the first one of a new trace.

    parents, states: each traceparent and each tracestate that was sent.
    """
    # TODO
    return Trace("", "", "")


def create_tracing(random: Hexadecimal = secrets.token_hex) -> Middleware:
    """A middleware that knows each request's place in its trace as `request[TRACE]`."""

    @web.middleware
    async def trace(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[TRACE] = continued([], [], random)  # TODO: what did the client send?
        return await handler(request)

    return trace
