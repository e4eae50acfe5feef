"""PyJWT judges the signature alone; the claims are a marshmallow schema; the door is a class."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import jwt
from aiohttp import web
from marshmallow import INCLUDE, Schema, ValidationError, fields, validate, validates_schema

from backend.gateway.problems import problem
from backend.settings import SettingsError


@dataclass
class Caller:
    id: str
    role: str

    def may_see(self, user_id: str) -> bool:
        return self.role == "admin" or user_id == self.id


CALLER = web.RequestKey("caller", Caller)


class NotAuthenticated(Exception):
    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Claims(Schema):
    class Meta:
        unknown = INCLUDE

    sub = fields.String(required=True, validate=validate.Length(min=1))
    role = fields.String(required=True, validate=validate.OneOf(["user", "admin"]))
    typ = fields.String(required=True, validate=validate.Equal("access"))
    iss = fields.String(required=True)
    aud = fields.Raw(required=True)
    exp = fields.Integer(required=True)
    nbf = fields.Integer()

    @validates_schema
    def is_for_us_and_now(self, data, **_):
        now, audience = time.time(), data["aud"]
        if not data.get("nbf", 0) - 5 <= now < data["exp"] + 5:
            raise ValidationError("The token is not good at this time.")
        if data["iss"] != self.context_of["issuer"]:
            raise ValidationError("The token is somebody else's.")
        listed = audience if isinstance(audience, list) else [audience]
        if self.context_of["audience"] not in listed:
            raise ValidationError("The token is for somebody else.")


class Authenticator:
    def __init__(self, key: str, audience: str, issuer: str) -> None:
        if len(key.encode("utf-8")) * 8 < 256:
            raise SettingsError("JWT_KEY: 256 bits at least")
        self.key, self.jws, self.schema = key, jwt.PyJWS(algorithms=["HS256"]), Claims()
        self.schema.context_of = {"audience": audience, "issuer": issuer}

    def caller(self, header: str | None) -> Caller:
        words = (header or "").split()
        if not words or words[0].casefold() != "bearer" or len(words) == 1:
            raise NotAuthenticated("Authorization: Bearer <token>")
        try:
            (token,) = words[1:]
            claims = self.schema.load(json.loads(self.jws.decode(token, self.key, ["HS256"])))
        except (jwt.PyJWTError, ValidationError, ValueError) as error:
            raise NotAuthenticated("This token opens nothing.", "invalid_token") from error
        return Caller(claims["sub"], claims["role"])


class Door:
    def __init__(self, authenticator: Authenticator, needs_caller) -> None:
        self.authenticator, self.needs_caller = authenticator, needs_caller

    @web.middleware
    async def __call__(self, request: web.Request, handler) -> web.StreamResponse:
        # Who can be known is known, also where nobody has to be.
        try:
            request[CALLER] = self.authenticator.caller(request.headers.get("Authorization"))
        except NotAuthenticated as error:
            refusal = error
        else:
            refusal = None
        if refusal is not None and self.needs_caller(request):
            challenge = "bearer" + (f" error={refusal.code}" if refusal.code else "")
            return problem(request, 401, str(refusal), {"www-authenticate": challenge})
        return await handler(request)


def create_authentication(
    authenticator: Authenticator, needs_caller: Callable[[web.Request], bool]
):
    return Door(authenticator, needs_caller).__call__
