"""Authentication by JSON Web Tokens (RFC 7519), sent as bearer tokens (RFC 6750)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware


@dataclass(frozen=True)
class Caller:
    """Who asks, as the token says."""

    id: str
    role: str

    def may_see(self, user_id: str) -> bool:
        """Whether what belongs to that user is the caller's own, or the caller an admin."""
        # TODO


#: The caller of a request is `request[CALLER]`.
CALLER = web.RequestKey("caller", Caller)


class NotAuthenticated(Exception):
    """There is no token, or it is not good. The message is for the caller."""

    def __init__(self, message: str, code: str = "") -> None:
        """code: the error of RFC 6750, 3.1; none when no bearer token was sent."""
        super().__init__(message)
        # TODO: the middleware below has to tell the code, too.


class Authenticator:
    """Knows callers by their tokens."""

    def __init__(self, key: str, audience: str, issuer: str) -> None:
        """Raises SettingsError for a key that is missing or can be guessed."""
        # TODO

    def caller(self, header: str | None) -> Caller:
        """Who sent this Authorization header. Raises NotAuthenticated."""
        # TODO
        return Caller("nobody", "user")


def create_authentication(
    authenticator: Authenticator, needs_caller: Callable[[web.Request], bool]
) -> Middleware:
    """A middleware that knows the caller as `request[CALLER]`, where one is needed."""

    @web.middleware
    async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
        # TODO
        return await handler(request)

    return authenticate
