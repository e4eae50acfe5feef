"""The launcher: owns a zygote and asks it for processes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from workbench.closing import Closing
from workbench.paths import root
from workbench.running.process import Process

_START_SECONDS = 60.0


class LauncherError(Exception):
    """No process can be started: an error of ours, never of the answer."""


class Launcher(Closing):
    """Starts processes of answers by forking a zygote. Thread-safe.

    Everything that it started ends with it, also when this process is killed: the pipes close.
    """

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self._orders = ours
        self._lock = threading.Lock()
        with theirs:
            self._zygote = subprocess.Popen(
                [sys.executable, "-m", "workbench.running.zygote", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                cwd=root(),
                env={"PATH": os.defpath, "PYTHONPATH": str(root()), "LANG": "C.UTF-8"},
            )
        self._warm = False

    def warm_up(self) -> None:
        """Wait until the zygote has loaded its libraries. Raises LauncherError when it cannot."""
        with self._lock:
            if self._warm:
                return
            self._orders.settimeout(_START_SECONDS)
            if self._orders.recv(16) != b"ready":
                raise LauncherError("The zygote ended while it loaded its libraries.")
            self._orders.settimeout(None)
            self._warm = True

    def launch(
        self, action: str, folder: Path, environ: Mapping[str, str], listener: socket.socket
    ) -> Process:
        """Start `action` (see entry.py) in `folder` with just this environment.

        Raises LauncherError when the zygote is gone.
        """
        self.warm_up()
        status, status_end = os.pipe()
        output, output_end = os.pipe()
        control_end, control = os.pipe()
        order = json.dumps({"action": action, "folder": str(folder), "environ": dict(environ)})
        try:
            with self._lock:
                socket.send_fds(
                    self._orders,
                    [order.encode()],
                    [listener.fileno(), status_end, output_end, control_end],
                )
        except OSError as error:
            for descriptor in (status, output, control):
                os.close(descriptor)
            raise LauncherError(f"The zygote does not take orders: {error}") from error
        finally:
            for descriptor in (status_end, output_end, control_end):
                os.close(descriptor)
        return Process(status, output, control)

    def close(self) -> None:
        self._orders.close()
        self._zygote.wait()
