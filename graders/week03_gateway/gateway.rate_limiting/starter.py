"""Rate limits at the edge: how often one client may ask, counted in Redis for all gateways.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10, Retry-After that of RFC 9110.
"""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from redis.asyncio import Redis

from backend.gateway.operators import is_for_operators

#: What the client is told of its limit: headers.
RATE_LIMIT = web.RequestKey("rate_limit", dict[str, str])


def create_rate_limits(
    redis: Redis, limit: int, window: int, name: Callable[[web.Request], str]
) -> Middleware:
    """A middleware that lets each client make `limit` requests in `window` seconds, and answers
    more with 429 before any service is asked.

    name: who is asking. A client's window begins with its first request. Without Redis nobody is
    limited.
    """

    @web.middleware
    async def limit_requests(request: web.Request, handler: Handler) -> web.StreamResponse:
        if is_for_operators(request):
            return await handler(request)
        # TODO: count the request, and refuse it when there were too many.
        return await handler(request)

    return limit_requests


async def tell_rate_limit(request: web.Request, response: web.StreamResponse) -> None:
    """Tell the client what is left, in an answer that is about to be sent (a signal handler)."""
    # TODO


def address_of(request: web.Request, trusted_proxies: int) -> str:
    """The address that asks: of the header's entries only those of our own proxies count."""
    # TODO
    return request.remote or "unknown"
