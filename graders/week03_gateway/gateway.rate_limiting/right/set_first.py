"""Rate limits by SET ... NX and INCR in one transaction, in a class that keeps nothing else."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass

from aiohttp import web
from redis import RedisError
from redis.asyncio import Redis

from backend.gateway.operators import is_for_operators


@dataclass
class Count:
    limit: int
    window: int
    used: int
    seconds: int

    def headers(self) -> dict[str, str]:
        remaining = max(self.limit - self.used, 0)
        return {
            "ratelimit": f'"default";r={remaining};t={self.seconds}',
            "ratelimit-policy": f'"default";q={self.limit};w={self.window}',
        }


RATE_LIMIT = web.RequestKey("rate_limit", Count)


class Limiter:
    def __init__(self, redis: Redis, limit: int, window: int, name) -> None:
        self.redis, self.limit, self.window, self.name = redis, limit, window, name

    @web.middleware
    async def __call__(self, request, handler):
        count = None if is_for_operators(request) else await self.count(self.name(request))
        if count is not None:
            request[RATE_LIMIT] = count
            if count.used > self.limit:
                after = {"Retry-After": str(count.seconds)}
                raise web.HTTPTooManyRequests(text="Too many requests.", headers=after)
        return await handler(request)

    async def count(self, client: str) -> Count | None:
        digest = hmac.new(b"gateway", client.encode("utf-8", "surrogateescape"), "sha1").hexdigest()
        key = f"gateway:ratelimit:client:{digest}"
        pipe = self.redis.pipeline()
        pipe.set(key, 0, ex=self.window, nx=True)
        pipe.incr(key)
        pipe.ttl(key)
        try:
            _, used, left = await pipe.execute()
        except RedisError:
            return None
        return Count(self.limit, self.window, used, min(max(left, 1), self.window))


def create_rate_limits(redis: Redis, limit: int, window: int, name):
    return Limiter(redis, limit, window, name).__call__


async def tell_rate_limit(request, response) -> None:
    count = request.get(RATE_LIMIT)
    if count is not None:
        for header, value in count.headers().items():
            response.headers[header] = value


def address_of(request, trusted_proxies: int) -> str:
    said = re.split(r"\s*,\s*", ",".join(request.headers.getall("X-Forwarded-For", [""])))
    believed = [one for one in said if one][-trusted_proxies:] if trusted_proxies else []
    if len(believed) == trusted_proxies > 0:
        return believed[0]
    return request.remote or secrets.token_hex(8)
