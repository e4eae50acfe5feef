"""The launcher: owns a zygote and asks it for processes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from workbench.closing import Closing
from workbench.paths import root
from workbench.running.process import LauncherError, Process
from workbench.running.sandbox.level import Level

_START_SECONDS = 60.0
_MOST_NEWS_BYTES = 1 << 16


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
        self._sandbox: Level | None = None

    def warm_up(self) -> Level:
        """Wait until the zygote has loaded its libraries and found out how well it can confine.

        Raises LauncherError when it cannot.
        """
        with self._lock:
            if self._sandbox is None:
                self._orders.settimeout(_START_SECONDS)
                news = self._orders.recv(_MOST_NEWS_BYTES)
                if not news:
                    raise LauncherError("The zygote ended while it loaded its libraries.")
                self._orders.settimeout(None)
                self._sandbox = Level(**json.loads(news)["sandbox"])
            return self._sandbox

    def launch(
        self,
        action: str,
        folder: Path,
        environ: Mapping[str, str],
        ports: Sequence[int],
        listener: socket.socket,
    ) -> Process:
        """Start `action` (see entry.py) in `folder` with just this environment.

        ports: the TCP ports that it may connect to. Raises LauncherError when the zygote is gone.
        """
        self.warm_up()
        status, status_end = os.pipe()
        output, output_end = os.pipe()
        control_end, control = os.pipe()
        text_end, text = os.pipe()
        order = {"action": action, "folder": str(folder), "environ": dict(environ), "ports": ports}
        try:
            os.write(text, json.dumps(order).encode())  # shorter than what a pipe holds
            with self._lock:
                socket.send_fds(
                    self._orders,
                    [b"!"],
                    [listener.fileno(), status_end, output_end, control_end, text_end],
                )
        except OSError as error:
            for descriptor in (status, output, control):
                os.close(descriptor)
            raise LauncherError(f"The zygote does not take orders: {error}") from error
        finally:
            for descriptor in (status_end, output_end, control_end, text_end, text):
                os.close(descriptor)
        return Process(status, output, control)

    def close(self) -> None:
        self._orders.close()
        self._zygote.wait()
