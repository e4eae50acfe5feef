"""The sandbox of this machine: found out once, entered by every process of an answer."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from workbench.running.keeper import die_with_keeper
from workbench.running.sandbox import files, identity, limits
from workbench.running.sandbox.level import Level

_ADVICE = (
    "Answers can read your files and reach your network: grade only those that you trust, or grade"
    " on Linux 6.7 or newer."
)

#: Confines this process: the answer's folder, its folder for temporary files, the ports.
Restrict = Callable[[Path, Path, Sequence[int]], None]


class Sandbox:
    """What this machine can do. `level` says how much that is."""

    def __init__(self, level: Level, *, own_users: bool, restrict: Restrict | None) -> None:
        self.level = level
        self._own_users, self._restrict = own_users, restrict

    def user(self, keeper: int) -> int | None:
        """The user id that a system gets of its own, None when it keeps ours."""
        return identity.own_user(keeper) if self._own_users else None

    def admit(self, user: int, folder: Path) -> None:
        """Let the user read a stage's folder; here it keeps a right to, and Landlock judges."""

    def enter(self, folder: Path, temp: Path, user: int | None, ports: Sequence[int]) -> None:
        """Confine this process and what it starts, for good.

        Raises OSError: then nothing of the answer may run in it.
        """
        if self._restrict is None:
            limits.apply(own_user=False)
            return
        if os.geteuid() == 0:
            identity.become(user)
            die_with_keeper()  # the kernel forgets it when a process changes its user
        limits.apply(own_user=user is not None)
        self._restrict(folder, temp, ports)


def find_sandbox() -> Sandbox:
    """Try out what this machine can do. Forks, so there must be one thread only."""
    try:
        restrict, abi = _linux()
    except (ImportError, RuntimeError, OSError) as error:
        return Sandbox(Level("limits", f"{error}. {_ADVICE}"), own_users=False, restrict=None)
    root = os.geteuid() == 0
    for own_users in (True, False) if root else (False,):
        sandbox = Sandbox(_level(abi, root, own_users), own_users=own_users, restrict=restrict)
        problem = _try_out(sandbox)
        if problem is None:
            return sandbox
    return Sandbox(Level("limits", f"{problem}. {_ADVICE}"), own_users=False, restrict=None)


def _linux() -> tuple[Restrict, int]:
    """Raises ImportError, RuntimeError or OSError that says what is missing."""
    if sys.platform != "linux":
        raise RuntimeError("Only Linux has Landlock and seccomp")
    # They load the C libraries, which other platforms do not have.
    from workbench.running.sandbox import landlock, syscalls

    abi, refuse = landlock.abi_version(), syscalls.make_filter()
    readable = files.readable()

    def restrict(folder: Path, temp: Path, ports: Sequence[int]) -> None:
        landlock.restrict(readable, folder, temp, ports)
        refuse.load()  # last: it refuses some of what the steps before it need

    return restrict, abi


def _level(abi: int, root: bool, own_users: bool) -> Level:
    from workbench.running.sandbox.landlock import PORTS, SIGNALS

    parts = [f"Landlock {abi} and seccomp"]
    if own_users:
        parts.append("every system runs as a user of its own")
    elif root:
        parts.append("systems run as root without its rights, so their processes are not counted")
    if abi < SIGNALS and not own_users:
        parts.append("an answer can signal your other processes (Linux 6.12 prevents it)")
    if abi < PORTS:
        parts.append("TCP ports cannot be limited (Linux 6.7 does)")
        return Level("limits", f"{'; '.join(parts)}. {_ADVICE}")
    return Level("linux", "; ".join(parts))


def _try_out(sandbox: Sandbox) -> str | None:
    refused: dict[str, Callable[[], object]] = {
        "a file": lambda: os.close(os.open("/etc/passwd", os.O_RDONLY)),
        "a socket": lambda: socket.socket(socket.AF_UNIX).close(),
    }
    with tempfile.TemporaryDirectory() as folder:
        return trouble(sandbox, Path(folder), sandbox.user(os.getpid()), refused)


def trouble(
    sandbox: Sandbox,
    folder: Path,
    user: int | None,
    refused: Mapping[str, Callable[[], object]],
    allowed: Callable[[], object] | None = None,
) -> str | None:
    """Enter the sandbox in a child: what does not work, None when it confines.

    refused: what must raise OSError there, by what it would reach; allowed: what must not.
    """
    read, write = os.pipe()
    with open(read, encoding="utf-8") as said:
        if os.fork() == 0:
            os.write(write, _try(sandbox, folder, user, refused, allowed).encode())
            os._exit(0)
        os.close(write)
        answer = said.read()
        os.wait()
    return None if answer == "confined" else answer or "The process that tried it ended"


def _try(
    sandbox: Sandbox,
    folder: Path,
    user: int | None,
    refused: Mapping[str, Callable[[], object]],
    allowed: Callable[[], object] | None,
) -> str:
    try:
        sandbox.enter(folder, folder, user, [])
        if allowed is not None:
            allowed()
    except OSError as error:
        return f"The sandbox cannot be entered: {error}"
    for what, attempt in refused.items():
        try:
            attempt()
        except OSError:
            continue
        return f"The sandbox does not confine: {what} could be had"
    return "confined"
