"""The container: a zygote, and all that it forks, behind the walls of a Docker engine.

For a Linux whose own walls do not suffice. It needs no image from anywhere: the base is empty, and
Python with its libraries is this machine's, mounted to be read. Nothing else of the machine is
there but the folder of the stages, and no network but a loopback. inside.py is what runs in it.
"""

from __future__ import annotations

import csv
import io
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from workbench.paths import root
from workbench.running.process import LauncherError
from workbench.running.watch import MOST_MEMORY
from workbench.running.zygote_process import START_SECONDS, ZygoteProcess, zygote_environ

IMAGE = "workbench-sandbox"

#: On each container: the process that it belongs to.
LABEL = "workbench.sandbox.owner"

#: The kernel's own walls to raise inside as well, where it has them.
INNER = ("landlock", "seccomp")

#: What the zygote and its keepers need: to give folders to users, become them, and end them, before
#: whom they come first. None
#: of it is an answer's.
CAPABILITIES = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID", "SYS_NICE")

#: No messages or memory that outlive a process, which systems could leave for one another.
NO_MESSAGES = ("kernel.shmmni=0", "kernel.msgmni=0", "kernel.sem=0 0 0 0")

#: Of all systems together; each has limits of its own far below.
MOST_PROCESSES = 2048

#: Where the tool and the socket for orders lie inside: a folder that only root can enter.
TOOL, ORDERS = Path("/workbench"), Path("/workbench/orders")

#: What a zygote is made of, below the checkout.
_PARTS = ("__init__.py", "closing.py", "paths.py", "running")

#: By which ctypes finds libseccomp.
_LDCONFIG = Path("/sbin/ldconfig")

_ASK_SECONDS = 20.0
_EMPTY_TAR = bytes(1024)


def start(home: Path) -> ZygoteProcess:
    """A zygote in a container of its own, which is removed when it ends.

    home: the folder of the stages, all that it sees of the machine beside Python. Raises
    LauncherError when there is no Docker engine, or it does not start the container.
    """
    _have_image()
    home.chmod(0o711)  # every system passes through to its own; the folder above is closed
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/socket")
        listener.listen(1)
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(
                [*_command(home, Path(folder)), "-m", "workbench.running.sandbox.inside",
                 f"{ORDERS}/socket", *INNER],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
                start_new_session=True,  # a Ctrl-C in the notebook is not for it
            )  # fmt: skip
            if _is_connected(listener, process):
                return ZygoteProcess(process, listener.accept()[0])
            process.kill()
            process.wait()
            said.seek(0)
            words = said.read().decode("utf-8", "replace").strip()[-2000:]
    raise LauncherError(f"The Docker engine does not start the sandbox's container: {words}")


def _is_connected(listener: socket.socket, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the zygote asks for its orders; false when it ends before, or takes too long."""
    ended = os.pidfd_open(process.pid)
    try:
        ready, _, _ = select.select([listener.fileno(), ended], [], [], START_SECONDS)
    finally:
        os.close(ended)
    return listener.fileno() in ready


def _have_image() -> None:
    """Make the empty image unless the engine has it. Raises LauncherError."""
    if sys.platform != "linux" or shutil.which("docker") is None:
        raise LauncherError("A container needs Linux and the command `docker`.")
    if _docker("image", "inspect", IMAGE).returncode == 0:
        return
    made = _docker("import", "-", IMAGE, given=_EMPTY_TAR)
    if made.returncode != 0:
        said = made.stderr.decode("utf-8", "replace").strip()
        raise LauncherError(f"The Docker engine does not answer: {said}")


def _docker(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["docker", *arguments], input=given, capture_output=True, timeout=_ASK_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LauncherError(f"The Docker engine does not answer: {error}") from error


def _command(home: Path, orders: Path) -> list[str]:
    """`docker run` up to Python's arguments."""
    memory = str(2 * MOST_MEMORY)
    environ = {**zygote_environ(TOOL), "TMPDIR": str(home)}
    options: list[str] = []
    for name, values in {
        "--cap-add": CAPABILITIES,
        "--sysctl": NO_MESSAGES,
        "--ulimit": ("nofile=4096:4096", "msgqueue=0:0", "core=0:0"),
        "--env": [f"{name}={value}" for name, value in environ.items()],
        "--mount": list(_mounts(home, orders)),
    }.items():
        options += [word for value in values for word in (name, value)]
    return [
        "docker", "run", "--rm", "--log-driver", "none", "--label", f"{LABEL}={os.getpid()}",
        "--network", "none", "--ipc", "none", "--hostname", "sandbox", "--user", "0:0",
        "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
        "--pids-limit", str(MOST_PROCESSES), "--memory", memory, "--memory-swap", memory,
        *options, IMAGE, sys.executable,
    ]  # fmt: skip


def _mounts(home: Path, orders: Path) -> Iterator[str]:
    yield _row("type=tmpfs", f"destination={TOOL}", "tmpfs-mode=0700", "tmpfs-size=65536")
    # In the place of the engine's, which tells much of the machine.
    yield _row("type=tmpfs", "destination=/sys", "tmpfs-mode=0755", "tmpfs-size=65536")
    for part in _PARTS:
        yield _bind(root() / "workbench" / part, TOOL / "workbench" / part)
    for path in (*_readable(), *([_LDCONFIG] if _LDCONFIG.exists() else [])):
        yield _bind(path, path)
    yield _bind(orders, ORDERS)
    yield _row("type=bind", f"source={home}", f"destination={home}")


def _readable() -> list[Path]:
    """What files.py lists in a process like a zygote: this one may have more on its path."""
    listed = subprocess.run(
        [sys.executable, "-m", "workbench.running.sandbox.files"],
        capture_output=True, check=True, cwd=root(), env=zygote_environ(root()),
    )  # fmt: skip
    return [Path(one) for one in json.loads(listed.stdout)]


def _bind(source: Path, destination: Path) -> str:
    return _row("type=bind", f"source={source}", f"destination={destination}", "readonly")


def _row(*fields: str) -> str:
    """The value of --mount, which is read as a row of CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(fields)
    return text.getvalue()
