"""The paths of those who look after the gateway: never limited, shed or asked for a token."""

from __future__ import annotations

from aiohttp import web

OPERATORS = frozenset({"/healthz", "/readyz", "/metrics"})


def is_for_operators(request: web.Request) -> bool:
    return request.rel_url.raw_path in OPERATORS
