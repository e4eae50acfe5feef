"""A list in Redis as the counter, under a key that holds a digest as bytes, which are no text."""

from __future__ import annotations

import hashlib

from aiohttp import web
from redis.exceptions import RedisError

from backend.gateway.operators import is_for_operators

RATE_LIMIT = web.RequestKey("rate_limit", dict)

COUNT = """
    local n = redis.call('LLEN', KEYS[1])
    if n <= tonumber(ARGV[1]) then
        n = redis.call('RPUSH', KEYS[1], '1')
        if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
    end
    return {n, redis.call('PTTL', KEYS[1])}
"""


def create_rate_limits(redis, limit, window, name):
    script = redis.register_script(COUNT)

    @web.middleware
    async def limit_requests(request, handler):
        if is_for_operators(request):
            return await handler(request)
        digest = hashlib.sha3_256(name(request).encode(errors="surrogatepass")).digest()
        key = b"gateway:ratelimit:" + digest
        try:
            used, left = await script(keys=[key], args=[limit, int(window * 1000)])
        except RedisError:
            return await handler(request)
        seconds = max(1, -(-left // 1000))
        told = {
            "RateLimit-Policy": f'"default";q={limit};w={window}',
            "RateLimit": f'"default";r={max(limit - used, 0)};t={seconds}',
        }
        request[RATE_LIMIT] = told
        if used > limit:
            return web.json_response(
                {"title": "Too Many Requests", "status": 429},
                status=429,
                headers={"Retry-After": str(seconds)},
                content_type="application/problem+json",
            )
        return await handler(request)

    return limit_requests


async def tell_rate_limit(request, response):
    response.headers.update(request.get(RATE_LIMIT, {}))


def address_of(request, trusted_proxies):
    entries = ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")
    entries = [entry.strip() for entry in entries if entry.strip()]
    if 0 < trusted_proxies <= len(entries):
        return entries[-trusted_proxies]
    return request.remote
