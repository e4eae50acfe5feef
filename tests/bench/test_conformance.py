"""What holds on every provider that this machine can have (see conftest.py)."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
import redis
from waiting import wait_until

from workbench import paths
from workbench.bench.admin_connections import connect, execute, redis_client
from workbench.bench.provider import BenchError, Provider, Services
from workbench.bench.tenancy import Tenancy, Tenant

SCHEMA = """
CREATE EXTENSION pg_trgm;
CREATE SCHEMA shop;
CREATE TYPE shop.size AS ENUM ('small', 'large');
CREATE TABLE shop.products (id serial PRIMARY KEY, name text, size shop.size);
CREATE TABLE notes (body text);
CREATE FUNCTION shop.cheapest() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE VIEW shop.names AS SELECT name FROM shop.products;
INSERT INTO shop.products (name, size) VALUES ('Käse', 'small');
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
"""


@pytest.fixture
def tenant(tenancy: Tenancy) -> Any:
    tenant = tenancy.create_tenant()
    yield tenant
    tenancy.drop_tenant(tenant)


@pytest.fixture
def other(tenancy: Tenancy) -> Any:
    other = tenancy.create_tenant()
    yield other
    tenancy.drop_tenant(other)


@pytest.fixture(scope="session")
def template(tenancy: Tenancy) -> Any:
    """A template made by a tenant that is gone since."""
    maker = tenancy.create_tenant()
    database = tenancy.create_database(maker)
    run(tenancy.postgres_url(maker, database), SCHEMA)
    tenancy.freeze_as_template(database, "shop")
    tenancy.drop_tenant(maker)
    yield "shop"
    tenancy.drop_template("shop")


def run(url: str, statement: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(url)) as opened:
        opened.autocommit = True
        return execute(opened, statement)


def test_the_administrator_runs_nothing_of_a_tenant(tenancy: Tenancy, tenant: Tenant) -> None:
    """The owner of a database decides where its sessions look for pg_namespace and the like."""
    database = tenancy.create_database(tenant)
    url = tenancy.postgres_url(tenant, database)
    run(url, f"""
        CREATE SCHEMA trap;
        CREATE TABLE trap.visitors (role text);
        CREATE FUNCTION trap.spring() RETURNS name LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO trap.visitors VALUES (current_user);
            RETURN 'public';
        END $$;
        CREATE VIEW trap.pg_namespace AS
            SELECT trap.spring() AS nspname, nspowner FROM pg_catalog.pg_namespace;
        CREATE VIEW trap.pg_database AS
            SELECT trap.spring() AS datname, datdba FROM pg_catalog.pg_database;
        GRANT ALL ON SCHEMA trap TO PUBLIC;
        GRANT ALL ON ALL TABLES IN SCHEMA trap TO PUBLIC;
        ALTER DATABASE {database} SET search_path = trap, pg_catalog;
        ALTER DATABASE {database} SET statement_timeout = 1;
    """)  # fmt: skip
    tenancy.freeze_as_template(database, "trapped")
    clone = tenancy.create_database(tenant, "trapped")
    tenancy.drop_template("trapped")
    assert run(tenancy.postgres_url(tenant, clone), "SELECT role FROM trap.visitors") == []


def client(tenancy: Tenancy, tenant: Tenant) -> Any:
    return redis_client(tenancy.redis_url(tenant))


def test_a_clone_has_the_content_of_its_template(
    tenancy: Tenancy, tenant: Tenant, template: str
) -> None:
    assert tenancy.has_template(template)
    url = tenancy.postgres_url(tenant, tenancy.create_database(tenant, template))
    assert run(url, "SELECT name, size FROM shop.products") == [("Käse", "small")]


def test_a_clone_belongs_to_its_tenant(tenancy: Tenancy, tenant: Tenant, template: str) -> None:
    url = tenancy.postgres_url(tenant, tenancy.create_database(tenant, template))
    run(url, "ALTER TABLE shop.products ADD price integer")
    run(url, "CREATE OR REPLACE FUNCTION shop.cheapest() RETURNS int LANGUAGE sql AS 'SELECT 2'")
    run(url, "DROP VIEW shop.names; DROP TABLE notes; CREATE TABLE more (id integer)")
    run(url, "DROP SCHEMA shop CASCADE; DROP EXTENSION pg_trgm")


def test_freezing_leaves_the_other_databases_of_the_tenant(
    tenancy: Tenancy, tenant: Tenant
) -> None:
    kept, frozen = tenancy.create_database(tenant), tenancy.create_database(tenant)
    tenancy.freeze_as_template(frozen, "frozen")
    try:
        run(tenancy.postgres_url(tenant, kept), "CREATE SCHEMA still_mine")
    finally:
        tenancy.drop_template("frozen")
    assert not tenancy.has_template("frozen")


def test_a_template_that_was_frozen_first_stays(
    tenancy: Tenancy, tenant: Tenant, template: str
) -> None:
    late = tenancy.create_database(tenant)
    tenancy.freeze_as_template(late, template)
    url = tenancy.postgres_url(tenant, tenancy.create_database(tenant, template))
    assert run(url, "SELECT count(*) FROM shop.products") == [(1,)]


def test_a_missing_template_is_named(tenancy: Tenancy, tenant: Tenant) -> None:
    with pytest.raises(BenchError, match="no template 'nowhere'"):
        tenancy.create_database(tenant, "nowhere")


def test_reset_cuts_connections_and_brings_back_the_template(
    tenancy: Tenancy, tenant: Tenant, template: str
) -> None:
    database = tenancy.create_database(tenant, template)
    url = tenancy.postgres_url(tenant, database)
    with closing(connect(url)) as opened:
        execute(opened, "DELETE FROM shop.products")
        tenancy.reset_database(tenant, database, template)
        with pytest.raises(psycopg2.OperationalError):
            execute(opened, "SELECT 1")
    assert run(url, "SELECT count(*) FROM shop.products") == [(1,)]


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('PG_VERSION')",
        "ALTER SYSTEM SET work_mem = '1MB'",
        "CREATE ROLE another",
        "CREATE DATABASE another",
        "SET ROLE workbench_objects",
        "SELECT rolpassword FROM pg_authid",
    ],
)
def test_a_tenant_is_no_superuser(tenancy: Tenancy, tenant: Tenant, statement: str) -> None:
    url = tenancy.postgres_url(tenant, tenancy.create_database(tenant))
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        run(url, statement)


def test_a_tenant_cannot_enter_what_belongs_to_others(
    tenancy: Tenancy, tenant: Tenant, other: Tenant, template: str
) -> None:
    foreign = tenancy.create_database(other, template)
    for database in (foreign, "wb_template_shop", "wb_template_base_1"):
        with pytest.raises(psycopg2.OperationalError, match=r"CONNECT privilege|not currently"):
            connect(tenancy.postgres_url(tenant, database))


def test_a_tenant_cannot_read_the_statements_of_others(
    tenancy: Tenancy, tenant: Tenant, other: Tenant
) -> None:
    mine = tenancy.postgres_url(tenant, tenancy.create_database(tenant))
    theirs = tenancy.postgres_url(other, tenancy.create_database(other))
    run(mine, "SELECT 'x' AS mine")
    with closing(connect(theirs)) as opened:
        execute(opened, "SELECT 'x' AS the_answer_of_another")
        recorded = run(mine, "SELECT query FROM pg_stat_statements")
        running = run(mine, "SELECT query FROM pg_stat_activity")
    assert any("AS mine" in query for (query,) in recorded)
    assert not [query for (query,) in recorded + running if "the_answer_of_another" in str(query)]


def test_a_tenant_has_the_tools_to_look_inside(tenancy: Tenancy, tenant: Tenant) -> None:
    url = tenancy.postgres_url(tenant, tenancy.create_database(tenant))
    assert run(url, "SELECT count(*) > 0 FROM pg_buffercache") == [(True,)]
    assert run(url, "SELECT count(*) > 0 FROM pg_stat_statements") == [(True,)]
    extensions = {name for (name,) in run(url, "SELECT extname FROM pg_extension")}
    assert extensions >= {"pg_stat_statements", "pgstattuple", "pageinspect", "pg_buffercache"}


def test_redis_data_of_a_tenant_is_its_own(tenancy: Tenancy, tenant: Tenant, other: Tenant) -> None:
    with client(tenancy, tenant) as mine, client(tenancy, other) as theirs:
        mine.set("greeting", "hello")
        assert mine.get("greeting") == "hello"
        assert theirs.get("greeting") is None
        theirs.flushdb()
        assert mine.keys("*") == ["greeting"]
        with pytest.raises(redis.ResponseError):
            mine.select(other.redis_db)
        with pytest.raises(redis.ResponseError):
            mine.eval(f"redis.call('SELECT', '{other.redis_db}')", 0)


@pytest.mark.parametrize(
    "command",
    [
        "FLUSHALL",
        "CONFIG SET dir /tmp",
        "CLIENT KILL TYPE normal",
        "CLIENT PAUSE 1",
        "ACL SETUSER me +@all",
        "ACL LIST",
        "SWAPDB 0 1",
        "COPY a b DB 0",
        "MOVE a 0",
        "MONITOR",
        "SHUTDOWN",
        "FUNCTION FLUSH",
    ],
)
def test_redis_refuses_what_reaches_beyond_a_tenant(
    tenancy: Tenancy, tenant: Tenant, command: str
) -> None:
    with (
        client(tenancy, tenant) as mine,
        pytest.raises(redis.ResponseError, match=r"(?i)permissio"),
    ):
        mine.execute_command(*command.split())


def test_redis_does_not_tell_the_administrators_password(
    tenancy: Tenancy, tenant: Tenant, bench: Services
) -> None:
    with client(tenancy, tenant) as mine:
        shown = mine.config_get("*")
        assert shown["maxmemory-policy"] == "noeviction"
    secret = shown["requirepass"]
    server = urlsplit(bench.redis_url)
    assert not secret or secret not in bench.redis_url
    for user in ("default", "workbench"):
        guess = f"redis://{user}:{secret}@{server.hostname}:{server.port}/0"
        with redis_client(guess) as thief, pytest.raises(redis.AuthenticationError):
            thief.ping()


def test_dropping_a_tenant_leaves_nothing(tenancy: Tenancy, bench: Services) -> None:
    tenant = tenancy.create_tenant()
    database = tenancy.create_database(tenant)
    with client(tenancy, tenant) as mine, closing(connect(tenancy.postgres_url(tenant, database))):
        mine.set("left", "behind")
        tenancy.drop_tenant(tenant)
        with pytest.raises(redis.RedisError):
            mine.get("left")
    assert leftovers(bench, tenant.name) == []
    again = tenancy.create_tenant()
    with client(tenancy, again) as fresh:
        assert again.redis_db == tenant.redis_db
        assert fresh.keys("*") == []
    tenancy.drop_tenant(again)


def leftovers(bench: Services, name: str) -> list[tuple[Any, ...]]:
    return run(
        bench.postgres_url,
        f"SELECT rolname FROM pg_roles WHERE rolname = '{name}'"
        f" UNION ALL SELECT datname FROM pg_database WHERE datname LIKE '{name}%'",
    )


def test_threads_share_a_tenancy(tenancy: Tenancy, template: str) -> None:
    def live(number: int) -> int:
        tenant = tenancy.create_tenant()
        url = tenancy.postgres_url(tenant, tenancy.create_database(tenant, template))
        run(url, f"INSERT INTO shop.products SELECT FROM generate_series(1, {number})")
        count = run(url, "SELECT count(*) FROM shop.products")[0][0]
        tenancy.drop_tenant(tenant)
        return int(count)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(live, range(8))) == list(range(1, 9))


CLIENT = """
import json, sys
from workbench.bench.provider import Services
from workbench.bench.tenancy import Tenancy

with Tenancy(Services(**json.loads(sys.argv[1]))) as tenancy:
    tenant = tenancy.create_tenant()
    tenancy.create_database(tenant)
    print(tenant.name, flush=True)
    sys.stdin.read()
    tenancy.drop_tenant(tenant)
"""


def start_client(bench: Services) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CLIENT, json.dumps(asdict(bench))],
        cwd=paths.root(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_processes_share_a_bench(bench: Services) -> None:
    clients = [start_client(bench) for _ in range(3)]
    names = [process.stdout.readline().strip() for process in clients if process.stdout]
    assert len(set(names)) == 3
    with Tenancy(bench):  # its sweep leaves the living alone
        assert all(leftovers(bench, name) for name in names)
    for process in clients:
        process.communicate("")
        assert process.returncode == 0
    assert not any(leftovers(bench, name) for name in names)


def test_leftovers_of_a_killed_client_are_swept(bench: Services) -> None:
    process = start_client(bench)
    assert process.stdout is not None
    name = process.stdout.readline().strip()
    assert len(leftovers(bench, name)) == 2
    process.kill()
    process.communicate()
    # The server notices the end of a session on its own time: sweep until it has.
    with Tenancy(bench) as tenancy:
        wait_until(lambda: tenancy.sweep() >= 0 and leftovers(bench, name) == [])


def test_health_names_nothing_while_both_answer(tenancy: Tenancy) -> None:
    assert tenancy.healthy() is None


def test_status_says_that_it_runs(provider: Provider, bench: Services) -> None:
    status = provider.status()
    assert status["running"] is True
    assert status["provider"] == provider.name == bench.provider
    assert "password" not in json.dumps(status)
