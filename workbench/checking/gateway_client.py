"""The client of a gateway: paths go on the wire as they are, and it makes the tokens of callers."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import jwt

from workbench.checking.http import Client, Reply

#: What tokens are signed with and say. A gateway of ours serves nobody else, so it is no secret.
KEY = "the-key-of-the-workbench-is-long-enough"
AUDIENCE, ISSUER = "gateway", "accounts"

#: What a gateway is told so that it knows these tokens.
TOKEN_SETTINGS = {"JWT_KEY": KEY, "JWT_AUDIENCE": AUDIENCE, "JWT_ISSUER": ISSUER}

TOKEN_SECONDS = 600


class GatewayClient(Client):
    """Asks one gateway."""

    def token(self, subject: str, role: str = "user", **options: Any) -> str:
        """A token of that user, see make_token."""
        return make_token(subject, role, **options)

    def request(
        self, method: str, path: str, *, token: str | None = None, role: str | None = None,
        **options: Any,
    ) -> Reply:  # fmt: skip
        """Send one request, see Client.request.

        path: goes on the wire as it is, with no dot or quote changed. token: is sent as a bearer
        token; an Authorization among the headers counts instead.
        """
        headers = list(_pairs(options.pop("headers", None)))
        if token is not None and "authorization" not in {name.lower() for name, _ in headers}:
            headers.append(("Authorization", f"Bearer {token}"))
        if "params" not in options:
            options["extensions"] = {"target": path.encode("ascii")}
            path = "/"
        return super().request(method, path, role=role, headers=headers, **options)


def make_token(
    subject: str, role: str = "user", *, key: str = KEY, algorithm: str = "HS256",
    headers: Mapping[str, Any] | None = None, **claims: Any,
) -> str:  # fmt: skip
    """A token of that user. claims: in the place of the usual ones, None for none of them."""
    now = int(time.time())
    usual = {
        "sub": subject, "role": role, "typ": "access", "aud": AUDIENCE, "iss": ISSUER,
        "iat": now, "exp": now + TOKEN_SECONDS,
    }  # fmt: skip
    said = {name: value for name, value in {**usual, **claims}.items() if value is not None}
    return jwt.encode(said, key, algorithm, headers=dict(headers or {}))


def _pairs(headers: Any) -> list[tuple[str, str]]:
    return list(headers.items()) if isinstance(headers, Mapping) else list(headers or ())
