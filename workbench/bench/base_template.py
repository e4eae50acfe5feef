"""What a server needs once before it can have tenants: one role and the template of all databases.

Two clients may come first at the same time, so an advisory lock guards it.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing, suppress

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class

from workbench.bench.admin_connections import AdminConnections, connect, execute
from workbench.bench.databases import BASE, EXTENSIONS, OBJECTS
from workbench.bench.provider import BenchError
from workbench.bench.urls import replaced

PREPARE_LOCK = 0x57420001
# Only the owner of the database can enter it, so PUBLIC is the tenant.
GRANTS = {
    "pg_buffercache": (
        "GRANT SELECT ON public.pg_buffercache TO PUBLIC",
        "GRANT EXECUTE ON FUNCTION public.pg_buffercache_pages TO PUBLIC",
    ),
}


def prepare(admin: AdminConnections, is_ours: bool) -> None:
    """Make the role and the base template where they are missing.

    `is_ours`: the server serves only this bench, so its other databases are closed to tenants.
    Raises BenchError when the administrator may not do it.
    """
    with admin.connection() as opened:
        execute(opened, "SELECT pg_advisory_lock(%s)", (PREPARE_LOCK,))
        try:
            superuser = is_superuser(opened)
            _make_objects_role(opened, superuser)
            _make_base(opened, admin.url, superuser)
            if is_ours:
                execute(opened, "REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")
        except psycopg2.errors.InsufficientPrivilege as error:
            raise BenchError(
                f"The administrator of DATABASE_URL may not prepare the server: {error}"
                "Connect as the role that prepared it first, or as a superuser."
            ) from error
        finally:
            execute(opened, "SELECT pg_advisory_unlock(%s)", (PREPARE_LOCK,))


def extension_statements(extensions: Iterable[str]) -> list[str]:
    """The SQL that gives a database these extensions, and tenants the use of them."""
    statements = []
    for name in extensions:
        create = f"CREATE EXTENSION IF NOT EXISTS {name} SCHEMA public"
        statements += [create, *GRANTS.get(name, ())]
    return statements


def is_superuser(opened: Connection) -> bool:
    return bool(execute(opened, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")[0][0])


def _make_objects_role(opened: Connection, superuser: bool) -> None:
    if execute(opened, "SELECT 1 FROM pg_roles WHERE rolname = %s", (OBJECTS,)):
        return
    execute(opened, f"CREATE ROLE {OBJECTS} NOLOGIN")
    if not superuser:
        execute(opened, f"GRANT {OBJECTS} TO CURRENT_USER")


def _make_base(opened: Connection, url: str, superuser: bool) -> None:
    found = execute(opened, "SELECT datistemplate FROM pg_database WHERE datname = %s", (BASE,))
    if found and found[0][0]:
        return
    if found:  # whoever made it was killed
        execute(opened, f"DROP DATABASE {BASE} WITH (FORCE)")
    execute(opened, f"CREATE DATABASE {BASE} {_origin(opened, superuser)}")
    execute(opened, f"REVOKE ALL ON DATABASE {BASE} FROM PUBLIC")
    with closing(connect(replaced(url, path=BASE))) as base:
        available = execute(base, "SELECT name FROM pg_available_extensions")
        offered = [name for name in EXTENSIONS if (name,) in available]
        for statement in extension_statements(offered):
            # Not everybody may: `workbench doctor` tells what is missing then.
            with suppress(psycopg2.errors.InsufficientPrivilege):
                execute(base, statement)
    execute(opened, f"ALTER DATABASE {BASE} ALLOW_CONNECTIONS false")
    execute(opened, f"ALTER DATABASE {BASE} IS_TEMPLATE true")


def _origin(opened: Connection, superuser: bool) -> str:
    # The same order of text on every server; PostgreSQL 17 brought this locale with it. Who is no
    # superuser cannot create the extensions, and takes those of template1 with its locale.
    if not superuser:
        return "TEMPLATE template1"
    if opened.server_version < 170000:
        return "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
    return (
        "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
        " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
    )
