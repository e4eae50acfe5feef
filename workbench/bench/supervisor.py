"""The process that owns PostgreSQL and Valkey: `python -m workbench.bench.supervisor FOLDER`.

It starts both, prints one line of JSON (`{}` or `{"error": ...}`), and serves leases. It stops both
when no lease has been held for `linger` seconds, on `down`, on SIGTERM, and when one of them dies.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from filelock import FileLock

from workbench.bench import postgres_server, valkey_server
from workbench.bench.lease_protocol import ADDRESS_FILE, Address
from workbench.bench.lease_server import LeaseServer
from workbench.bench.postgres_server import PostgresServer
from workbench.bench.process_identity import started
from workbench.bench.provider import BenchError
from workbench.bench.server_process import come_up
from workbench.bench.server_user import server_user
from workbench.bench.valkey_server import ValkeyServer

START_SECONDS = 60.0
LOCK_SECONDS = 90.0  # an earlier supervisor may be stopping its servers
FIRST_CLAIM_SECONDS = 10.0
Server = PostgresServer | ValkeyServer


class Supervisor:
    """The two servers, who holds a lease on them, and when to stop."""

    def __init__(self, folder: Path, linger: float) -> None:
        self.folder = folder
        self.linger = linger
        self._changed = threading.Condition()
        self._leases = 0
        self._pinned = False
        self._claimed = False
        self._leaving = False
        self._servers: list[Server] = []

    def start(self) -> None:
        """Start both servers at the same time. Raises BenchError with nothing left running."""
        postgres_bin, valkey_program = postgres_server.binaries(), valkey_server.binary()
        if postgres_bin is None or valkey_program is None:
            raise BenchError("The embedded servers are not installed: run `workbench doctor`.")
        user = server_user(postgres_bin / "postgres", self.folder)
        postgres = PostgresServer(self.folder, user, postgres_bin)
        self._servers = [postgres, ValkeyServer(self.folder, user, valkey_program)]
        for server in self._servers:
            server.prepare()
        try:
            self._start_all()
        except BaseException:
            self.stop()
            raise

    def _start_all(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        for server in self._servers:
            server.start(self.leave)
        for server in self._servers:
            come_up(server, self.leave, deadline)
        self._leaving = False  # a server that had to start again has asked us to leave

    def stop(self) -> None:
        for server in self._servers:
            server.stop()

    def leave(self) -> None:
        """Ask the main thread to stop. A client that comes after this starts another supervisor."""
        with self._changed:
            self._leaving = True
            self._changed.notify_all()

    def hold_until_unused(self) -> None:
        """Return when it is time to stop."""
        with self._changed:
            # Whoever started us is about to come, however short the linger.
            self._changed.wait_for(lambda: self._claimed or self._leaving, FIRST_CLAIM_SECONDS)
            while not self._leaving:
                if self._leases or self._pinned:
                    self._changed.wait()
                elif not self._changed.wait(self.linger):
                    self._leaving = True

    def answer(self, request: str) -> dict[str, Any] | None:
        """The reply to a client, or None when we are leaving."""
        with self._changed:
            if not self._leaving and not all(server.alive for server in self._servers):
                # Its log tells, too, but may stay open: PostgreSQL's sessions outlive their server.
                self._leaving = True
                self._changed.notify_all()
            if self._leaving:
                return None
            self._claimed = True
            if request == "lease":
                self._leases += 1
            elif request == "up":
                self._pinned = True
            self._changed.notify_all()
            return self._facts()

    def release(self) -> None:
        with self._changed:
            self._leases -= 1
            self._changed.notify_all()

    def _facts(self) -> dict[str, Any]:
        postgres, valkey = self._servers
        warnings = [text for server in self._servers for text in server.warnings]
        return {
            "postgres_url": postgres.url,
            "redis_url": valkey.url,
            "leases": self._leases,
            "pinned": self._pinned,
            "warnings": warnings,
        }


def run(folder: Path, linger: float, report: Callable[[dict[str, Any]], None]) -> int:
    """Supervise until nobody needs the servers. `report` hears once how the start went."""
    supervisor = Supervisor(folder, linger)
    with FileLock(folder / "supervisor.lock", timeout=LOCK_SECONDS):
        try:
            supervisor.start()
        except BenchError as error:
            report({"error": str(error)})
            return 1
        signal.signal(signal.SIGTERM, lambda *_: supervisor.leave())
        server = LeaseServer(supervisor)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        Address(os.getpid(), started(), server.server_address[1], server.token).write(folder)
        report({})
        supervisor.hold_until_unused()
        (folder / ADDRESS_FILE).unlink(missing_ok=True)
        supervisor.stop()
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--linger", type=float, default=10.0)
    arguments = parser.parse_args()
    os.umask(0o077)  # logs hold statements of learners, and the folder may be passed through
    if os.fork():
        os._exit(0)  # the rest is nobody's child: no zombie, and no part of a client's tree

    def report(line: dict[str, Any]) -> None:
        print(json.dumps(line), flush=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    return run(arguments.folder, arguments.linger, report)


if __name__ == "__main__":
    sys.exit(main())
