"""The runner: composition root of everything that makes an answer a live system."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from workbench.bench.provider import Services
from workbench.bench.tenancy import Tenancy, Tenant
from workbench.closing import Closing
from workbench.paths import root
from workbench.running import overlay
from workbench.running.entrance import Entrance
from workbench.running.gate import GateConversation
from workbench.running.launcher import Launcher
from workbench.running.orders import LOOPBACK, open_listener
from workbench.running.process import Process
from workbench.running.relay import Conversation, PlainConversation, Relay, Relays, Service
from workbench.running.sandbox.level import Level
from workbench.running.spares import Spares
from workbench.running.system import NO_SETTINGS, READY_SECONDS, Stage, System, raise_trouble
from workbench.running.tokens import access_tokens
from workbench.running.ways import Ways

#: What every process of an answer is told of the machine.
BARE_ENVIRON: Mapping[str, str] = MappingProxyType(
    {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0"}
)


class Runner(Closing):
    """Stages answers on the services of a bench. Thread-safe; holds all that must be closed."""

    def __init__(
        self,
        services: Services,
        reference: Path | None = None,
        *,
        launcher: Launcher | None = None,
        spare: bool = False,
    ) -> None:
        """reference: the folder that holds backend/ and sql/, the checkout unless said; launcher:
        one that was opened ahead, and that is closed with the runner; spare: make the next stage's
        databases ahead, for one learner who waits."""
        self.launcher = launcher or Launcher()
        self.tenancy = Tenancy(services)
        self._relays = Relays()
        postgres, redis = urlsplit(services.postgres_url), urlsplit(services.redis_url)
        self._postgres = Service(postgres.hostname or "127.0.0.1", postgres.port or 5432)
        self._redis = Service(
            redis.hostname or "127.0.0.1", redis.port or 6379, tls=redis.scheme == "rediss"
        )
        self._reference = overlay.read_reference(reference or root())
        self._schema = overlay.digest(reference or root(), overlay.SCHEMA)
        self.templates = threading.Lock()  # held by whoever makes one
        self._spares = Spares(self.tenancy, f"schema_{self._schema}") if spare else None
        self.rest()

    def stage(self, answers: Mapping[str, str], tenant: Tenant | None = None) -> Stage:
        """Lay the answers (path of the part -> text) over the reference.

        tenant: whose databases the systems use; one of the stage's own unless given. Raises
        OverlayError when a path is no part.
        """
        folder = Path(tempfile.mkdtemp(prefix="stage-", dir=self.launcher.home))
        overlay.lay(answers, self._reference, folder)
        if tenant is not None:
            return Stage(self, folder, tenant, own=False, answers=answers)
        ready = self._spares.take() if self._spares else None
        if ready is not None:
            made = ready.databases
            return Stage(self, folder, ready.tenant, own=True, answers=answers, databases=made)
        return Stage(self, folder, self.tenancy.create_tenant(), own=True, answers=answers)

    def reference(self, path: str) -> str:
        """The reference's text of a file. Raises FileNotFoundError when there is none."""
        if path not in self._reference:
            raise FileNotFoundError(f"The reference has no {path}.")
        return self._reference[path].decode("utf-8")

    @property
    def sandbox(self) -> Level:
        """How well answers are confined here. Raises LauncherError when the zygote is gone."""
        return self.launcher.warm_up()

    def rest(self) -> None:
        """A stage has closed: use the pause."""
        if self._spares is not None:
            self._spares.refill()

    def open_ways(self) -> Ways:
        """Ways to PostgreSQL and Redis for one system."""
        return Ways(self._relays, self._postgres, self._redis, self.launcher.listen)

    def open_gate(self, converse: Callable[[], GateConversation] = GateConversation) -> Relay:
        """The checks' way to PostgreSQL, for one system. converse: see Relays.open."""
        return self._relays.open(self._postgres, converse, open_listener())

    def open_entrance(self, port: int) -> Entrance:
        """Where one system serves, on this port or a free one (0). Raises OSError."""
        return Entrance(self.launcher, self._relays, port)

    def open_way_to(self, target: System) -> Relay:
        """A way from a process of an answer to another system."""
        service = Service(LOOPBACK, target.port)
        return self._relays.open(service, PlainConversation, self.launcher.listen())

    def open_way_to_postgres(self, converse: Callable[[], Conversation]) -> Relay:
        """A process's way to PostgreSQL, and nothing else. converse: see Relays.open."""
        return self._relays.open(self._postgres, converse, self.launcher.listen())

    def launch(
        self,
        action: str,
        stage: Stage,
        database: str,
        ways: Ways,
        listener: socket.socket,
        settings: Mapping[str, str] = NO_SETTINGS,
        upstreams: Sequence[int] = (),
        clock: Path | None = None,
    ) -> Process:
        """Start `action` (see entry.py) on a stage and one of its databases, with these ways.

        settings: environment variables for this system, over those that every system gets;
        upstreams: more ports that it may connect to; clock: see Launcher.launch.
        """
        environ = {**self._environ(stage.tenant, database, ways), **settings}
        ports = [*ways.ports, *upstreams]
        return self.launcher.launch(action, stage.folder, environ, ports, listener, clock)

    def _environ(self, tenant: Tenant, database: str, ways: Ways) -> dict[str, str]:
        """The environment of a system's process; entry.py adds its folder for temporary files."""
        postgres, redis = ways.ports
        return {
            **BARE_ENVIRON,
            "DATABASE_URL": self.tenancy.postgres_url(tenant, database, "127.0.0.1", postgres),
            "REDIS_URL": self.tenancy.redis_url(tenant, "127.0.0.1", redis),
            "ACCESS_TOKENS": access_tokens(),
        }

    def template_for(self, stage: Stage) -> tuple[str, bool]:
        """The template database with the schema of the stage's system, and: is it shared?

        The reference's template is made once and kept in the bench; that of an answer which
        changes the schema is its stage's own. Raises NotReady when the schema can't be made.
        """
        if stage.schema != self._schema:
            name = f"schema_{stage.tenant.name}"
            self._make_template(name, stage)
            return name, False
        name = f"schema_{stage.schema}"
        with self.templates:
            if not self.tenancy.has_template(name):
                self._make_template(name, stage)
        return name, True

    def _make_template(self, name: str, stage: Stage) -> None:
        database = self.tenancy.create_database(stage.tenant)
        ways = self.open_ways()
        try:
            with self.launcher.open_socket() as unused:
                process = self.launch("schema", stage, database, ways, unused)
            trouble = process.wait_ready(READY_SECONDS)
            process.stop()
        finally:
            ways.close()
        if trouble is not None:
            self.tenancy.let_go(database)
            raise_trouble(f"The database's tables could not be made.\n{trouble}", ways)
        self.tenancy.freeze_as_template(database, name)

    def close(self) -> None:
        if self._spares:
            self._spares.close()
        self.launcher.close()
        self._relays.close()
        self.tenancy.close()
