"""Rate limits: how often one client may ask, counted in Redis for all processes together.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10, Retry-After that of RFC 9110.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import cast

from flask import Flask, Response, g, request
from redis import Redis, RedisError
from werkzeug.exceptions import TooManyRequests

from backend.auth.roles import Role


def register_rate_limits(
    app: Flask, redis: Redis, tokens: Mapping[str, Role], limit: int, window: int
) -> None:
    """Let each client of `app` make `limit` requests in `window` seconds, and answer more with 429.

    tokens: the SHA-256 of each token, in hexadecimal digits, and the role of whoever holds it.
    A client's window begins with its first request. Without Redis nobody is limited.
    """

    @app.before_request
    def admit() -> None:
        if request.blueprint == "health":
            return  # an orchestrator that is told 429 would restart a healthy process
        try:
            used, seconds_left = _count(redis, _client(tokens), window)
        except RedisError as error:
            app.logger.warning("requests are not counted: %s", error)
            return
        remaining = max(0, limit - used)
        g.rate_limit = {
            "RateLimit-Policy": f'"default";q={limit};w={window}',
            "RateLimit": f'"default";r={remaining};t={seconds_left}',
        }
        if used > limit:
            raise TooManyRequests(
                f"{limit} requests in {window} seconds are too many: wait {seconds_left} seconds.",
                retry_after=seconds_left,
            )

    @app.after_request
    def tell(response: Response) -> Response:
        response.headers.update(g.get("rate_limit", {}))
        return response


def _client(tokens: Mapping[str, Role]) -> str:
    """A name for who is asking: the holder of a known token, otherwise an address."""
    credentials = request.authorization
    if credentials is not None and credentials.type == "bearer" and credentials.token:
        digest = hashlib.sha256(credentials.token.encode()).hexdigest()
        # An unknown token names nobody: whoever invents one for each request would never be full.
        if digest in tokens:
            return f"token {digest}"
    return f"address {request.remote_addr}"


def _count(redis: Redis, client: str, window: int) -> tuple[int, int]:
    """Count a request: how many the client has made in its window, and the seconds that are left.

    Raises RedisError.
    """
    # A digest: who can list the keys learns neither tokens nor addresses.
    key = f"ratelimit:{hashlib.sha256(client.encode()).hexdigest()}"
    # One transaction, so that no crash leaves a counter that never expires.
    with redis.pipeline(transaction=True) as pipeline:
        pipeline.incr(key)
        pipeline.expire(key, window, nx=True)
        pipeline.pttl(key)
        used, _, milliseconds = cast("tuple[int, bool, int]", pipeline.execute())
    return used, max(1, -(-milliseconds // 1000))
