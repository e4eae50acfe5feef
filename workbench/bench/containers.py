"""The provider for machines with Docker and nothing else: both servers in throw-away containers.

They live as long as this process holds a lease. For servers that stay, `docker compose up` and the
external provider are the better pair, and `up` says so.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import docker
import psutil
from docker.errors import APIError, DockerException
from testcontainers.community.postgres import PostgresContainer
from testcontainers.community.redis import RedisContainer
from testcontainers.core.config import testcontainers_config

from workbench.bench.process_identity import started
from workbench.bench.provider import BenchError, Services
from workbench.bench.server_process import HOST
from workbench.closing import Closing

ADMIN = "workbench"
POSTGRES_IMAGE = "postgres:18"
REDIS_IMAGE = "redis:8"
POSTGRES_PORT, REDIS_PORT = 5432, 6379
OWNER_LABEL = "workbench.bench.owner"
POSTGRES_COMMAND = (
    "postgres -c shared_preload_libraries=pg_stat_statements -c timezone=UTC -c max_connections=200"
    " -c superuser_reserved_connections=20"
    # As in the embedded bench: its data can be made again.
    " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
)


def available() -> str | None:
    """Why Docker cannot be used here, or None when it can."""
    try:
        with closing(docker.from_env(timeout=10)) as client:
            client.ping()
    except DockerException as error:
        return f"The Docker engine does not answer: {error}"
    return None


class ContainersLease(Closing):
    def __init__(self, provider: Containers, services: Services) -> None:
        self.services = services
        self._provider: Containers | None = provider

    def close(self) -> None:
        if self._provider is not None:
            self._provider.release()
            self._provider = None


class Containers:
    """Both servers in containers, shared by the leases of this process."""

    name = "containers"

    def __init__(
        self, postgres_image: str = POSTGRES_IMAGE, redis_image: str = REDIS_IMAGE
    ) -> None:
        self.postgres_image = postgres_image
        self.redis_image = redis_image
        self._lock = threading.Lock()
        self._leases = 0
        self._running: list[Any] = []
        self._services: Services | None = None

    def acquire(self) -> ContainersLease:
        with self._lock:
            if self._services is None:
                self._services = self._start()
            self._leases += 1
            return ContainersLease(self, self._services)

    def release(self) -> None:
        """A lease has ended; the last one takes the containers with it."""
        with self._lock:
            self._leases -= 1
            if self._leases == 0:
                self._stop()

    def up(self) -> Services:
        raise BenchError(
            "Containers of the bench end with the process that started them. For servers that stay,"
            " run `docker compose up -d` and set DATABASE_URL and REDIS_URL as docker-compose.yml"
            " says."
        )

    def down(self) -> bool:
        """Remove containers whose process was killed. True when there were any."""
        if available() is not None:
            return False
        return _remove_orphans() > 0

    def status(self) -> Mapping[str, Any]:
        return {"provider": self.name, "running": self._services is not None}

    def _start(self) -> Services:
        reason = available()
        if reason:
            raise BenchError(f"{reason}. Start Docker, or unset WORKBENCH_BENCH.")
        # Ryuk, the helper that removes containers, is one more image to pull, and wants the
        # engine's socket. Our label does its work: see _remove_orphans.
        testcontainers_config.ryuk_disabled = True
        _remove_orphans()
        password = secrets.token_hex(24)  # it becomes a word of a command line
        postgres = PostgresContainer(
            self.postgres_image, username=ADMIN, password=password, dbname="postgres", driver=None
        ).with_command(POSTGRES_COMMAND)
        # Not its `requirepass`: CONFIG GET, which tenants have, would show that password.
        user = ["default", "on", f">{password}", "~*", "&*", "+@all"]
        redis = RedisContainer(self.redis_image, password=password).with_command(
            ["redis-server", "--save", "", "--databases", "1024", "--user", *user]
        )
        try:
            for container, port in ((postgres, POSTGRES_PORT), (redis, REDIS_PORT)):
                # Any free port, of this machine only. The type of `ports` knows no addresses.
                container.ports = {f"{port}/tcp": (HOST, None)}  # type: ignore[dict-item]
                container.with_kwargs(labels={OWNER_LABEL: _owner(os.getpid())})
                self._running.append(container)
                container.start()
        except (DockerException, TimeoutError) as error:
            self._stop()
            raise BenchError(
                f"The containers did not start: {error}. Try `docker pull {self.postgres_image}`"
                f" and `docker pull {self.redis_image}`, or unset WORKBENCH_BENCH."
            ) from error
        redis_address = f"{HOST}:{redis.get_exposed_port(REDIS_PORT)}"
        postgres_address = f"{HOST}:{postgres.get_exposed_port(POSTGRES_PORT)}"
        return Services(
            self.name,
            f"postgresql://{ADMIN}:{password}@{postgres_address}/postgres",
            f"redis://default:{password}@{redis_address}/0",
        )

    def _stop(self) -> None:
        for container in self._running:
            container.stop()
        self._running.clear()
        self._services = None


def _owner(pid: int) -> str:
    return f"{pid}:{started(pid)}"


def _remove_orphans() -> int:
    """Remove our containers whose process is gone; return how many."""
    removed = 0
    with closing(docker.from_env()) as client:
        for container in client.containers.list(all=True, filters={"label": OWNER_LABEL}):
            owner = container.labels[OWNER_LABEL]
            pid = int(owner.partition(":")[0])
            if psutil.pid_exists(pid) and _owner(pid) == owner:
                continue
            try:
                container.remove(force=True, v=True)
            except APIError:
                continue  # another client is removing it
            removed += 1
    return removed
