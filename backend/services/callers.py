"""Who asks a service, as the gateway says.

The gateway has seen the token, and it drops these headers when a client sends them. So a service
believes them, and nobody but the gateway may reach it.
"""

from __future__ import annotations

from flask import request
from werkzeug.exceptions import Forbidden


def require_self_or_admin(user_id: str) -> None:
    """Refuse callers who are neither this user nor an admin. Raises Forbidden."""
    if request.headers.get("X-Caller-Role") == "admin":
        return
    if request.headers.get("X-Caller-Id") != user_id:
        raise Forbidden("This belongs to somebody else.")


def require_admin() -> None:
    """Refuse callers who are no admin. Raises Forbidden."""
    if request.headers.get("X-Caller-Role") != "admin":
        raise Forbidden("This takes the role admin.")
