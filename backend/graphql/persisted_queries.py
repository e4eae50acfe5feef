"""Automatic persisted queries: a client sends a document once, and from then on its digest.

Documents lie in Redis for all processes. Without Redis every client is asked for the whole
document, and gets its answer.
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Mapping
from typing import Any

from redis import Redis, RedisError

from backend.graphql.client_error import ClientError

_logger = logging.getLogger(__name__)

_DIGEST = re.compile("[0-9a-f]{64}")

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
        digest = _digest(extensions)
        if digest is None:
            if not query:
                raise ClientError("Send a query.", "BAD_REQUEST")
            return query
        if query is None:
            return self._find(digest)
        if hashlib.sha256(query.encode()).hexdigest() != digest:
            raise ClientError("The sha256Hash is not the query's.", "PERSISTED_QUERY_HASH_MISMATCH")
        self._keep(digest, query)
        return query

    def _find(self, digest: str) -> str:
        try:
            found: Any = self._redis.getex(_key(digest), ex=self._seconds)
            if found is not None:
                with self._redis.pipeline(transaction=True) as pipeline:
                    pipeline.zadd(INDEX, {digest: time.time()}, xx=True)
                    pipeline.expire(INDEX, self._seconds)  # not before the last of its documents
                    pipeline.execute()
        except RedisError as error:
            _logger.warning("persisted queries are not found: %s", error)
            found = None
        if found is None:
            raise ClientError("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
        text: str = found.decode()
        return text

    def _keep(self, digest: str, query: str) -> None:
        if len(query.encode()) > self._most_bytes:
            return
        try:
            with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.set(_key(digest), query, ex=self._seconds)
                pipeline.zadd(INDEX, {digest: time.time()})
                pipeline.expire(INDEX, self._seconds)
                # The oldest are those that have not been used for longest.
                pipeline.zrange(INDEX, 0, -self._most - 1)
                pipeline.zremrangebyrank(INDEX, 0, -self._most - 1)
                *_, surplus, _ = pipeline.execute()
            if surplus:
                self._redis.unlink(*(_key(one.decode()) for one in surplus))
        except RedisError as error:
            _logger.warning("a persisted query is not kept: %s", error)


def _digest(extensions: Mapping[str, Any]) -> str | None:
    """The digest that a request names, None for none. Raises ClientError."""
    named = extensions.get("persistedQuery")
    if named is None:
        return None
    if not isinstance(named, Mapping) or named.get("version") != 1:
        raise ClientError("Only version 1 of persistedQuery is known.", "BAD_REQUEST")
    digest = named.get("sha256Hash")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise ClientError("sha256Hash must be 64 hexadecimal digits in lower case.", "BAD_REQUEST")
    return digest


def _key(digest: str) -> str:
    return f"graphql:query:{digest}"
