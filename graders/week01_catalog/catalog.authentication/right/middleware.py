"""Asked before Flask is: a WSGI layer around the application, which writes its refusals itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask, json
from werkzeug.wrappers import Request, Response

from backend.auth.roles import Role, required_role


class _Door:
    def __init__(self, inside: Callable[..., Iterable[bytes]], tokens: Mapping[str, Role]) -> None:
        self._inside, self._tokens = inside, tokens

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        needed = required_role(request.method, request.path)
        refusal = None if needed is None else self._refusal(request, needed)
        return (refusal or self._inside)(environ, start_response)

    def _refusal(self, request: Request, needed: Role) -> Response | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return _problem(401, "Bearer")
        role = self._tokens.get(hashlib.sha256(token.strip().encode("latin-1")).hexdigest())
        if role is None:
            return _problem(401, 'Bearer error="invalid_token"')
        return None if role >= needed else _problem(403, None)


def _problem(status: int, challenge: str | None) -> Response:
    body = json.dumps({"type": "about:blank", "title": "Refused", "status": status})
    headers = {"WWW-Authenticate": challenge} if challenge else {}
    return Response(body, status, headers, content_type="application/problem+json")


def register_authentication(app: Flask, tokens: Mapping[str, Role]) -> None:
    """Refuse requests of `app` whose caller does not have the role that they need."""
    app.wsgi_app = _Door(app.wsgi_app, tokens)  # type: ignore[method-assign]
