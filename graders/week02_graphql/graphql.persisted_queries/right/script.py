"""Two scripts that run inside Redis, a counter in place of a clock, and compressed documents."""

from __future__ import annotations

import string
import zlib
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from backend.graphql.client_error import ClientError

INDEX = "graphql:queries"

FIND = """
local text = redis.call('GET', KEYS[1])
if text then
    redis.call('EXPIRE', KEYS[1], ARGV[2])
    local turn = redis.call('INCR', KEYS[3])
    redis.call('ZADD', KEYS[2], turn, ARGV[1])
    redis.call('EXPIRE', KEYS[2], ARGV[2])
    redis.call('EXPIRE', KEYS[3], ARGV[2])
end
return text
"""
KEEP = """
redis.call('SETEX', KEYS[1], ARGV[2], ARGV[3])
local turn = redis.call('INCR', KEYS[3])
redis.call('ZADD', KEYS[2], turn, ARGV[1])
redis.call('EXPIRE', KEYS[2], ARGV[2])
redis.call('EXPIRE', KEYS[3], ARGV[2])
while redis.call('ZCARD', KEYS[2]) > tonumber(ARGV[4]) do
    redis.call('DEL', ARGV[5] .. redis.call('ZPOPMIN', KEYS[2])[1])
end
"""


class PersistedQueries:
    def __init__(self, redis: Redis, seconds: int, most: int, most_bytes: int = 10_000) -> None:
        self.find, self.keep = redis.register_script(FIND), redis.register_script(KEEP)
        self.seconds, self.most, self.most_bytes = seconds, most, most_bytes

    def resolve(self, query: str | None, extensions: Mapping[str, Any]) -> str:
        asked = extensions.get("persistedQuery")
        if asked is None:
            if query:
                return query
            raise ClientError("There is no query.", "BAD_REQUEST")
        if not isinstance(asked, dict) or asked.get("version") != 1:
            raise ClientError("Unknown version.", "BAD_REQUEST")
        digest = asked.get("sha256Hash")
        if (
            not isinstance(digest, str)
            or len(digest) != 64
            or set(digest) - set(string.hexdigits.lower())
        ):
            raise ClientError("This is no digest.", "BAD_REQUEST")
        keys = [f"graphql:query:{digest}", INDEX, "graphql:turn"]
        if query is None:
            try:
                found = self.find(keys=keys, args=[digest, self.seconds])
            except RedisError:
                found = None
            if not found:
                raise ClientError("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
            return zlib.decompress(found).decode()
        sent = query.encode()
        if sha256(sent).hexdigest() != digest:
            raise ClientError("Whose digest is this?", "PERSISTED_QUERY_HASH_MISMATCH")
        if len(sent) <= self.most_bytes:
            try:
                text = zlib.compress(sent)
                args = [digest, self.seconds, text, self.most, "graphql:query:"]
                self.keep(keys=keys, args=args)
            except RedisError:
                pass
        return query
