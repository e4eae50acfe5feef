"""The provider for servers that are there already: DATABASE_URL and REDIS_URL. Starts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import redis
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class

from workbench.bench.admin_connections import connect, execute, redis_client
from workbench.bench.provider import BenchError, Services
from workbench.bench.urls import without_password
from workbench.closing import Closing

POSTGRES_MINIMUM = 15
REDIS_MINIMUM = 7
PROBE_USER = "workbench_probe"


@dataclass
class ExternalLease(Closing):
    """Servers that are not ours need no claim."""

    services: Services

    def close(self) -> None:
        """Nothing to give back."""


class External:
    """PostgreSQL and Redis servers of the user's own, with administrator's URLs."""

    name = "external"

    def __init__(self, postgres_url: str, redis_url: str) -> None:
        # SQLAlchemy's spelling (postgresql+psycopg2://) and Heroku's (postgres://) are common.
        rest = postgres_url.partition("://")[2]
        self._services = Services(self.name, f"postgresql://{rest}", redis_url)

    def acquire(self) -> ExternalLease:
        """Raises BenchError when a server is not there, too old, or gives too few rights."""
        check_postgres(self._services.postgres_url)
        check_redis(self._services.redis_url)
        return ExternalLease(self._services)

    def up(self) -> Services:
        return self.acquire().services

    def down(self) -> bool:
        """False: whoever started these servers stops them."""
        return False

    def status(self) -> Mapping[str, Any]:
        state: dict[str, Any] = {
            "provider": self.name,
            "postgres": without_password(self._services.postgres_url),
            "redis": without_password(self._services.redis_url),
        }
        try:
            self.acquire()
        except BenchError as error:
            return state | {"running": False, "problem": str(error)}
        return state | {"running": True}


def check_postgres(url: str) -> None:
    """Raises BenchError with the first thing that keeps the server from being a bench."""
    shown = without_password(url)
    if not urlsplit(url).hostname:
        raise BenchError(
            f"DATABASE_URL ({shown}) names no host. Write it as"
            " postgresql://user:password@host:5432/database."
        )
    try:
        opened = connect(url)
    except psycopg2.OperationalError as error:
        raise BenchError(
            f"PostgreSQL at {shown} cannot be reached: {str(error).strip()}\n"
            "Start the server, or correct DATABASE_URL."
        ) from None
    with closing(opened):
        _check_version(opened, shown)
        _check_rights(opened, shown)
        _check_statistics(opened, shown)


def _check_version(opened: Connection, shown: str) -> None:
    major = opened.server_version // 10000
    if major < POSTGRES_MINIMUM:
        raise BenchError(
            f"PostgreSQL at {shown} is version {major}, and the labs need {POSTGRES_MINIMUM} or"
            " later. Point DATABASE_URL at a newer server, or unset it to use the embedded bench."
        )


def _check_rights(opened: Connection, shown: str) -> None:
    rights = "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles"
    role, superuser, databases, roles = execute(opened, f"{rights} WHERE rolname = current_user")[0]
    if not superuser and not (databases and roles):
        raise BenchError(
            f"The role {role} of PostgreSQL at {shown} may not create databases and roles. As a"
            f' superuser, run: ALTER ROLE "{role}" CREATEDB CREATEROLE;'
        )


def _check_statistics(opened: Connection, shown: str) -> None:
    available = "SELECT 1 FROM pg_available_extensions WHERE name = 'pg_stat_statements'"
    if not execute(opened, available):
        raise BenchError(
            f"PostgreSQL at {shown} lacks the extension pg_stat_statements. Install the server's"
            " contrib package (on Debian it is part of postgresql-NN), and try again."
        )
    loaded = "SELECT 1 FROM pg_settings WHERE name = 'pg_stat_statements.max'"
    if not execute(opened, loaded):
        raise BenchError(
            f"PostgreSQL at {shown} has not loaded pg_stat_statements. As a superuser, run:"
            " ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'; and restart it."
        )


def check_redis(url: str) -> None:
    """Raises BenchError with the first thing that keeps the server from being a bench."""
    shown = without_password(url)
    try:
        client: Any = redis_client(url)
    except ValueError as error:
        raise BenchError(f"REDIS_URL ({shown}) is no URL of a Redis server: {error}") from None
    with client:
        try:
            version = client.info("server")["redis_version"]
        except redis.RedisError as error:
            raise BenchError(
                f"Redis at {shown} cannot be reached: {error}\n"
                "Start the server, or correct REDIS_URL."
            ) from None
        if int(version.split(".")[0]) < REDIS_MINIMUM:
            raise BenchError(
                f"Redis at {shown} is version {version}, and the labs need {REDIS_MINIMUM} or"
                " later. Point REDIS_URL at a newer server, or unset both URLs to use the embedded"
                " bench."
            )
        try:
            client.execute_command("ACL", "SETUSER", PROBE_USER, "reset")
            client.acl_deluser(PROBE_USER)
        except redis.ResponseError as error:
            raise BenchError(
                f"The user of Redis at {shown} may not manage other users ({error}). Give"
                " REDIS_URL an administrator's user, such as `default`, or run:"
                " ACL SETUSER <user> +@all"
            ) from None
