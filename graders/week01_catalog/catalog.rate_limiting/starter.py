"""Rate limits: how often one client may ask, counted in Redis for all processes together."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, Response
from redis import Redis

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
        """Count the request, and refuse it when it is one too many."""
        # TODO: who is asking? Count that client's request in Redis, in one step.

    @app.after_request
    def tell(response: Response) -> Response:
        # TODO: tell the client what is left to it.
        return response
