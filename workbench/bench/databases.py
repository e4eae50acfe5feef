"""Databases of tenants, and the templates that they are cloned from.

The objects of a template belong to the role `workbench_objects`, which nobody can be. In a clone
they are handed to the tenant who owns it. (One owner shared by all tenants would need no handing
over; but then PostgreSQL shows every tenant the statements of all others.)
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

import psycopg2
from psycopg2 import errors, sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class

from workbench.bench.admin_connections import AdminConnections, connect, execute
from workbench.bench.provider import BenchError
from workbench.bench.urls import replaced

if TYPE_CHECKING:
    from workbench.bench.tenancy import Tenant

OBJECTS = "workbench_objects"
TEMPLATE_PREFIX = "wb_template_"
TEMPLATE_NAME = re.compile(r"[a-z0-9_]{1,50}")
BASE = TEMPLATE_PREFIX + "base_1"  # a new number whenever prepare() builds it differently
EXTENSIONS = ("pg_stat_statements", "pgstattuple", "pageinspect", "pg_buffercache")
TERMINATE_MS = 5000
_IS_TEMPLATE = "SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate"


class Databases:
    """Makes, resets, freezes and drops databases. Safe to use from several threads."""

    def __init__(self, postgres_url: str, relieve: Callable[[], bool]) -> None:
        """relieve: see AdminConnections."""
        self._postgres_url = postgres_url
        self._admin = AdminConnections(postgres_url, relieve)

    def create_database(
        self, tenant: Tenant, template: str | None = None, name: str | None = None
    ) -> str:
        """Make a database that `tenant` owns and nobody else can enter; return its name.

        It is a copy of `template`, or has nothing but the extensions of the bench.
        Raises BenchError when there is no such template.
        """
        name = name or f"{tenant.postgres_user}_{secrets.token_hex(4)}"
        source = _template_database(template) if template else BASE
        try:
            # Nobody can enter before CONNECT is revoked from PUBLIC.
            self._run(
                "CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY"
                " ALLOW_CONNECTIONS false",
                name,
                tenant.postgres_user,
                source,
            )
        except errors.InvalidCatalogName:
            raise BenchError(
                f"There is no template {template!r}: prepare a database and call"
                " freeze_as_template() first."
            ) from None
        self._run("REVOKE ALL ON DATABASE {} FROM PUBLIC", name)
        self._run("ALTER DATABASE {} ALLOW_CONNECTIONS true", name)
        if template:
            with closing(connect(self.admin_url(name))) as opened:
                _hand_over(opened, OBJECTS, tenant.postgres_user)
        return name

    def reset_database(self, tenant: Tenant, name: str, template: str | None = None) -> None:
        """Replace the database by a fresh one of the same name; open connections are cut."""
        self.drop_database(name)
        self.create_database(tenant, template, name)

    def drop_database(self, name: str) -> None:
        """Drop the database, if there is one; open connections are cut.

        Raises errors.ObjectInUse when one of them can't be: PostgreSQL looks for no interrupt in
        some functions, translate() for one.
        """
        # Its owner may have declared it a template, and those cannot be dropped.
        if self._admin.execute(_IS_TEMPLATE, (name,)):
            self._run("ALTER DATABASE {} IS_TEMPLATE false", name)
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def freeze_as_template(self, name: str, template: str) -> None:
        """Turn a prepared database into `template`; `name` is gone afterwards.

        The template outlives its tenant and this client. When another client has frozen that
        template meanwhile, theirs stays and this database is dropped: give one name to one content.
        """
        target = _template_database(template)
        owner = self._owner(name)
        # What its owner still runs, and its settings, must not meet the administrator.
        self._run("ALTER DATABASE {} OWNER TO CURRENT_USER", name)
        self._terminate(name)
        self._run("ALTER DATABASE {} RESET ALL", name)
        with closing(connect(self.admin_url(name))) as opened:
            # So that plans in the clones do not hang on the moment of an autovacuum.
            execute(opened, "VACUUM (FREEZE, ANALYZE)")
            self._strip_owner(opened, owner)
        self._run("ALTER DATABASE {} ALLOW_CONNECTIONS false", name)
        self._terminate(name)
        try:
            self._run("ALTER DATABASE {} RENAME TO {}", name, target)
        except errors.DuplicateDatabase:
            self.drop_database(name)
            return
        self._run("ALTER DATABASE {} IS_TEMPLATE true", target)

    def has_template(self, template: str) -> bool:
        return self._is_frozen(_template_database(template))

    def templates(self, prefix: str) -> list[str]:
        """The templates whose names begin so."""
        rows = self._admin.execute(
            "SELECT datname FROM pg_database"
            " WHERE datistemplate AND starts_with(datname::text, %s)",
            (TEMPLATE_PREFIX + prefix,),
        )
        return [str(name).removeprefix(TEMPLATE_PREFIX) for (name,) in rows]

    def drop_template(self, template: str) -> None:
        """Drop the template, if there is one. Its clones stay."""
        database = _template_database(template)
        if self._is_frozen(database):
            self.drop_database(database)

    def admin_url(self, database: str) -> str:
        """The administrator's URL of a database: for checks, never for a learner's process."""
        return replaced(self._postgres_url, path=database)

    def _strip_owner(self, opened: Connection, owner: str) -> None:
        """Leave nothing of this database to `owner`, and its other databases as they are."""
        kept = execute(
            opened,
            "SELECT datname FROM pg_database WHERE datdba = %s::regrole",
            (_quoted(opened, owner),),
        )
        opened.autocommit = False
        with opened:
            _hand_over(opened, owner, OBJECTS)  # takes along every database of the owner
            for (database,) in kept:
                execute(opened, _composed("ALTER DATABASE {} OWNER TO {}", database, owner))
            execute(opened, _composed("DROP OWNED BY {}", owner))  # grants and default privileges

    def _terminate(self, name: str) -> None:
        """End every session of the database."""
        self._admin.execute(
            "SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity WHERE datname = %s",
            (TERMINATE_MS, name),
        )

    def _owner(self, name: str) -> str:
        rows = self._admin.execute(
            "SELECT rolname FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba"
            " WHERE datname = %s",
            (name,),
        )
        if not rows:
            raise BenchError(f"There is no database {name!r} to make a template of.")
        return str(rows[0][0])

    def _is_frozen(self, database: str) -> bool:
        return bool(self._admin.execute(_IS_TEMPLATE, (database,)))

    def _run(self, statement: str, *identifiers: str) -> None:
        self._admin.execute(_composed(statement, *identifiers))


def _hand_over(opened: Connection, old: str, new: str) -> None:
    """Give what `old` owns in this database to `new`."""
    # Schemas first: an administrator who is no superuser may move a function only into the hands
    # of a role that may create functions in its schema.
    schemas = execute(
        opened,
        "SELECT nspname FROM pg_namespace WHERE nspowner = %s::regrole",
        (_quoted(opened, old),),
    )
    for (schema,) in schemas:
        execute(opened, _composed("ALTER SCHEMA {} OWNER TO {}", schema, new))
    execute(opened, _composed("REASSIGN OWNED BY {} TO {}", old, new))


def _quoted(opened: Connection, role: str) -> str:
    return psycopg2.extensions.quote_ident(role, opened)


def _composed(statement: str, *identifiers: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, identifiers))


def _template_database(template: str) -> str:
    if not TEMPLATE_NAME.fullmatch(template):
        raise ValueError(
            f"{template!r} cannot name a template: use 1-50 of a-z, 0-9 and the underscore."
        )
    return TEMPLATE_PREFIX + template
