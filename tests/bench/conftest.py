"""The providers that this machine can have, each with a way to reach its bench."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from workbench.bench import containers
from workbench.bench.admin_connections import connect, execute
from workbench.bench.base_template import extension_statements
from workbench.bench.choose import provider_from
from workbench.bench.databases import EXTENSIONS
from workbench.bench.embedded import Embedded
from workbench.bench.external import External
from workbench.bench.provider import Provider, Services
from workbench.bench.tenancy import Tenancy
from workbench.bench.urls import replaced

# By probing and not by skipping: a provider that the machine cannot have is not in the list.
PROVIDERS = ["embedded", "external"] + ([] if containers.available() else ["containers"])
ADMIN_PASSWORD = "an administrator without powers"


@pytest.fixture(scope="session", params=PROVIDERS)
def provider(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Provider]:
    """Every provider in turn; the embedded servers of a path with a space and an umlaut."""
    if request.param == "containers":
        yield provider_from(os.environ | {"WORKBENCH_BENCH": "containers"}, Path())
        return
    embedded = Embedded(tmp_path_factory.mktemp("bench") / "a bench, übungsweise", linger=0.0)
    with embedded.acquire() as lease:
        if request.param == "embedded":
            yield embedded
        else:
            yield External(administrator_without_powers(lease.services), lease.services.redis_url)
    embedded.down()


@pytest.fixture(scope="session")
def bench(provider: Provider) -> Iterator[Services]:
    with provider.acquire() as lease:
        yield lease.services


@pytest.fixture(scope="session")
def tenancy(bench: Services) -> Iterator[Tenancy]:
    with Tenancy(bench) as tenancy:
        yield tenancy


def administrator_without_powers(services: Services) -> str:
    """Make a role that may create databases and roles, as a hosting company gives; return its URL.

    A superuser has put the extensions into template1, as `workbench doctor` advises.
    """
    with closing(connect(services.postgres_url)) as opened:
        execute(
            opened, "CREATE ROLE hosted LOGIN CREATEDB CREATEROLE PASSWORD %s", (ADMIN_PASSWORD,)
        )
        execute(opened, "GRANT CONNECT ON DATABASE postgres TO hosted")
    with closing(connect(replaced(services.postgres_url, path="template1"))) as opened:
        for statement in extension_statements(EXTENSIONS):
            execute(opened, statement)
    return replaced(services.postgres_url, user="hosted", password=ADMIN_PASSWORD)
