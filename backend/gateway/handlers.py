"""What all middlewares of the gateway are made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

#: What answers a request.
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

#: What stands around a handler.
Middleware = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]

#: Paths of those who look after the gateway: they are never limited, shed or asked for a token.
OPERATORS = frozenset({"/healthz", "/readyz", "/metrics"})
