"""Tracing: every request belongs to a trace, and services are told which (W3C Trace Context)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

#: Random bytes, in hexadecimal digits.
Hexadecimal = Callable[[int], str]

_HEADER = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


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
        told = [("traceparent", f"00-{self.trace_id}-{self.span_id}-{self.flags}")]
        return [*told, ("tracestate", self.state)] if self.state else told


TRACE = web.RequestKey("trace", Trace)


def continued(parents: list[str], states: list[str], random: Hexadecimal) -> Trace:
    """Our place in the trace that these headers tell of, or the first one of a new trace.

    parents, states: each traceparent and each tracestate that was sent.
    """
    sent = _HEADER.fullmatch(parents[0].strip()) if len(parents) == 1 else None
    if sent is not None and _is_valid(*sent.groups()):
        # Of the flags we know one: whether somebody keeps the trace.
        flags = f"{int(sent[4], 16) & 1:02x}"
        return Trace(sent[2], _nonzero(8, random), flags, ",".join(filter(None, states)))
    return Trace(_nonzero(16, random), _nonzero(8, random), "01")


def _is_valid(version: str, trace_id: str, parent_id: str, _: str, more: str | None) -> bool:
    if version == "ff" or set(trace_id) == {"0"} or set(parent_id) == {"0"}:
        return False
    return version != "00" or more is None  # a later version may say more, and begins like ours


def _nonzero(size: int, random: Hexadecimal) -> str:
    """An identifier: any but the one of zeros, which means none."""
    while set(made := random(size)) == {"0"}:
        pass
    return made


def create_tracing(random: Hexadecimal = secrets.token_hex) -> Middleware:
    """A middleware that knows each request's place in its trace as `request[TRACE]`."""

    @web.middleware
    async def trace(request: web.Request, handler: Handler) -> web.StreamResponse:
        parents, states = (
            request.headers.getall(name, []) for name in ("traceparent", "tracestate")
        )
        request[TRACE] = continued(parents, states, random)
        return await handler(request)

    return trace
