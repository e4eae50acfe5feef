"""A stage is an answer made ready to run; a system is one run of it: a database and a process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NoReturn

from workbench.bench.provider import BenchError
from workbench.bench.tenancy import Tenancy, Tenant
from workbench.closing import Closing
from workbench.running.entrance import Entrance
from workbench.running.log import Log
from workbench.running.overlay import SCHEMA, digest
from workbench.running.postgres_wire import Statement
from workbench.running.process import Process
from workbench.running.redis_wire import Command
from workbench.running.relay import Relay
from workbench.running.removal import remove
from workbench.running.ways import Ways

if TYPE_CHECKING:
    from workbench.running.runner import Runner

READY_SECONDS = 20.0

#: What a process of a system does, see entry.py.
Action = Literal["serve", "work", "gateway", "users", "orders", "social"]

#: A system that is started as all are.
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
#: Between the end of a process and our knowledge of it.
END_SECONDS = 5.0


class NotReady(Exception):
    """The system does not serve: the message says why, in the words of its own traceback.

    look: where in the message the learner finds what to mend.
    """

    look = "the last line above: it names the error, the lines before it name the place"


def raise_trouble(trouble: str, ways: Ways) -> NoReturn:
    """Raise NotReady for a system that does not come up, BenchError when that is PostgreSQL's."""
    if ways.faults:
        raise BenchError(f"PostgreSQL failed: {ways.faults[0]}.")
    raise NotReady(trouble)


class System(Closing):
    """One running system: its address, its database, what it said and asked."""

    def __init__(
        self,
        process: Process,
        ways: Ways,
        entrance: Entrance,
        gate: Relay,
        tenancy: Tenancy,
        tenant: Tenant,
        database: str,
    ) -> None:
        self._process, self.ways, self._entrance, self._gate = process, ways, entrance, gate
        self._tenancy, self._tenant = tenancy, tenant
        self.database = database
        self.port = entrance.port
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.database_url = tenancy.postgres_url(tenant, database, "127.0.0.1", gate.port)
        self.redis_url = tenancy.redis_url(tenant)

    @property
    def statements(self) -> Log[Statement]:
        """The SQL statements so far, in order."""
        return self.ways.statements

    @property
    def commands(self) -> Log[Command]:
        """The Redis commands so far, in order."""
        return self.ways.commands

    @property
    def output(self) -> str:
        return self._process.printed

    @property
    def fault(self) -> str | None:
        """What failed beneath the system and was not its doing, in a sentence, if anything did."""
        if self.ways.faults:
            return f"PostgreSQL failed: {self.ways.faults[0]}."
        if self._entrance.is_closed() and not self._process.wait_end(END_SECONDS):
            return "The keeper of the system was killed."
        return None

    @property
    def alive(self) -> bool:
        return self._process.alive

    def terminate(self) -> None:
        """Ask the process to end of itself (SIGTERM)."""
        self._process.terminate()

    def wait_end(self, seconds: float) -> bool:
        """Wait until the process has ended; False when it has not within so many seconds."""
        self._process.wait_end(seconds)
        return not self.alive

    def kill(self) -> None:
        """End the processes, keep the database: whoever waits for an answer, of the system or of
        its database, gets a closed door."""
        self._gate.close()
        self._process.stop()

    def close(self, *, keep_database: bool = False) -> None:
        self.kill()
        self.ways.close()
        self._entrance.close()
        if not keep_database:
            self._tenancy.let_go(self.database)


class Stage(Closing):
    """An overlay on disk with a tenant of its own. Systems are started on it, one after another."""

    def __init__(
        self,
        runner: Runner,
        folder: Path,
        tenant: Tenant,
        *,
        own: bool,
        answers: Mapping[str, str],
        databases: Sequence[str] = (),
    ) -> None:
        """own: the tenant is the stage's, and goes with it; answers: what was laid over the
        reference (path of the part -> text); databases: fresh ones of that tenant, made ahead from
        the reference's template."""
        self.runner, self._own, self.answers = runner, own, answers
        self.folder, self.tenant = folder, tenant
        self.schema = digest(folder, SCHEMA)  # names what the answer's tables look like
        self._ready = list(databases)
        self._template: tuple[str, bool] | None = None
        self.not_ready: NotReady | None = None  # why it has not come up; it is not tried twice

    def start(
        self,
        database: str | None = None,
        port: int = 0,
        settings: Mapping[str, str] = NO_SETTINGS,
        action: Action = "serve",
        upstreams: Sequence[int] = (),
        clock: Path | None = None,
    ) -> System:
        """Start a system on a fresh database, or on one that is there already; on a free port
        of its own, or on this one; with these environment variables over the usual ones.

        action: "work" starts the system's worker, which has the same ways and serves nobody,
        "gateway" the gateway, "users", "orders" and "social" those services; upstreams: ports of
        services that it may connect to; clock: see Launcher.launch.
        Raises NotReady when the answer does not come up; it is not tried twice. Raises BenchError
        when that is the fault of PostgreSQL.
        """
        if self.not_ready is not None:
            raise self.not_ready
        try:
            return self._start(database, port, settings, action, upstreams, clock)
        except NotReady as error:
            self.not_ready = error
            raise

    def _start(
        self,
        database: str | None,
        port: int,
        settings: Mapping[str, str],
        action: Action,
        upstreams: Sequence[int],
        clock: Path | None,
    ) -> System:
        tenancy = self.runner.tenancy
        fresh = database is None
        if database is None:
            if self._template is None:
                self._template = self.runner.template_for(self)
            template, shared = self._template
            if shared and self._ready:
                database = self._ready.pop()
            else:
                database = tenancy.create_database(self.tenant, template)
        ways = self.runner.open_ways()
        entrance = self.runner.open_entrance(port)
        with entrance.listener as listener:
            process = self.runner.launch(
                action, self, database, ways, listener, settings, upstreams, clock
            )
        gate = self.runner.open_gate()
        system = System(process, ways, entrance, gate, tenancy, self.tenant, database)
        trouble = process.wait_ready(READY_SECONDS)
        if trouble is not None:
            system.close(keep_database=not fresh)
            raise_trouble(trouble, ways)
        return system

    def forget_trouble(self) -> None:
        """What kept a system from coming up counts no longer: it gets other settings."""
        self.not_ready = None

    def close(self) -> None:
        tenancy = self.runner.tenancy
        if self._own:
            tenancy.drop_tenant(self.tenant)
        if self._template is not None and not self._template[1]:
            tenancy.drop_template(self._template[0])
        remove(self.folder)
        self.runner.rest()
