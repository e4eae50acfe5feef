"""Every setting of the service, read in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from backend.settings import SettingsError


@dataclass(frozen=True)
class ServiceSettings:
    """What the service needs to know about the place it runs in."""

    database_url: str = field(repr=False)
    pool_min_size: int = 1
    pool_max_size: int = 8  # connections of one process; all processes share the server's
    pool_timeout_ms: int = 1000  # for a connection to become free
    connect_timeout_ms: int = 2000
    statement_timeout_ms: int = 5000
    plan_every: int = 100  # calls of a statement for one look at its plan
    measured_statements: int = 500  # that are remembered
    feed_entries: int = 1000  # feeds that are remembered, each for so many seconds
    feed_seconds: int = 30
    overview_at_most: int = 4  # queries of one overview at the same time
    overview_timeout_ms: int = 2000
    retry_attempts: int = 5  # the first one included
    retry_base_ms: int = 10

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """The settings that the environment variables hold: each field's name in capitals.

        Raises SettingsError for a missing or unusable one.
        """
        url = environ.get("DATABASE_URL", "")
        if not url.startswith(("postgresql://", "postgres://")):
            raise SettingsError("DATABASE_URL must be a URL that begins with postgresql://")
        counts: dict[str, Any] = {
            name: _count(environ, name.upper(), kind.default)
            for name, kind in cls.__dataclass_fields__.items()
            if isinstance(kind.default, int)
        }
        if counts["pool_min_size"] > counts["pool_max_size"]:
            raise SettingsError("POOL_MIN_SIZE must not be more than POOL_MAX_SIZE")
        return cls(url, **counts)


def _count(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name, str(default))
    if not (value.isascii() and value.isdigit() and int(value) >= 1):
        raise SettingsError(f"{name} must be a whole number from 1, not {value!r}")
    return int(value)
