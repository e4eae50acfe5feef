"""How long a list may be that a client asks for."""

from __future__ import annotations

from backend.graphql.client_error import ClientError

DEFAULT_SIZE = 20
MAX_SIZE = 100


def checked_size(argument: str, size: int) -> int:
    """The size, if a list may have it. Raises ClientError, which names the argument."""
    if not 1 <= size <= MAX_SIZE:
        raise ClientError(f"`{argument}` must be from 1 to {MAX_SIZE}.")
    return size
