"""Every setting of the system, read in one place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from backend.auth.roles import Role


class SettingsError(Exception):
    """A setting is missing or unusable. The message names the environment variable."""


@dataclass(frozen=True)
class Settings:
    """What the system needs to know about the place it runs in."""

    # Both URLs may hold a password, so neither shows up in a repr or a traceback.
    database_url: str = field(repr=False)  # postgresql://user:password@host:port/database
    redis_url: str = field(repr=False)  # redis://user:password@host:port/0
    # SHA-256 of a token in hexadecimal digits -> the role of its holder. None: nobody may write.
    access_tokens: Mapping[str, Role] = field(default_factory=dict, repr=False)
    database_pool_size: int = 5  # connections that one process keeps open
    max_body_bytes: int = 1024 * 1024  # a larger request body is answered with 413
    cache_seconds: int = 0  # the longest that an answer may be kept; 0: there is no cache
    cache_lock_seconds: int = 10  # when the lock of somebody who died expires
    cache_wait_seconds: int = 3  # how long the others wait for whoever makes a copy
    redis_timeout_ms: int = 500  # how long anybody waits for Redis
    # 100 requests a second, kept up for a minute: no page and no import of one client needs more,
    # and one process answers little more than that.
    rate_limit_requests: int = 6000
    rate_limit_window_seconds: int = 60
    # Since when version 1 of the products has a successor, and from when on it may be gone.
    v1_deprecated_at: datetime = datetime(2026, 10, 1, tzinfo=UTC)
    v1_sunset_at: datetime = datetime(2027, 10, 1, tzinfo=UTC)
    trusted_proxies: int = 0  # how many of our own stand before us and add to X-Forwarded-For
    graphiql: bool = False  # whether there is a page to explore the graph with
    graphql_introspection: bool = False  # whether the graph's schema can be asked for
    graphql_max_depth: int = 8  # levels of fields in one operation
    graphql_max_cost: int = 10_000  # fields in one answer, were all its lists full
    graphql_max_aliases: int = 15
    graphql_streams: int = 8  # subscriptions that one process serves: each takes one of its threads
    graphql_heartbeat_seconds: int = 15  # a client that is gone is noticed within twice of it
    persisted_query_seconds: int = 24 * 60 * 60  # how long a document is kept after its last use
    persisted_queries: int = 1000  # how many documents are kept

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """The settings that the environment variables hold.

        Raises SettingsError for a missing or unusable one.
        """
        deprecated_at = _moment(environ, "V1_DEPRECATED_AT", cls.v1_deprecated_at)
        sunset_at = _moment(environ, "V1_SUNSET_AT", cls.v1_sunset_at)
        if sunset_at < deprecated_at:
            raise SettingsError("V1_SUNSET_AT must not be before V1_DEPRECATED_AT")
        return cls(
            database_url=database_url_from(environ),
            redis_url=_url(environ, "REDIS_URL", ("redis://", "rediss://", "unix://")),
            access_tokens=_tokens(environ.get("ACCESS_TOKENS", "")),
            database_pool_size=_count(environ, "DATABASE_POOL_SIZE", cls.database_pool_size),
            max_body_bytes=_count(environ, "MAX_BODY_BYTES", cls.max_body_bytes),
            cache_seconds=_count(environ, "CACHE_SECONDS", cls.cache_seconds, least=0),
            cache_lock_seconds=_count(environ, "CACHE_LOCK_SECONDS", cls.cache_lock_seconds),
            cache_wait_seconds=_count(environ, "CACHE_WAIT_SECONDS", cls.cache_wait_seconds),
            redis_timeout_ms=_count(environ, "REDIS_TIMEOUT_MS", cls.redis_timeout_ms),
            rate_limit_requests=_count(environ, "RATE_LIMIT_REQUESTS", cls.rate_limit_requests),
            rate_limit_window_seconds=_count(
                environ, "RATE_LIMIT_WINDOW_SECONDS", cls.rate_limit_window_seconds
            ),
            v1_deprecated_at=deprecated_at,
            v1_sunset_at=sunset_at,
            trusted_proxies=_count(environ, "TRUSTED_PROXIES", cls.trusted_proxies, least=0),
            graphiql=_flag(environ, "GRAPHIQL"),
            graphql_introspection=_flag(environ, "GRAPHQL_INTROSPECTION"),
            graphql_max_depth=_count(environ, "GRAPHQL_MAX_DEPTH", cls.graphql_max_depth),
            graphql_max_cost=_count(environ, "GRAPHQL_MAX_COST", cls.graphql_max_cost),
            graphql_max_aliases=_count(
                environ, "GRAPHQL_MAX_ALIASES", cls.graphql_max_aliases, least=0
            ),
            graphql_streams=_count(environ, "GRAPHQL_STREAMS", cls.graphql_streams, least=0),
            graphql_heartbeat_seconds=_count(
                environ, "GRAPHQL_HEARTBEAT_SECONDS", cls.graphql_heartbeat_seconds
            ),
            persisted_query_seconds=_count(
                environ, "PERSISTED_QUERY_SECONDS", cls.persisted_query_seconds
            ),
            persisted_queries=_count(environ, "PERSISTED_QUERIES", cls.persisted_queries),
        )


def database_url_from(environ: Mapping[str, str]) -> str:
    """DATABASE_URL alone: migrations need no other setting. Raises SettingsError."""
    return _url(environ, "DATABASE_URL", ("postgresql://", "postgres://"))


def _url(environ: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    value = environ.get(name, "")
    if not value:
        raise SettingsError(f"{name} is not set: set it to a URL that begins with {schemes[0]}")
    if not value.startswith(schemes):
        raise SettingsError(f"{name} must begin with one of {', '.join(schemes)}")
    return value


def _count(environ: Mapping[str, str], name: str, default: int, least: int = 1) -> int:
    value = environ.get(name, str(default))
    if not (value.isascii() and value.isdigit() and int(value) >= least):
        raise SettingsError(f"{name} must be a whole number from {least}, not {value!r}")
    return int(value)


def _flag(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name, "0")
    if value not in ("0", "1"):
        raise SettingsError(f"{name} must be 0 or 1, not {value!r}")
    return value == "1"


def _moment(environ: Mapping[str, str], name: str, default: datetime) -> datetime:
    value = environ.get(name, default.isoformat())
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise SettingsError(f"{name} must be a moment such as {default.isoformat()}, not {value!r}")
    return moment


def _tokens(value: str) -> dict[str, Role]:
    """ACCESS_TOKENS: role=digest, separated by commas."""
    tokens: dict[str, Role] = {}
    for entry in filter(None, map(str.strip, value.split(","))):
        name, _, digest = entry.partition("=")
        if name.upper() not in Role.__members__ or not re.fullmatch("[0-9a-f]{64}", digest):
            raise SettingsError(
                "ACCESS_TOKENS must list role=digest, separated by commas, as "
                "`flask --app backend.app new-token editor` writes them"
            )
        tokens[digest] = Role[name.upper()]
    return tokens
