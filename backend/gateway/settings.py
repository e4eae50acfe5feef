"""Every setting of the gateway, read in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from backend.settings import SettingsError

#: The services, each with its address in <NAME>_URL.
SERVICES = ("users", "orders", "products")


@dataclass(frozen=True)
class GatewaySettings:
    """What the gateway needs to know about the place it runs in."""

    services: Mapping[str, str]  # name -> http://host:port
    redis_url: str = field(repr=False)
    jwt_key: str = field(repr=False)
    jwt_audience: str = "gateway"
    jwt_issuer: str = "accounts"
    connect_timeout_ms: int = 1000
    attempt_timeout_ms: int = 3000  # until the headers of one answer are there
    read_timeout_ms: int = 30_000  # the longest silence within a body
    deadline_ms: int = 8000  # for all attempts at one answer together
    dashboard_deadline_ms: int = 2000
    breaker_failures: int = 5  # in a row
    breaker_seconds: int = 30
    retry_attempts: int = 3  # the first one included; 1: nothing is tried twice
    retry_base_ms: int = 50
    retry_budget_percent: int = 10  # retries for 100 requests
    rate_limit_requests: int = 6000
    rate_limit_window_seconds: int = 60
    redis_timeout_ms: int = 500
    trusted_proxies: int = 0  # how many of our own stand before us and add to X-Forwarded-For
    most_requests: int = 200  # at the same time; more are shed
    max_body_bytes: int = 1024 * 1024
    drain_ms: int = 0  # between "not ready" and the closed door, for whoever balances the load
    shutdown_ms: int = 10_000  # for requests that are under way at the end

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """The settings that the environment variables hold: each field's name in capitals.

        Raises SettingsError for a missing or unusable one.
        """
        services = {name: _address(environ, f"{name.upper()}_URL") for name in SERVICES}
        redis_url = environ.get("REDIS_URL", "")
        if not redis_url.startswith(("redis://", "rediss://", "unix://")):
            raise SettingsError("REDIS_URL must be a URL that begins with redis://")
        counts: dict[str, Any] = {
            name: _count(environ, name.upper(), kind.default)
            for name, kind in cls.__dataclass_fields__.items()
            if isinstance(kind.default, int)
        }
        return cls(
            services,
            redis_url,
            environ.get("JWT_KEY", ""),  # it is judged by who uses it
            environ.get("JWT_AUDIENCE") or cls.jwt_audience,
            environ.get("JWT_ISSUER") or cls.jwt_issuer,
            **counts,
        )


#: Settings for which nothing is a sensible amount.
_MAY_BE_NOTHING = {"RETRY_BUDGET_PERCENT", "TRUSTED_PROXIES", "DRAIN_MS"}


def _count(environ: Mapping[str, str], name: str, default: int) -> int:
    value, least = environ.get(name, str(default)), 0 if name in _MAY_BE_NOTHING else 1
    if not (value.isascii() and value.isdigit() and int(value) >= least):
        raise SettingsError(f"{name} must be a whole number from {least}, not {value!r}")
    return int(value)


def _address(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise SettingsError(f"{name} must be an address such as http://127.0.0.1:5000")
    return value.rstrip("/")
