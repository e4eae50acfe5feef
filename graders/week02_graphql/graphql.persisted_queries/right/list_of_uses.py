"""A list with the digest that was used last at its head; what is pushed out of it is deleted."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from redis import Redis, RedisError

from backend.graphql.client_error import ClientError

INDEX = "graphql:used"


def refuse(message: str, code: str) -> ClientError:
    return ClientError(message, code)


class PersistedQueries:
    def __init__(self, redis: Redis, seconds: int, most: int, most_bytes: int = 10_000) -> None:
        self.redis, self.seconds, self.most, self.most_bytes = redis, seconds, most, most_bytes

    def resolve(self, query: str | None, extensions: Mapping[str, Any]) -> str:
        match extensions.get("persistedQuery"):
            case None:
                if not query:
                    raise refuse("Nothing was asked.", "BAD_REQUEST")
                return query
            case {"version": 1, "sha256Hash": str(digest)} if re.fullmatch("[0-9a-f]{64}", digest):
                pass
            case _:
                raise refuse("This extension is not understood.", "BAD_REQUEST")
        if query is not None:
            if hashlib.sha256(query.encode("utf-8")).hexdigest() != digest:
                raise refuse("Another digest.", "PERSISTED_QUERY_HASH_MISMATCH")
            if len(query.encode("utf-8")) <= self.most_bytes:
                with contextlib.suppress(RedisError):
                    self.redis.setex(f"graphql:query:{digest}", self.seconds, query)
                    self.touch(digest)
            return query
        try:
            found = self.redis.get(f"graphql:query:{digest}")
            if found is not None:
                self.redis.expire(f"graphql:query:{digest}", self.seconds)
                self.touch(digest)
        except RedisError:
            found = None
        if found is None:
            raise refuse("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
        return str(found, "utf-8")

    def touch(self, digest: str) -> None:
        """Put a digest at the head of the list, and delete what no longer has a place in it."""
        pipe = self.redis.pipeline()
        pipe.lrem(INDEX, 0, digest)
        pipe.lpush(INDEX, digest)
        pipe.expire(INDEX, self.seconds)
        pipe.lrange(INDEX, self.most, -1)
        pipe.ltrim(INDEX, 0, self.most - 1)
        gone = pipe.execute()[3]
        if gone:
            self.redis.delete(*(f"graphql:query:{one.decode()}" for one in gone))
