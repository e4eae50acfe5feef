"""Ids are numbers; every request for headers makes a span of its own."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from aiohttp import web

VERSION = re.compile(r"(?!ff)[0-9a-f]{2}-(?=.)", re.ASCII)
PLACE = re.compile(r"([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?=-|\Z)", re.ASCII)


class Trace:
    """A trace, in which each question of ours to a service is a span."""

    def __init__(self, trace: int, kept: bool, states: list[str], random) -> None:
        self.trace, self.kept, self.states, self.random = trace, kept, states, random

    @property
    def headers(self) -> list[tuple[str, str]]:
        span = number(self.random, 8)
        told = [("traceparent", f"00-{self.trace:032x}-{span:016x}-{self.kept:02x}")]
        return told + [("tracestate", state) for state in self.states]


TRACE = web.RequestKey("trace", Trace)


def number(random: Callable[[int], str], size: int) -> int:
    return int(random(size), 16) or number(random, size)


def continued(parents: list[str], states: list[str], random: Callable[[int], str]) -> Trace:
    begun = Trace(number(random, 16), True, [], random)
    try:
        (sent,) = parents
    except ValueError:
        return begun
    version = VERSION.match(sent)
    found = version and PLACE.match(sent, version.end())
    if not found or (sent[:2] == "00" and found.end() != len(sent)):
        return begun
    trace, parent, flags = (int(part, 16) for part in found.groups())
    return Trace(trace, bool(flags % 2), states, random) if trace and parent else begun


class Tracing:
    def __init__(self, random: Callable[[int], str]) -> None:
        self.random = random

    @web.middleware
    async def trace(self, request: web.Request, handler) -> web.StreamResponse:
        headers = request.headers
        told = (headers.getall(name, []) for name in ("traceparent", "tracestate"))
        request[TRACE] = continued(*told, self.random)
        return await handler(request)


def create_tracing(random: Callable[[int], str] = secrets.token_hex):
    return Tracing(random).trace
