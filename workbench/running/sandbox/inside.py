"""Inside the container: its main process, a zygote, and how its systems are kept from each other.

What the container keeps out is the same for all of them. Between them stand a user of its own for
each, without any right, and files and folders that only it may read; and the kernel's own walls
where it has them.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from workbench.running import zygote
from workbench.running.keeper import die_with_keeper
from workbench.running.sandbox import files, identity, limits
from workbench.running.sandbox.level import Level
from workbench.running.sandbox.sandbox import Restrict, Sandbox, trouble

#: What would tell systems of each other, or let them leave something for each other.
CLOSED = ("/proc", "/dev/pts", "/dev/mqueue", "/sys/fs")

#: For keepers to end their trees, when the launcher has gone.
END_SECONDS = 10.0


class Contained(Sandbox):
    """What confines a system inside the container."""

    def __init__(self, level: Level, restrict: Restrict | None) -> None:
        super().__init__(level, own_users=True, restrict=restrict)
        # The kernel counts a user's processes over all containers, and each counts its own from 1.
        self._offset = secrets.randbelow(identity.COUNT)

    def user(self, keeper: int) -> int:
        return identity.own_user(keeper + self._offset)

    def admit(self, user: int, folder: Path) -> None:
        """Let `user`, and whoever is admitted later, read a stage's folder; nobody changes it.

        Its group is the first user's number, and each of its systems gets that group.
        """
        opened = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX)  # two systems of a stage may start at once
            if identity.is_own(os.fstat(opened).st_gid):
                return
            for path in (*folder.rglob("*"), folder):
                if path.stat().st_uid == os.fstat(opened).st_uid:  # not temporary files
                    os.chown(path, -1, user)
                    path.chmod(0o750 if path.is_dir() else 0o640)
        finally:
            os.close(opened)

    def enter(self, folder: Path, temp: Path, user: int | None, ports: Sequence[int]) -> None:
        assert user is not None  # noqa: S101 - every system here has one
        identity.shed(user, folder.stat().st_gid)
        die_with_keeper()  # the kernel forgets it when a process changes its user
        limits.apply(own_user=True)
        if self._restrict is not None:
            self._restrict(folder, temp, ports)


def main(path: str, inner: Sequence[str]) -> None:
    """Be the container's main process until the launcher closes the socket at `path`."""
    orders = socket.socket(socket.AF_UNIX)
    orders.connect(path)
    for closed in CLOSED:
        with contextlib.suppress(FileNotFoundError):
            os.chmod(closed, 0o700)
    zygote.main(orders, lambda: find_contained(inner))
    # When this process ends, the kernel kills all others: keepers shall tidy up before.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    deadline = time.monotonic() + END_SECONDS
    with contextlib.suppress(ChildProcessError):
        while (left := deadline - time.monotonic()) > 0:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                signal.sigtimedwait({signal.SIGCHLD}, left)


def find_contained(inner: Sequence[str]) -> Sandbox:
    """Raise the walls and try them out. inner: the kernel's own that may be used."""
    names, restrict = _inner_walls(inner)
    reason = ", ".join(["Docker", "every system runs as a user of its own", *names])
    sandbox = Contained(Level("container", reason), restrict)
    problem = _network_trouble() or _try_out(sandbox)
    return sandbox if problem is None else Contained(Level("limits", problem), restrict)


def _inner_walls(wanted: Sequence[str]) -> tuple[list[str], Restrict | None]:
    """The kernel's own walls: what they are called, and what raises them."""
    names: list[str] = []
    raised: list[Restrict] = []
    if "landlock" in wanted:
        with contextlib.suppress(ImportError, RuntimeError, OSError):
            from workbench.running.sandbox import landlock

            readable = files.readable()
            if (
                abi := landlock.abi_version()
            ) >= landlock.PORTS:  # less adds nothing to a container
                names.append(f"Landlock {abi}")
                raised.append(lambda *given: landlock.restrict(readable, *given))
    if "seccomp" in wanted:
        with contextlib.suppress(ImportError, RuntimeError, OSError):
            from workbench.running.sandbox import syscalls

            refuse = syscalls.make_filter()
            names.append("seccomp")
            raised.append(lambda *_: refuse.load())  # last: it refuses what the others need
    if "seccomp" not in names:
        names.append("systems that run at the same time could talk to each other (no libseccomp)")

    def restrict(folder: Path, temp: Path, ports: Sequence[int]) -> None:
        for raise_wall in raised:
            raise_wall(folder, temp, ports)

    return names, restrict if raised else None


def _network_trouble() -> str | None:
    names = [name for _, name in socket.if_nameindex()]
    return None if names == ["lo"] else f"The container has a network: {names}"


def _try_out(sandbox: Contained) -> str | None:
    """What a system can do that none may, or cannot do that each must; None when all is well."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        own, others = Path(folder, "text"), Path(other, "text")
        for number, file in enumerate((own, others), start=1):
            file.write_text("text")
            sandbox.admit(sandbox.user(number), file.parent)
        refused: dict[str, Callable[[], object]] = {
            "another one's file": lambda: others.read_text(),
            "its own file, to write": lambda: own.write_text("changed"),
            "the folder of all": lambda: os.listdir(own.parent.parent),
            "the tool": lambda: os.listdir(os.environ["PYTHONPATH"]),
            "processes": lambda: os.listdir("/proc"),
            "the root folder, to write": lambda: Path("/new").write_text("new"),
            "root's rights": lambda: os.setuid(0),
            "a signal to the zygote": lambda: os.kill(1, 0),
            "accounts": lambda: Path("/etc/passwd").read_text(),
        }
        return trouble(sandbox, Path(folder), sandbox.user(1), refused, own.read_text)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
