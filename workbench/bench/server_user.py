"""Who the servers run as. PostgreSQL refuses to run as root, and Valkey need not.

A root user's servers run as `nobody` where nobody can reach the binaries and the data. Where it
cannot (a virtual environment below root's home), they run in a user namespace in which root is
called nobody: `unshare --user --map-user=65534`.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.bench.provider import BenchError

PR_SET_PDEATHSIG = 1
NAMESPACE = ("unshare", "--user", "--map-user=65534", "--")
# Shell, because Popen enters `cwd` before it changes the user.
REACH = 'cd "$1" && exec "$2" --version'


@dataclass(frozen=True)
class ServerUser:
    """How to start a program as the user of the servers."""

    prefix: tuple[str, ...] = ()
    owner: tuple[int, int] | None = None  # uid and gid that must own the data; None: ours

    _popen: dict[str, Any] = field(default_factory=dict)

    def own(self, path: Path) -> None:
        """Make `path` and all below it belong to the user of the servers."""
        owner = self.owner
        if owner is None and os.geteuid() == 0:
            owner = (0, 0)
        if owner is None or path.stat().st_uid == owner[0]:
            return
        for folder, _, files in os.walk(path):
            os.chown(folder, *owner)
            for name in files:
                os.chown(Path(folder) / name, *owner, follow_symlinks=False)

    def run(self, command: list[str], timeout: float) -> subprocess.CompletedProcess[str]:
        """Run a short command and return what it printed."""
        return subprocess.run(
            [*self.prefix, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
            **self._popen,
        )

    def start(
        self, command: list[str], cwd: Path, stop: signal.Signals, stdin: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        """Start a server that gets the signal `stop` when its parent dies (on Linux)."""
        return subprocess.Popen(
            [*self.prefix, *command],
            cwd=cwd,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a Ctrl-C in the terminal is not for the servers
            preexec_fn=_dies_with_parent(stop),
            **self._popen,
        )


def _dies_with_parent(stop: signal.Signals) -> Callable[[], None] | None:
    # macOS has nothing like it: there the next supervisor stops what a killed one left behind.
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def set_death_signal() -> None:
        prctl(PR_SET_PDEATHSIG, int(stop), 0, 0, 0)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return set_death_signal


def server_user(binary: Path, folder: Path) -> ServerUser:
    """The user that can run `binary` with its data below `folder`.

    Raises BenchError when this is root and neither way out works.
    """
    if os.geteuid() != 0:
        return ServerUser()
    for candidate in (_nobody(), _namespaced()):
        if candidate is not None:
            reach = candidate.run(["sh", "-c", REACH, "sh", str(folder), str(binary)], timeout=30)
            if reach.returncode == 0:
                return candidate
    raise BenchError(
        "PostgreSQL does not run as root, and here the servers can run neither as nobody (who"
        f" cannot reach {binary} or {folder}) nor in a user namespace (`unshare --user` is missing"
        " or forbidden). Work as an ordinary user, or move the virtual environment and the course"
        " out of root's home folder, for example to /opt."
    )


def _nobody() -> ServerUser | None:
    import pwd  # POSIX only, as is root

    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return None
    ids = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return ServerUser(owner=(nobody.pw_uid, nobody.pw_gid), _popen=ids)


def _namespaced() -> ServerUser | None:
    return ServerUser(prefix=NAMESPACE) if shutil.which(NAMESPACE[0]) else None
