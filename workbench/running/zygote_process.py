"""A zygote as a launcher holds it: the process, and the socket for orders."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from workbench import interrupts
from workbench.closing import Closing
from workbench.paths import root
from workbench.running.orders import ask_level
from workbench.running.process import LauncherError
from workbench.running.sandbox.level import Level

START_SECONDS = 60.0


@dataclass(frozen=True)
class ZygoteProcess(Closing):
    """process: the zygote, or the client of the container that it is in; None where another one
    waits for it."""

    process: subprocess.Popen[bytes] | None
    orders: socket.socket

    def level(self) -> Level:
        """Wait until it knows the level of its sandbox. Raises LauncherError."""
        try:
            level = ask_level(self.orders, START_SECONDS)
        except OSError as error:
            raise LauncherError(f"The zygote does not get ready: {error}") from error
        if not level:
            raise LauncherError("The zygote ended while it loaded its libraries.")
        return Level(**json.loads(level))

    def close(self) -> None:
        self.orders.close()
        if self.process is not None:
            self.process.wait()


def start_here() -> ZygoteProcess:
    """A zygote on this machine, that each of its systems is confined by."""
    ours, theirs = socket.socketpair()
    with theirs, interrupts.held_back():
        process = subprocess.Popen(
            [sys.executable, "-m", "workbench.running.zygote", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            cwd=root(),
            env=zygote_environ(root()),
        )
    return ZygoteProcess(process, ours)


def zygote_environ(folder: Path) -> dict[str, str]:
    """All that a zygote is told of the machine. folder: the one that holds workbench/.

    What it forks has its hash seed, whatever that process's own environment says. Chosen by chance,
    it would decide over answers that go through a set.
    """
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(folder),
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
    }
