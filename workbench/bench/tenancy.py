"""Who may use what on the bench: one tenant for every system of a learner.

A tenant's role and databases are named after the client that made them. That client holds an
advisory lock as long as it lives, so the next one knows the leftovers of a killed one.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import threading
from dataclasses import dataclass

from psycopg2 import errors, sql
from psycopg2.extensions import encrypt_password

from workbench.bench.admin_connections import connect, execute
from workbench.bench.base_template import is_superuser, prepare
from workbench.bench.databases import Databases
from workbench.bench.health import PostgresProbe
from workbench.bench.provider import Services
from workbench.bench.redis_users import RedisUsers
from workbench.bench.relief import Relief
from workbench.bench.urls import replaced
from workbench.closing import Closing

OWNER_LOCK = 0x57420000
SWEEP_LOCK = 0x57420002
TENANT = re.compile(r"^wb_([0-9a-f]{8})_[0-9a-f]{8}$")
#: What drops of a database and its role say while a statement runs that can't be ended.
IN_USE = (errors.ObjectInUse, errors.DependentObjectsStillExist)
CONNECTIONS = 50  # of one tenant: a leak of one must not starve the others
# Not pg_monitor: its pg_read_all_stats shows what other tenants and the checks are running.
MONITORING = ("pg_read_all_settings", "pg_stat_scan_tables")


@dataclass(frozen=True)
class Tenant:
    """The credentials of one learner system's owner, who is no superuser."""

    name: str
    postgres_user: str
    postgres_password: str
    redis_user: str
    redis_password: str
    redis_db: int


class Tenancy(Databases, Closing):
    """Tenants and their databases on the services of a lease. Thread-safe; close it at the end."""

    def __init__(self, services: Services) -> None:
        self._lock = connect(services.postgres_url)
        self._relief = Relief(services.postgres_url, is_here=services.provider == "embedded")
        super().__init__(services.postgres_url, self._relief.relieve)
        self._services = services
        self._client_id = secrets.randbelow(2**31)
        execute(self._lock, "SELECT pg_advisory_lock(%s, %s)", (OWNER_LOCK, self._client_id))
        self._superuser = is_superuser(self._lock)
        self._redis = RedisUsers(services.redis_url, is_own=services.redis_is_own)
        self._probe = PostgresProbe(services.postgres_url)
        self._health = threading.Lock()
        prepare(self._admin, is_ours=services.provider != "external")
        self.sweep()

    def create_tenant(self) -> Tenant:
        """A new tenant without databases."""
        name = f"wb_{self._client_id:08x}_{secrets.token_hex(4)}"
        password = secrets.token_urlsafe(24)
        with self._admin.connection() as opened:
            # The password itself would reach the server's log and pg_stat_statements.
            verifier = encrypt_password(password, name, opened, "scram-sha-256")
            statement = f"CREATE ROLE {name} LOGIN CONNECTION LIMIT {CONNECTIONS} PASSWORD {{}}"
            execute(opened, sql.SQL(statement).format(sql.Literal(verifier)))
            if not self._superuser:
                execute(opened, f"GRANT {name} TO CURRENT_USER")
            for role in MONITORING:
                try:
                    execute(opened, f"GRANT {role} TO {name}")
                except errors.InsufficientPrivilege:
                    continue  # `workbench doctor` says that this administrator cannot grant it
            ((role_id,),) = execute(opened, "SELECT %s::pg_catalog.regrole::oid::bigint", (name,))
            self._relief.watch(name, role_id)
        redis_password = secrets.token_urlsafe(24)
        number = self._redis.create(name, redis_password)
        return Tenant(name, name, password, name, redis_password, number)

    def drop_tenant(self, tenant: Tenant) -> None:
        """Drop the tenant with its databases and its Redis data; open connections are cut.

        What a statement still uses that can't be ended is left to the sweep of a later client.
        """
        self._redis.drop(tenant.redis_user)
        with contextlib.suppress(*IN_USE):
            self._drop_role(tenant.postgres_user)
        self._relief.forget(tenant.postgres_user)

    def drop_database(self, name: str) -> None:
        self._relief.end_unread()
        super().drop_database(name)

    def let_go(self, database: str) -> None:
        """Drop the database, now or with its tenant."""
        with contextlib.suppress(*IN_USE):
            self.drop_database(database)

    def postgres_url(
        self, tenant: Tenant, database: str, host: str | None = None, port: int | None = None
    ) -> str:
        """The tenant's own URL of a database, through `host` and `port` where a relay listens."""
        return replaced(
            self._services.postgres_url,
            user=tenant.postgres_user,
            password=tenant.postgres_password,
            host=host,
            port=port,
            path=database,
        )

    def redis_url(self, tenant: Tenant, host: str | None = None, port: int | None = None) -> str:
        """The tenant's own URL of its Redis database, through `host` and `port` where a relay
        listens: that way is not encrypted, what lies behind it may be."""
        url = self._services.redis_url
        if host is not None:
            url = url.replace("rediss://", "redis://", 1).partition("?")[0]
        return replaced(
            url,
            user=tenant.redis_user,
            password=tenant.redis_password,
            host=host,
            port=port,
            path=str(tenant.redis_db),
        )

    def relieve(self) -> bool:
        """End the sessions of this client's tenants that have filled the server's table of locks:
        were there any?"""
        return self._relief.relieve()

    def healthy(self) -> str | None:
        """None, or a sentence that says which service did not answer all the time since the last
        call. Takes some milliseconds."""
        with self._health:
            redis_problem = self._redis.problem()
            if redis_problem:
                return f"Redis does not answer: {redis_problem}"
            postgres_problem = self._probe.problem()
            return f"PostgreSQL does not answer: {postgres_problem}" if postgres_problem else None

    def sweep(self) -> int:
        """Drop the tenants whose client is gone; return how many. Called at the start, too."""
        if not execute(self._lock, "SELECT pg_try_advisory_lock(%s)", (SWEEP_LOCK,))[0][0]:
            return 0  # another client is at it
        try:
            return self._sweep()
        finally:
            execute(self._lock, "SELECT pg_advisory_unlock(%s)", (SWEEP_LOCK,))

    def close(self) -> None:
        """Let go of the server. Tenants that are left are swept by the next client."""
        self._redis.close()
        self._admin.close()
        self._lock.close()
        self._probe.close()
        self._relief.close()

    def _sweep(self) -> int:
        roles = execute(
            self._lock,
            "SELECT rolname FROM pg_roles WHERE rolname ~ %s"
            " AND pg_has_role(current_user, oid, 'MEMBER')",
            (TENANT.pattern,),
        )
        tenants = {str(role) for (role,) in roles} | self._redis.users()
        # After the tenants: a client locks first and makes tenants then.
        locked = execute(
            self._lock,
            "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = %s",
            (OWNER_LOCK,),
        )
        alive = {f"{owner:08x}" for (owner,) in locked}
        gone = [tenant for tenant in tenants if _owner_of(tenant) not in alive]
        for tenant in gone:
            self._redis.drop(tenant)
            with contextlib.suppress(*IN_USE):
                self._drop_role(tenant)
        return len(gone)

    def _drop_role(self, role: str) -> None:
        owned = "SELECT datname FROM pg_database JOIN pg_roles r ON r.oid = datdba"
        for (database,) in self._admin.execute(f"{owned} WHERE rolname = %s", (role,)):
            self.drop_database(database)
        self._run("DROP ROLE IF EXISTS {}", role)


def _owner_of(tenant: str) -> str | None:
    match = TENANT.match(tenant)
    return match.group(1) if match else None
