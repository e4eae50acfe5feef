"""Rate limits by a script that runs inside Redis and counts only what it admits."""

from __future__ import annotations

import itertools
import math
from hashlib import blake2b

from aiohttp import web
from redis.exceptions import RedisError

from backend.gateway.operators import OPERATORS
from backend.gateway.problems import problem

RATE_LIMIT = web.RequestKey("rate_limit", tuple)

SCRIPT = """
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
local limit = tonumber(ARGV[1])
if used == 0 then
    redis.call('SET', KEYS[1], 1, 'EX', ARGV[2])
    return {1, limit - 1, redis.call('PTTL', KEYS[1])}
end
if used >= limit then
    return {0, 0, redis.call('PTTL', KEYS[1])}
end
redis.call('INCR', KEYS[1])
return {1, limit - used - 1, redis.call('PTTL', KEYS[1])}
"""


def create_rate_limits(redis, limit, window, name):
    script = redis.register_script(SCRIPT)

    @web.middleware
    async def admit(request, handler):
        if request.path in OPERATORS and request.rel_url.raw_path in OPERATORS:
            return await handler(request)
        client = name(request).encode("utf-8", "surrogatepass")
        key = "gateway:ratelimit:" + blake2b(client, digest_size=16).hexdigest()
        try:
            admitted, remaining, left = await script(keys=[key], args=[limit, window])
        except RedisError:
            return await handler(request)
        seconds = max(1, math.ceil(left / 1000))
        request[RATE_LIMIT] = (limit, window, remaining, seconds)
        if admitted:
            return await handler(request)
        return problem(request, 429, "Come back later.", {"Retry-After": str(seconds)})

    return admit


async def tell_rate_limit(request, response):
    if RATE_LIMIT in request:
        limit, window, remaining, seconds = request[RATE_LIMIT]
        response.headers["RateLimit"] = f'"default"; t={seconds}; r={remaining}'
        response.headers["RateLimit-Policy"] = f'"default"; w={window}; q={limit}'


def address_of(request, trusted_proxies):
    lines = request.headers.getall("x-forwarded-for", ())
    hops = list(itertools.chain.from_iterable(line.split(",") for line in lines))
    if 0 < trusted_proxies <= len(hops):
        return hops[len(hops) - trusted_proxies].strip()
    return str(request.remote)
