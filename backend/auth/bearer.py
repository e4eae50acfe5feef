"""Authentication by bearer tokens (RFC 6750): who is asking, and may they?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from flask import Flask, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized

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
        role = _role_of_caller(tokens)
        if role < needed:
            raise Forbidden(
                f"This takes the role {needed.name.lower()}; your token has {role.name.lower()}."
            )


def _role_of_caller(tokens: Mapping[str, Role]) -> Role:
    """The role that the request's token stands for. Raises Unauthorized."""
    credentials = request.authorization
    if credentials is None or credentials.type != "bearer" or not credentials.token:
        raise Unauthorized(
            "Send a token in the header `Authorization: Bearer <token>`.",
            www_authenticate=WWWAuthenticate("bearer"),
        )
    # A digest is looked up, not the token: how long the search takes tells nothing about a token,
    # and who reads the settings holds no key to the door.
    digest = hashlib.sha256(credentials.token.encode()).hexdigest()
    role = tokens.get(digest)
    if role is None:
        raise Unauthorized(
            "This token is not known.",
            www_authenticate=WWWAuthenticate("bearer", {"error": "invalid_token"}),
        )
    return role
