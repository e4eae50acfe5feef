"""Rate limits under keys that hold a digest as bytes, which are no text; the expiry is set NX."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from flask import Flask, Response, g, request
from redis import Redis, RedisError

from backend.auth.roles import Role
from backend.problems import problem


def register_rate_limits(
    app: Flask, redis: Redis, tokens: Mapping[str, Role], limit: int, window: int
) -> None:
    def client() -> bytes:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        digest = hashlib.sha256(token.strip().encode("utf-8", "surrogateescape")).hexdigest()
        if scheme.lower() == "bearer" and digest in tokens:
            return b"token" + digest.encode()
        return b"address" + (request.remote_addr or "").encode()

    @app.before_request
    def admit() -> Response | None:
        if request.path in ("/healthz", "/readyz"):
            return None
        key = b"ratelimit:" + hashlib.sha256(client()).digest()
        try:
            with redis.pipeline(transaction=True) as pipe:
                pipe.incr(key)
                pipe.expire(key, window, nx=True)
                pipe.ttl(key)
                used, _, left = pipe.execute()
        except RedisError:
            return None
        left = min(max(left, 1), window)
        g.limits = max(limit - used, 0), left
        if used <= limit:
            return None
        refusal = app.make_response(problem(429, "Too many requests."))
        refusal.headers["Retry-After"] = str(left)
        return refusal

    @app.after_request
    def tell(response: Response) -> Response:
        if "limits" in g:
            remaining, left = g.limits
            response.headers["RateLimit-Policy"] = f'"default";q={limit};w={window}'
            response.headers["RateLimit"] = f'"default";t={left};r={remaining}'
        return response
