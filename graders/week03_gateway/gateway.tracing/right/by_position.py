"""The header cut at its hyphens, each part judged by a set of its characters; a named tuple."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from aiohttp import web

DIGITS = frozenset("0123456789abcdef")
LENGTHS = (2, 32, 16, 2)


class Trace(NamedTuple):
    trace_id: str
    span_id: str
    flags: str
    state: str = ""

    @property
    def headers(self) -> list[tuple[str, str]]:
        parent = "-".join(("00", self.trace_id, self.span_id, self.flags))
        return [("Traceparent", parent), ("Tracestate", self.state)]


TRACE = web.RequestKey("trace", Trace)


def parts_of(header: str) -> list[str] | None:
    version, *rest = header.strip().split("-", 4)
    if version == "00" and len(rest) > 3:
        return None
    parts = [version, *rest[:3]]
    if [len(part) for part in parts] != list(LENGTHS) or not DIGITS.issuperset("".join(parts)):
        return None
    if version == "ff" or not parts[1].strip("0") or not parts[2].strip("0"):
        return None
    return parts


def continued(parents, states, random):
    parts = parts_of(parents[0]) if len(parents) == 1 else None
    ours = random(8)
    while not ours.strip("0"):
        ours = random(8)
    if parts is None:
        new = next(new for new in iter(lambda: random(16), None) if new.strip("0"))
        return Trace(new, ours, "01")
    kept = "01" if parts[3][-1] in "13579bdf" else "00"
    return Trace(parts[1], ours, kept, ", ".join(states))


def create_tracing(random=secrets.token_hex):
    @web.middleware
    async def trace(request, handler):
        told = [request.headers.getall(name, []) for name in ("traceparent", "tracestate")]
        request[TRACE] = continued(*told, random)
        return await handler(request)

    return trace
