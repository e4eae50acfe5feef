"""The header taken apart with a pattern, every digest compared in constant time."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256

from flask import Flask, abort, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from backend.auth.roles import Role, required_role

_HEADER = re.compile(r"bearer +([a-z0-9._~+/-]+=*) *", re.IGNORECASE)


def register_authentication(app: Flask, tokens: Mapping[str, Role]) -> None:
    """Refuse requests of `app` whose caller does not have the role that they need."""

    def guard() -> None:
        needed = required_role(request.method, request.path)
        if needed is None:
            return
        match = _HEADER.fullmatch(request.headers.get("Authorization", ""))
        if match is None:
            raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "catalog"}))
        sent = sha256(match[1].encode()).hexdigest()
        roles = [role for known, role in tokens.items() if hmac.compare_digest(known, sent)]
        if not roles:
            values = {"realm": "catalog", "error": "invalid_token"}
            raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", values))
        if max(roles) < needed:
            abort(403)

    app.before_request(guard)
