"""Rate limits by a script that runs inside Redis and counts only what it admits."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping

from flask import Flask, Response, g, request
from redis import Redis
from redis.exceptions import RedisError

from backend.auth.roles import Role
from backend.problems import problem

SCRIPT = """
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
if used == 0 then
    redis.call('SET', KEYS[1], 1, 'EX', ARGV[2])
    return {1, tonumber(ARGV[1]) - 1, redis.call('PTTL', KEYS[1])}
end
if used >= tonumber(ARGV[1]) then
    return {0, 0, redis.call('PTTL', KEYS[1])}
end
redis.call('INCR', KEYS[1])
return {1, tonumber(ARGV[1]) - used - 1, redis.call('PTTL', KEYS[1])}
"""


def register_rate_limits(
    app: Flask, redis: Redis, tokens: Mapping[str, Role], limit: int, window: int
) -> None:
    script = redis.register_script(SCRIPT)

    def holder() -> str:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        digest = hashlib.sha256(token.strip().encode()).hexdigest()
        if kind.lower() == "bearer" and digest in tokens:
            return digest
        return hashlib.sha256((request.remote_addr or "").encode()).hexdigest()

    @app.before_request
    def admit() -> Response | None:
        if request.path in ("/healthz", "/readyz"):
            return None
        try:
            admitted, remaining, left = script(keys=["ratelimit:" + holder()], args=[limit, window])
        except RedisError:
            return None
        seconds = max(1, math.ceil(left / 1000))
        g.told = (remaining, seconds)
        if admitted:
            return None
        return problem(429, "Too many requests.", headers={"Retry-After": str(seconds)})

    @app.after_request
    def tell(response: Response) -> Response:
        if "told" in g:
            remaining, seconds = g.told
            response.headers["RateLimit"] = f'"default"; t={seconds}; r={remaining}'
            response.headers["RateLimit-Policy"] = f'"default"; w={window}; q={limit}'
        return response
