"""A server on a free port of 127.0.0.1: wait until it answers, and stop it."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Callable
from typing import Protocol

from workbench.bench.provider import BenchError
from workbench.bench.server_log import ServerLog

HOST = "127.0.0.1"
PAUSE = 0.01
ATTEMPTS = 3


def free_port() -> int:
    """A port that was free a moment ago. The start is tried again when somebody else took it."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(
    name: str,
    process: subprocess.Popen[bytes],
    log: ServerLog,
    ready: Callable[[], bool],
    deadline: float,
) -> None:
    """Return when `ready()` holds.

    Raises BenchError with the end of the server's log when the server dies first, or when
    `deadline` (of the monotonic clock) passes.
    """
    while not ready():
        if process.poll() is not None:
            raise BenchError(f"{name} did not start. Its log ends:\n{log.tail()}")
        if time.monotonic() > deadline:
            raise BenchError(f"{name} does not answer. Its log ends:\n{log.tail()}")
        time.sleep(PAUSE)


class Server(Protocol):
    """What can be started again."""

    def start(self, on_end: Callable[[], None]) -> None: ...

    def wait(self, deadline: float) -> None: ...

    def address_was_taken(self) -> bool: ...


def come_up(server: Server, on_end: Callable[[], None], deadline: float) -> None:
    """Wait until a server that was started answers; it is started again on another port when
    somebody else took its own. on_end: see its start. Raises BenchError."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            server.wait(deadline)
            return
        except BenchError:
            if attempt == ATTEMPTS or not server.address_was_taken():
                raise
            server.start(on_end)


def stop_process(
    process: subprocess.Popen[bytes], signals: tuple[signal.Signals, ...], seconds: float
) -> None:
    """Send one signal after the other, each with so many seconds to take effect."""
    for stop in signals:
        if process.poll() is None:
            process.send_signal(stop)
        try:
            process.wait(seconds)
            return
        except subprocess.TimeoutExpired:
            continue
