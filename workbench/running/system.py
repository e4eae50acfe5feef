"""A stage is an answer made ready to run; a system is one run of it: a database and a process."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.bench.tenancy import Tenancy, Tenant
from workbench.closing import Closing
from workbench.running.overlay import SCHEMA, digest
from workbench.running.process import Process
from workbench.running.removal import remove
from workbench.running.tap import Tap
from workbench.running.wire import Statement

if TYPE_CHECKING:
    from workbench.running.runner import Runner

READY_SECONDS = 20.0


class NotReady(Exception):
    """The system does not serve: the message says why, in the words of its own traceback."""


class System(Closing):
    """One running system: its address, its database, what it said and asked."""

    def __init__(
        self, process: Process, tap: Tap, tenancy: Tenancy, tenant: Tenant, database: str, port: int
    ) -> None:
        self._process, self._tap = process, tap
        self._tenancy, self._tenant = tenancy, tenant
        self.database = database
        self.port = port
        self.base_url = f"http://127.0.0.1:{port}"
        self.database_url = tenancy.postgres_url(tenant, database)
        self.redis_url = tenancy.redis_url(tenant)

    @property
    def statements(self) -> list[Statement]:
        """Every SQL statement so far, in order."""
        return self._tap.statements

    @property
    def output(self) -> str:
        return self._process.output.text

    @property
    def alive(self) -> bool:
        return self._process.alive

    def kill(self) -> None:
        """End the processes, keep the database: whoever waits for an answer gets a closed door."""
        self._process.stop()

    def close(self, *, keep_database: bool = False) -> None:
        self._process.stop()
        self._tap.close()
        if not keep_database:
            self._tenancy.drop_database(self.database)


class Stage(Closing):
    """An overlay on disk with a tenant of its own. Systems are started on it, one after another."""

    def __init__(
        self,
        runner: Runner,
        folder: Path,
        tenant: Tenant,
        *,
        own: bool,
        databases: Sequence[str] = (),
    ) -> None:
        """own: the tenant is the stage's, and goes with it; databases: fresh ones of that tenant,
        made ahead from the reference's template."""
        self._runner, self._own = runner, own
        self.folder, self.tenant = folder, tenant
        self.schema = digest(folder, SCHEMA)  # names what the answer's tables look like
        self._ready = list(databases)
        self._template: tuple[str, bool] | None = None
        self._not_ready: str | None = None

    def start(self, database: str | None = None, port: int = 0) -> System:
        """Start a system on a fresh database, or on one that is there already; on a free port
        of its own, or on this one.

        Raises NotReady when the answer does not come up; it is not tried twice.
        """
        if self._not_ready is not None:
            raise NotReady(self._not_ready)
        try:
            return self._start(database, port)
        except NotReady as error:
            self._not_ready = str(error)
            raise

    def _start(self, database: str | None, port: int) -> System:
        tenancy = self._runner.tenancy
        fresh = database is None
        if database is None:
            if self._template is None:
                self._template = self._runner.template_for(self)
            template, shared = self._template
            if shared and self._ready:
                database = self._ready.pop()
            else:
                database = tenancy.create_database(self.tenant, template)
        tap = self._runner.open_tap()
        with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
            port = listener.getsockname()[1]
            process = self._runner.launch("serve", self, database, tap, listener)
        system = System(process, tap, tenancy, self.tenant, database, port)
        trouble = process.wait_ready(READY_SECONDS)
        if trouble is not None:
            system.close(keep_database=not fresh)
            raise NotReady(trouble)
        return system

    def close(self) -> None:
        tenancy = self._runner.tenancy
        if self._own:
            tenancy.drop_tenant(self.tenant)
        if self._template is not None and not self._template[1]:
            tenancy.drop_template(self._template[0])
        remove(self.folder)
        self._runner.rest()
