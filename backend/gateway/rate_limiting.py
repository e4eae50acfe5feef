"""Rate limits at the edge: how often one client may ask, counted in Redis for all gateways.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10, Retry-After that of RFC 9110.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.gateway.operators import is_for_operators

#: What the client is told of its limit: headers.
RATE_LIMIT = web.RequestKey("rate_limit", dict[str, str])

logger = logging.getLogger(__name__)


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
        try:
            used, seconds_left = await _count(redis, name(request), window)
        except (RedisError, OSError) as error:
            logger.warning("requests are not counted: %s", error)
            return await handler(request)
        request[RATE_LIMIT] = {
            "RateLimit-Policy": f'"default";q={limit};w={window}',
            "RateLimit": f'"default";r={max(0, limit - used)};t={seconds_left}',
        }
        if used > limit:
            raise web.HTTPTooManyRequests(
                text=f"{limit} requests in {window} seconds are too many: "
                f"wait {seconds_left} seconds.",
                headers={"Retry-After": str(seconds_left)},
            )
        return await handler(request)

    return limit_requests


async def tell_rate_limit(request: web.Request, response: web.StreamResponse) -> None:
    """Tell the client what is left, in an answer that is about to be sent (a signal handler)."""
    response.headers.update(request.get(RATE_LIMIT, {}))


def address_of(request: web.Request, trusted_proxies: int) -> str:
    """The address that asks: of the header's entries only those of our own proxies count."""
    sent = ",".join(request.headers.getall("X-Forwarded-For", []))
    hops = [hop.strip() for hop in sent.split(",") if hop.strip()]
    if trusted_proxies and len(hops) >= trusted_proxies:
        return hops[-trusted_proxies]
    return request.remote or "unknown"


async def _count(redis: Redis, client: str, window: int) -> tuple[int, int]:
    """Count a request: how many the client has made in its window, and the seconds that are left.

    Raises RedisError.
    """
    # A digest: who can list the keys learns neither tokens nor addresses.
    # A header may hold any bytes: aiohttp reads what is no text as lone surrogates.
    digest = hashlib.sha256(client.encode(errors="surrogatepass")).hexdigest()
    key = f"gateway:ratelimit:{digest}"
    # One transaction, so that no crash leaves a counter that never expires.
    async with redis.pipeline(transaction=True) as pipeline:
        pipeline.incr(key)
        pipeline.expire(key, window, nx=True)
        pipeline.pttl(key)
        used, _, milliseconds = await pipeline.execute()
    return used, max(1, -(-milliseconds // 1000))
