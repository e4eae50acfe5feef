"""Authentication by JSON Web Tokens (RFC 7519), sent as bearer tokens (RFC 6750)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import jwt
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from backend.settings import SettingsError

#: The only algorithm. A token that could choose would choose "none".
ALGORITHM = "HS256"

#: A key of HS256 that is shorter than its digest can be guessed (RFC 7518, 3.2).
LEAST_KEY_BYTES = 32

ROLES = frozenset({"user", "admin"})

_REQUIRED = ("aud", "exp", "iss", "role", "sub", "typ")
_BEARER = re.compile(r"bearer +(.+)", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


@dataclass(frozen=True)
class Caller:
    """Who asks, as the token says."""

    id: str
    role: str

    def may_see(self, user_id: str) -> bool:
        """Whether what belongs to that user is the caller's own, or the caller an admin."""
        return self.id == user_id or self.role == "admin"


CALLER = web.RequestKey("caller", Caller)


class NotAuthenticated(Exception):
    """There is no token, or it is not good. The message is for the caller."""

    def __init__(self, message: str, code: str = "") -> None:
        """code: the error of RFC 6750, 3.1; none when no bearer token was sent."""
        super().__init__(message)
        self.challenge = f'Bearer error="{code}"' if code else "Bearer"


class Authenticator:
    """Knows callers by their tokens."""

    def __init__(self, key: str, audience: str, issuer: str) -> None:
        """Raises SettingsError for a key that is missing or can be guessed."""
        if len(key.encode()) < LEAST_KEY_BYTES:
            raise SettingsError(f"JWT_KEY must have {LEAST_KEY_BYTES} bytes or more")
        self._key, self._audience, self._issuer = key, audience, issuer

    def caller(self, header: str | None) -> Caller:
        """Who sent this Authorization header. Raises NotAuthenticated."""
        sent = _BEARER.fullmatch((header or "").strip())
        if sent is None:
            raise NotAuthenticated("Send a token in the header `Authorization: Bearer <token>`.")
        if not _TOKEN.fullmatch(sent[1]):  # PyJWT overlooks what it does not know
            raise NotAuthenticated("The token is not valid.", "invalid_token")
        try:
            claims = jwt.decode(
                sent[1],
                self._key,
                algorithms=[ALGORITHM],
                audience=self._audience,
                issuer=self._issuer,
                options={"require": list(_REQUIRED), "strict_aud": False},
            )
        except jwt.ExpiredSignatureError:
            raise NotAuthenticated("The token has expired.", "invalid_token") from None
        except jwt.InvalidTokenError:
            raise NotAuthenticated("The token is not valid.", "invalid_token") from None
        # A refresh token is signed with the same key, and is no ticket.
        subject, role = claims["sub"], claims["role"]
        if claims["typ"] != "access" or not isinstance(role, str) or role not in ROLES:
            raise NotAuthenticated("The token is not valid.", "invalid_token")
        if not subject:  # PyJWT has seen that it is a string
            raise NotAuthenticated("The token names nobody.", "invalid_token")
        return Caller(subject, role)


def create_authentication(
    authenticator: Authenticator, needs_caller: Callable[[web.Request], bool]
) -> Middleware:
    """A middleware that knows the caller as `request[CALLER]`, where one is needed."""

    @web.middleware
    async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
        if needs_caller(request):
            try:
                request[CALLER] = authenticator.caller(request.headers.get("Authorization"))
            except NotAuthenticated as error:
                raise web.HTTPUnauthorized(
                    text=str(error), headers={"WWW-Authenticate": error.challenge}
                ) from None
        # Not inside the try: an error in there is no question of who asks.
        return await handler(request)

    return authenticate
