"""A database for results and a Redis database for jobs, on the test run's bench."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from workbench.bench.admin_connections import connect, execute, redis_client
from workbench.bench.provider import Services
from workbench.bench.urls import replaced
from workbench.course import Course, load_course
from workbench.grading.distributed.settings import Settings
from workbench.grading.distributed.store import Store

#: The last of the server's databases: tenants are given the first free one.
BROKER_DB = "1023"


@pytest.fixture
def settings(services: Services) -> Iterator[Settings]:
    """An empty queue, and results without a table yet."""
    name = f"grading {secrets.token_hex(4)}"
    broker = replaced(services.redis_url, path=BROKER_DB)
    with closing(connect(services.postgres_url)) as admin, redis_client(broker) as redis:
        redis.flushdb()
        execute(admin, f'CREATE DATABASE "{name}"')
        yield Settings(broker, replaced(services.postgres_url, path=name))
        execute(admin, f'DROP DATABASE "{name}" WITH (FORCE)')
        redis.flushdb()


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store(settings.results_url) as opened:
        yield opened


@pytest.fixture
def environ(settings: Settings, services: Services, tmp_path: Path) -> dict[str, str]:
    """The environment of the commands: on the test run's bench, with folders of their own."""
    return os.environ | {
        "WORKBENCH_BROKER_URL": settings.broker_url,
        "WORKBENCH_RESULTS_URL": settings.results_url,
        "WORKBENCH_WORK": str(tmp_path / "work"),
        "WORKBENCH_BUILD": str(tmp_path / "build"),
        "DATABASE_URL": services.postgres_url,
        "REDIS_URL": services.redis_url,
    }


@pytest.fixture(scope="module")
def course(short_graders: Path) -> Course:
    return load_course(short_graders)
