"""Every setting of the system, read in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self


class SettingsError(Exception):
    """A setting is missing or unusable. The message names the environment variable."""


@dataclass(frozen=True)
class Settings:
    """What the system needs to know about the place it runs in."""

    # Both URLs may hold a password, so neither shows up in a repr or a traceback.
    database_url: str = field(repr=False)  # postgresql://user:password@host:port/database
    redis_url: str = field(repr=False)  # redis://user:password@host:port/0
    database_pool_size: int = 5  # connections that one process keeps open
    max_body_bytes: int = 1024 * 1024  # a larger request body is answered with 413

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """The settings that the environment variables hold.

        Raises SettingsError for a missing or unusable one.
        """
        return cls(
            database_url=database_url_from(environ),
            redis_url=_url(environ, "REDIS_URL", ("redis://", "rediss://", "unix://")),
            database_pool_size=_count(environ, "DATABASE_POOL_SIZE", cls.database_pool_size),
            max_body_bytes=_count(environ, "MAX_BODY_BYTES", cls.max_body_bytes),
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


def _count(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name, str(default))
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise SettingsError(f"{name} must be a whole number above 0, not {value!r}")
    return int(value)
