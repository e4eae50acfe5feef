"""A token taken apart by hand: its signature first, then its claims, one table of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import time
from collections.abc import Callable
from typing import NamedTuple

from aiohttp import web

from backend.settings import SettingsError


class Caller(NamedTuple):
    id: str
    role: str

    def may_see(self, user_id: str) -> bool:
        return user_id == self.id or self.role == "admin"


CALLER = web.RequestKey("caller", Caller)


class NotAuthenticated(Exception):
    pass


class NoToken(NotAuthenticated):
    pass


def _bytes(text: str) -> bytes:
    if not text.isascii() or not text.replace("-", "").replace("_", "").isalnum():
        raise ValueError(text)
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _object(text: str) -> dict:
    value = json.loads(_bytes(text))
    if not isinstance(value, dict):
        raise TypeError("an object")
    return value


def _is_time(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


class Authenticator:
    def __init__(self, key: str, audience: str, issuer: str) -> None:
        self.key = key.encode()
        if len(self.key) < 32:
            raise SettingsError("JWT_KEY is too short: `openssl rand -hex 32` makes a good one.")
        self.claims: dict[str, Callable[[object], bool]] = {
            "exp": lambda value: _is_time(value) and value > time.time(),
            "nbf": lambda value: _is_time(value) and value <= time.time() + 5,
            "aud": lambda value: audience in (value if isinstance(value, list) else [value]),
            "iss": lambda value: value == issuer,
            "typ": lambda value: value == "access",
            "sub": lambda value: isinstance(value, str) and value != "",
            "role": lambda value: value in ("user", "admin"),
        }

    def caller(self, header: str | None) -> Caller:
        scheme, _, token = (header or "").strip(" \t").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NoToken("A bearer token, please.")
        try:
            return self._read(token.strip())
        except (ValueError, TypeError, KeyError, RecursionError):
            raise NotAuthenticated("This token is not good (any more).") from None

    def _read(self, token: str) -> Caller:
        head, body, signature = token.split(".")
        if _object(head)["alg"] != "HS256":
            raise ValueError("alg")
        ours = hmac.digest(self.key, f"{head}.{body}".encode(), hashlib.sha256)
        if not hmac.compare_digest(ours, _bytes(signature)):
            raise ValueError("signature")
        claims = {"nbf": 0, **_object(body)}
        for name, holds in self.claims.items():
            if not holds(claims[name]):
                raise ValueError(name)
        return Caller(claims["sub"], claims["role"])


def create_authentication(
    authenticator: Authenticator, needs_caller: Callable[[web.Request], bool]
):
    @web.middleware
    async def at_the_door(request, handler):
        if not needs_caller(request):
            return await handler(request)
        try:
            request[CALLER] = authenticator.caller(request.headers.get("authorization"))
        except NoToken as error:
            challenge = {"WWW-Authenticate": "Bearer"}
            raise web.HTTPUnauthorized(text=str(error), headers=challenge) from error
        except NotAuthenticated as error:
            challenge = {"WWW-Authenticate": 'Bearer realm="gateway", error="invalid_token"'}
            raise web.HTTPUnauthorized(text=str(error), headers=challenge) from error
        return await handler(request)

    return at_the_door
