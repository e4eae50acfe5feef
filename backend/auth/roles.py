"""Roles, and what each of them may do."""

from __future__ import annotations

from enum import IntEnum

#: Methods that change nothing (RFC 9110, 9.2.1): reading is public.
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Role(IntEnum):
    """What a caller is trusted with; each role may do all that those before it may."""

    VIEWER = 1
    EDITOR = 2
    ADMIN = 3


#: Who may change what lies below a path. The first line that fits decides, and the last one fits
#: all: an operation that nobody thought of is closed. A question to the graph is a POST too, so
#: there each field decides for itself (backend/graphql/authorization.py).
WRITERS: tuple[tuple[str, Role | None], ...] = (
    ("/graphql", None),
    ("/api/v1/products", Role.EDITOR),
    ("/api/v1/reservations", Role.EDITOR),
    ("/", Role.ADMIN),
)


def required_role(method: str, path: str) -> Role | None:
    """The role that this request needs; None for one that anybody may make."""
    if method in SAFE_METHODS:
        return None
    return next(role for prefix, role in WRITERS if f"{path}/".startswith(f"{prefix.rstrip('/')}/"))
