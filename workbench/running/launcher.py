"""The launcher: owns a zygote and asks it for processes."""

from __future__ import annotations

import json
import os
import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from workbench.closing import Closing
from workbench.running import entry, orders
from workbench.running.process import LauncherError, Process
from workbench.running.removal import remove
from workbench.running.sandbox import container
from workbench.running.sandbox.level import Level
from workbench.running.zygote_process import ZygoteProcess, start_here

#: Names the sandbox to use: `container`; the best that there is without it.
SANDBOX = "WORKBENCH_SANDBOX"


@contextmanager
def shared_zygote() -> Iterator[ZygoteProcess | None]:
    """A zygote for the launchers of several processes, to which copies of it can be sent; none
    where answers run in containers, which belong to one launcher each."""
    if os.environ.get(SANDBOX):
        yield None
    else:
        with start_here() as zygote:
            yield replace(zygote, process=None)


class Launcher(Closing):
    """Starts processes of answers by forking a zygote. Thread-safe.

    Everything that it started ends with it, also when this process is killed: the pipes close.
    """

    def __init__(self, zygote: ZygoteProcess | None = None) -> None:
        """zygote: a copy of one that `shared_zygote` gave; of its own unless given."""
        #: The folder below which the folders of its processes are to lie.
        self.home = Path(tempfile.mkdtemp(prefix="workbench-"))
        self._lock = threading.Lock()
        self._sandbox: Level | None = None
        self._wanted = os.environ.get(SANDBOX, "")
        # It loads its libraries while this process goes on.
        self._zygote = None if self._wanted else zygote or start_here()

    def warm_up(self) -> Level:
        """Wait until the zygote has loaded its libraries and found out how well it can confine.

        Raises LauncherError when it cannot.
        """
        with self._lock:
            if self._sandbox is None:
                self._sandbox = self._find()
            return self._sandbox

    @property
    def has_own_network(self) -> bool:
        """Whether its processes live in another network than this one. Raises LauncherError."""
        return self.warm_up().name == "container"

    def listen(self) -> socket.socket:
        """A listening socket of the loopback that its processes have. Raises OSError."""
        return self._socket(orders.LISTEN) if self.has_own_network else orders.open_listener()

    def open_socket(self) -> socket.socket:
        """A socket that can connect to that loopback. Raises OSError."""
        return self._socket(orders.CONNECT) if self.has_own_network else socket.socket()

    def launch(
        self,
        action: str,
        folder: Path,
        environ: Mapping[str, str],
        ports: Sequence[int],
        listener: socket.socket,
        clock: Path | None = None,
    ) -> Process:
        """Start `action` (see entry.py) in `folder` with just this environment.

        ports: the TCP ports that it may connect to; listener: one of `listen`, or of `open_socket`
        for a process that serves nobody. A socket of another network would lead out of the sandbox;
        clock: the file of the clock that it is given, the machine's own unless said (see clock.py).
        Raises LauncherError when the zygote is gone.
        """
        self.warm_up()
        status, status_end = os.pipe()
        output, output_end = os.pipe()
        control_end, control = os.pipe()
        text_end, text = os.pipe()
        order = {
            "action": action,
            "folder": str(folder),
            "environ": dict(environ),
            "ports": ports,
            "clock": clock and str(clock),
        }
        given = [listener.fileno(), status_end, output_end, control_end, text_end]
        try:
            os.write(text, json.dumps(order).encode())  # shorter than what a pipe holds
            number = tuple(entry.ACTIONS).index(action)
            orders.send(self._open_zygote().orders, orders.START, number, given)
        except OSError as error:
            for descriptor in (status, output, control):
                os.close(descriptor)
            raise LauncherError(f"The zygote does not take orders: {error}") from error
        finally:
            for descriptor in (status_end, output_end, control_end, text_end, text):
                os.close(descriptor)
        return Process(status, output, control)

    def close(self) -> None:
        if self._zygote is not None:
            self._zygote.close()
        remove(self.home)

    def _find(self) -> Level:
        """The level of the zygote here, or in a container where that is asked for or better."""
        if self._wanted not in ("", "container"):
            raise LauncherError(
                f"{SANDBOX} is {self._wanted!r}: set it to `container`, or unset it."
            )
        if self._zygote is None:
            return self._contain()
        level = self._zygote.level()
        if level.name != "limits":
            return level
        try:
            return self._contain()
        except (LauncherError, OSError) as error:
            return replace(level, reason=f"{level.reason} {error}")

    def _contain(self) -> Level:
        """Put a zygote in a container in the place of the one here. Raises LauncherError."""
        zygote = container.start(self.home)
        try:
            level = zygote.level()
            if level.name != "container":
                raise LauncherError(f"A container does not confine here: {level.reason}")
        except LauncherError:
            zygote.close()
            raise
        if self._zygote is not None:
            self._zygote.close()
        self._zygote = zygote
        return level

    def _socket(self, kind: bytes) -> socket.socket:
        return orders.ask_socket(self._open_zygote().orders, kind)

    def _open_zygote(self) -> ZygoteProcess:
        assert self._zygote is not None  # noqa: S101 - warm_up found one, or raised
        return self._zygote
