"""Rate limits by SET ... NX and INCR in one transaction, in a class of their own."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from flask import Flask, Response, abort, g, request
from redis import Redis, RedisError

from backend.auth.roles import Role


class Limiter:
    def __init__(self, redis: Redis, tokens: Mapping[str, Role], limit: int, window: int) -> None:
        self.redis, self.tokens, self.limit, self.window = redis, tokens, limit, window

    def key(self) -> str:
        given = request.authorization
        if given and given.type == "bearer" and given.token:
            digest = hashlib.sha256(given.token.encode()).hexdigest()
            if any(hmac.compare_digest(digest, known) for known in self.tokens):
                return f"ratelimit:holder:{digest}"
        return f"ratelimit:address:{hashlib.blake2b(str(request.remote_addr).encode()).hexdigest()}"

    def admit(self) -> None:
        if request.endpoint in ("health.alive", "health.ready"):
            return
        key, pipe = self.key(), self.redis.pipeline()
        pipe.set(key, 0, ex=self.window, nx=True)
        pipe.incr(key)
        pipe.ttl(key)
        try:
            _, used, left = pipe.execute()
        except RedisError:
            return
        g.left = max(0, self.limit - used), max(1, left)
        if used > self.limit:
            abort(429, "Too many requests.")

    def tell(self, response: Response) -> Response:
        if "left" in g:
            remaining, seconds = g.left
            response.headers["RateLimit-Policy"] = f'"default";q={self.limit};w={self.window}'
            response.headers["RateLimit"] = f'"default";r={remaining};t={seconds}'
            if response.status_code == 429:
                response.headers["Retry-After"] = str(seconds)
        return response


def register_rate_limits(
    app: Flask, redis: Redis, tokens: Mapping[str, Role], limit: int, window: int
) -> None:
    limiter = Limiter(redis, tokens, limit, window)
    app.before_request(limiter.admit)
    app.after_request(limiter.tell)
