"""Authentication by bearer tokens (RFC 6750): who is asking, and may they?"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, request

from backend.auth.roles import Role, required_role


def register_authentication(app: Flask, tokens: Mapping[str, Role]) -> None:
    """Refuse requests of `app` whose caller does not have the role that they need.

    tokens: the SHA-256 of each token, in hexadecimal digits, and the role of whoever holds it.
    """

    @app.before_request
    def authenticate() -> None:
        needed = required_role(request.method, request.path)
        if needed is None:
            return
        # TODO: who is asking? Refuse a caller who is nobody, and one whose role is below `needed`.
