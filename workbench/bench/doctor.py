"""What this machine can offer as a bench, and for each problem the next step."""

from __future__ import annotations

import platform
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from psycopg2.extensions import connection as Connection  # noqa: N812 - a class

from workbench.bench import embedded
from workbench.bench.admin_connections import connect, execute, redis_client
from workbench.bench.base_template import extension_statements, is_superuser
from workbench.bench.choose import choice, provider_from
from workbench.bench.databases import BASE, EXTENSIONS
from workbench.bench.provider import BenchError, Provider, Services
from workbench.bench.tenancy import MONITORING, Tenancy

FREE_MEGABYTES = 500


@dataclass(frozen=True)
class Fact:
    """One line of the report. `problem` says what is wrong and the next step."""

    name: str
    value: str
    problem: str | None = None


def examine(environ: Mapping[str, str], folder: Path) -> Iterator[Fact]:
    """Yield the facts as they are found. Starts the chosen bench for a moment."""
    yield Fact("python", f"{platform.python_version()} ({sys.executable})")
    yield Fact("platform", f"{platform.platform()}, {platform.machine()}")
    yield _disk(folder)
    yield Fact("embedded", embedded.unavailable() or "available")
    yield Fact("external", _external(environ))
    yield Fact("containers", _containers())
    yield _sandbox()
    try:
        name, reason = choice(environ)
        yield Fact("provider", f"{name}: {reason}")
        yield from _bench(provider_from(environ, folder))
    except BenchError as error:
        yield Fact("bench", "cannot be had", str(error))


def _bench(provider: Provider) -> Iterator[Fact]:
    cold = not provider.status()["running"]
    started = time.monotonic()
    with provider.acquire() as lease:
        yield Fact("cold start" if cold else "warm start", _milliseconds(started))
        if cold:
            started = time.monotonic()
            with provider.acquire():
                yield Fact("warm start", _milliseconds(started))
        yield from _postgres(lease.services)
        yield from _redis(lease.services)


def _postgres(services: Services) -> Iterator[Fact]:
    with closing(connect(services.postgres_url)) as opened:
        yield Fact("postgresql", str(execute(opened, "SHOW server_version")[0][0]))
        superuser = is_superuser(opened)
        yield Fact("postgresql rights", "superuser" if superuser else "CREATEDB, CREATEROLE")
    with Tenancy(services) as tenancy:
        tenant = tenancy.create_tenant()
        try:
            url = tenancy.postgres_url(tenant, tenancy.create_database(tenant))
            with closing(connect(url)) as opened:
                yield from _tenants_view(opened)
        finally:
            tenancy.drop_tenant(tenant)


def _tenants_view(opened: Connection) -> Iterator[Fact]:
    """What a tenant has: an administrator who is no superuser cannot give it everything."""
    names = {str(name) for (name,) in execute(opened, "SELECT extname FROM pg_extension")}
    missing = [name for name in EXTENSIONS if name not in names]
    create = "; ".join(extension_statements(missing))
    yield Fact(
        "extensions",
        ", ".join(name for name in EXTENSIONS if name in names) or "none",
        f"As a superuser, run in template1: {create}; and then in postgres: ALTER DATABASE"
        f" {BASE} IS_TEMPLATE false; DROP DATABASE {BASE};"
        if missing
        else None,
    )
    held = "SELECT r FROM unnest(%s) r WHERE NOT pg_has_role(r, 'MEMBER')"
    refused = ", ".join(str(role) for (role,) in execute(opened, held, (list(MONITORING),)))
    yield Fact(
        "monitoring roles",
        "not all" if refused else "granted",
        f"As a superuser, run: GRANT {refused} TO the role of DATABASE_URL WITH ADMIN OPTION;"
        if refused
        else None,
    )
    by_bytes = bool(execute(opened, "SELECT 'B' < 'a'")[0][0])
    yield Fact(
        "order of text",
        "by bytes" if by_bytes else "by the server's locale",
        None
        if by_bytes
        else "Checks expect the order of the C locale. Make the server's cluster with"
        " `initdb --locale=C.UTF-8`, or give DATABASE_URL a superuser.",
    )


def _redis(services: Services) -> Iterator[Fact]:
    with redis_client(services.redis_url) as client:
        server = client.info("server")
        version = server.get("valkey_version")
        yield Fact("redis", f"Valkey {version}" if version else server["redis_version"])
        databases = int(client.config_get("databases")["databases"])
        yield Fact(
            "redis databases",
            str(databases),
            None
            if databases >= 64
            else f"Only {databases - 1} systems at a time: raise"
            " `databases` in redis.conf and restart the server.",
        )


def _disk(folder: Path) -> Fact:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free // 1_000_000
    problem = None
    if free < FREE_MEGABYTES:
        problem = f"A bench needs about {FREE_MEGABYTES} MB: free some space under {existing}."
    return Fact("free disk", f"{free} MB", problem)


def _external(environ: Mapping[str, str]) -> str:
    given = [name for name in ("DATABASE_URL", "REDIS_URL") if environ.get(name)]
    return f"{' and '.join(given)} set" if given else "DATABASE_URL and REDIS_URL are not set"


def _containers() -> str:
    from workbench.bench.containers import available  # a slow import that only this line needs

    return available() or "available"


def _sandbox() -> Fact:
    from workbench.running.launcher import Launcher, LauncherError  # starts a process, as grading

    try:
        with Launcher() as launcher:
            level = launcher.warm_up()
    except LauncherError as error:
        return Fact("sandbox", "none", str(error))
    # No problem to mend where the platform has no better: a fact, with its plain warning.
    return Fact("sandbox", f"{level.name}: {level.reason}")


def _milliseconds(started: float) -> str:
    return f"{(time.monotonic() - started) * 1000:.0f} ms"
