"""The runner: composition root of everything that makes an answer a live system."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from workbench.bench.provider import Services
from workbench.bench.tenancy import Tenancy, Tenant
from workbench.closing import Closing
from workbench.paths import root
from workbench.running import overlay
from workbench.running.launcher import Launcher
from workbench.running.spares import Spares
from workbench.running.system import READY_SECONDS, NotReady, Stage
from workbench.running.tap import Tap, Taps


class Runner(Closing):
    """Stages answers on the services of a bench. Thread-safe; holds all that must be closed."""

    def __init__(
        self, services: Services, reference: Path | None = None, *, spare: bool = False
    ) -> None:
        """reference: the folder that holds backend/ and sql/, the checkout unless said; spare:
        make the next stage's databases ahead, for one learner who waits."""
        self.launcher = Launcher()
        self.tenancy = Tenancy(services)
        self._taps = Taps()
        server = urlsplit(services.postgres_url)
        self._postgres = (server.hostname or "127.0.0.1", server.port or 5432)
        self._home = Path(tempfile.mkdtemp(prefix="workbench-"))
        self._base = self._home / "reference"
        self._base.mkdir()
        overlay.copy_reference(reference or root(), self._base)
        self._schema = overlay.digest(self._base, overlay.SCHEMA)
        self._templates = threading.Lock()
        self._spares = Spares(self.tenancy, f"schema_{self._schema}") if spare else None
        self.rest()

    def stage(self, answers: Mapping[str, str], tenant: Tenant | None = None) -> Stage:
        """Lay the answers (path of the part -> text) over the reference.

        tenant: whose databases the systems use; one of the stage's own unless given. Raises
        OverlayError when a path is no part.
        """
        folder = Path(tempfile.mkdtemp(prefix="stage-", dir=self._home))
        overlay.lay(answers, self._base, folder)
        if tenant is not None:
            return Stage(self, folder, tenant, own=False)
        ready = self._spares.take() if self._spares else None
        if ready is not None:
            return Stage(self, folder, ready.tenant, own=True, databases=ready.databases)
        return Stage(self, folder, self.tenancy.create_tenant(), own=True)

    def rest(self) -> None:
        """A stage has closed: use the pause."""
        if self._spares is not None:
            self._spares.refill()

    def open_tap(self) -> Tap:
        return self._taps.open(*self._postgres)

    def environ(self, folder: Path, tenant: Tenant, database: str, port: int) -> dict[str, str]:
        """The whole environment of a system's process."""
        return {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "PYTHONHASHSEED": "0",
            "DATABASE_URL": self.tenancy.postgres_url(tenant, database, "127.0.0.1", port),
            "REDIS_URL": self.tenancy.redis_url(tenant),
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
        with self._templates:
            if not self.tenancy.has_template(name):
                self._make_template(name, stage)
        return name, True

    def _make_template(self, name: str, stage: Stage) -> None:
        database = self.tenancy.create_database(stage.tenant)
        tap = self.open_tap()
        environ = self.environ(stage.folder, stage.tenant, database, tap.port)
        try:
            with socket.socket() as unused:
                process = self.launcher.launch("schema", stage.folder, environ, unused)
            trouble = process.wait_ready(READY_SECONDS)
            process.stop()
        finally:
            tap.close()
        if trouble is not None:
            self.tenancy.drop_database(database)
            raise NotReady(f"The database's tables could not be made.\n{trouble}")
        self.tenancy.freeze_as_template(database, name)

    def close(self) -> None:
        if self._spares:
            self._spares.close()
        self.launcher.close()
        self._taps.close()
        self.tenancy.close()
        shutil.rmtree(self._home, ignore_errors=True)
