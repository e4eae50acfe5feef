"""Automatic persisted queries: a client sends a document once, and from then on its digest.

Documents lie in Redis for all processes. Without Redis every client is asked for the whole
document, and gets its answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redis import Redis

from backend.graphql.client_error import ClientError

#: The digests that are kept, each with the moment of its last use.
INDEX = "graphql:queries"


class PersistedQueries:
    """At most `most` documents of at most `most_bytes`, each kept `seconds` after its last use."""

    def __init__(self, redis: Redis, seconds: int, most: int, most_bytes: int = 10_000) -> None:
        self._redis = redis
        self._seconds, self._most, self._most_bytes = seconds, most, most_bytes

    def resolve(self, query: str | None, extensions: Mapping[str, Any]) -> str:
        """The document that a request means: the one it holds, or the one of its digest.

        A document that comes with its digest is kept. Raises ClientError.
        """
        if not query:
            raise ClientError("Send a query.", "BAD_REQUEST")
        # TODO: find, compare and keep documents by their digests.
        return query
