"""A tenant that would have the server for itself: others go on, and nothing of it stays."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest
from waiting import wait_until

from workbench.bench.admin_connections import connect, execute
from workbench.bench.health import open_async
from workbench.bench.provider import Services
from workbench.bench.tenancy import Tenancy, Tenant

#: It keeps what it got when the table of locks is full.
ALL_LOCKS = """
    DO $$ BEGIN
        PERFORM pg_advisory_lock(i) FROM generate_series(1, 10000000) AS i;
    EXCEPTION WHEN OTHERS THEN
        PERFORM pg_sleep(600);
    END $$
"""

#: Nothing ends it: PostgreSQL looks for no interrupt in it. Its time is the product of the lengths.
UNENDING = "SELECT length(translate(repeat('b', 100000), repeat('a', 100000), ''))"


@contextlib.contextmanager
def running(tenancy: Tenancy, tenant: Tenant, database: str, statement: str) -> Iterator[None]:
    """Run a statement of the tenant meanwhile."""

    def run() -> None:
        with contextlib.suppress(psycopg2.Error), closing(connect(url)) as opened:
            execute(opened, "SET application_name = 'greedy'")
            execute(opened, statement)

    url = tenancy.postgres_url(tenant, database)
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def is_locked_up(bench: Services) -> bool:
    try:
        connect(bench.postgres_url).close()
    except psycopg2.OperationalError as error:
        return "shared memory" in str(error)
    return False


def test_who_holds_all_locks_is_ended_and_the_rest_goes_on(
    tenancy: Tenancy, bench: Services
) -> None:
    greedy, honest = tenancy.create_tenant(), tenancy.create_tenant()
    database = tenancy.create_database(greedy)
    with running(tenancy, greedy, database, ALL_LOCKS):
        wait_until(lambda: is_locked_up(bench))
        tenancy.drop_database(database)
    assert not is_locked_up(bench)
    assert tenancy.healthy() is None
    assert not tenancy.relieve(), "nobody holds too many now"
    tenancy.create_database(honest)
    for tenant in (greedy, honest):
        tenancy.drop_tenant(tenant)


def test_the_locks_of_other_clients_are_left_alone(tenancy: Tenancy, bench: Services) -> None:
    tenant = tenancy.create_tenant()
    database = tenancy.create_database(tenant)
    with Tenancy(bench) as other, closing(connect(tenancy.postgres_url(tenant, database))) as held:
        execute(held, "SELECT count(pg_advisory_lock(i)) FROM generate_series(1, 3000) AS i")
        assert not other.relieve()
        assert execute(held, "SELECT 1") == [(1,)]
        assert tenancy.relieve()
        with pytest.raises(psycopg2.OperationalError):
            execute(held, "SELECT 1")
    tenancy.drop_tenant(tenant)


def test_who_reads_nothing_keeps_no_drop_waiting(tenancy: Tenancy, bench: Services) -> None:
    deaf, other = tenancy.create_tenant(), tenancy.create_tenant()
    url = tenancy.postgres_url(deaf, tenancy.create_database(deaf))
    database = tenancy.create_database(other)
    waits = "SELECT 1 FROM pg_stat_activity WHERE usename = %s AND wait_event = 'ClientWrite'"
    with closing(open_async(url)) as unread, closing(connect(bench.postgres_url)) as opened:
        unread.cursor().execute("SELECT repeat('x', 1000) FROM generate_series(1, 1000000)")
        wait_until(lambda: bool(execute(opened, waits, (deaf.name,))))
        tenancy.drop_database(database)
        assert not execute(opened, waits, (deaf.name,))
    for tenant in (deaf, other):
        tenancy.drop_tenant(tenant)


def test_a_statement_that_nothing_ends_is_left_to_a_later_sweep(
    tenancy: Tenancy, bench: Services
) -> None:
    with Tenancy(bench) as maker:
        tenant = maker.create_tenant()
        database = maker.create_database(tenant)
        with running(maker, tenant, database, UNENDING):
            begun = (
                "SELECT 1 FROM pg_stat_activity WHERE application_name = 'greedy'"
                " AND query LIKE '%translate(repeat%' AND pid <> pg_backend_pid()"
            )
            with closing(connect(bench.postgres_url)) as opened:
                wait_until(lambda: bool(execute(opened, begun)))
            maker.drop_tenant(tenant)
            assert tenancy.create_tenant(), "others go on"
    with Tenancy(bench) as later:
        wait_until(lambda: later.sweep() >= 0 and not leftovers(bench, tenant))


def leftovers(bench: Services, tenant: Tenant) -> int:
    with closing(connect(bench.postgres_url)) as opened:
        found = execute(opened, "SELECT 1 FROM pg_roles WHERE rolname = %s", (tenant.name,))
    return len(found)
