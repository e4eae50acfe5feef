"""What a client and the supervisor say to each other: one line of JSON each way on loopback TCP.

TCP and not a unix socket, whose path may have only about 100 characters. The supervisor writes
where it listens, and the token that it asks for, into a file that only its user may read.
"""

from __future__ import annotations

import json
import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from workbench.bench.process_identity import started
from workbench.bench.provider import BenchError
from workbench.bench.server_process import HOST

ADDRESS_FILE = "supervisor.json"
ANSWER_SECONDS = 90.0  # `down` answers when the servers have stopped


class NotRunning(Exception):
    """There is no supervisor, or it is just leaving."""


@dataclass(frozen=True)
class Address:
    """Where a supervisor listens. `started` tells it from a later process with its pid."""

    pid: int
    started: float
    port: int
    token: str

    def write(self, folder: Path) -> None:
        temporary = folder / f"{ADDRESS_FILE}.new"
        temporary.unlink(missing_ok=True)
        temporary.touch(mode=0o600)
        temporary.write_text(json.dumps(asdict(self)))
        os.replace(temporary, folder / ADDRESS_FILE)


def read_address(folder: Path) -> Address:
    """Raises NotRunning when no living supervisor is known."""
    try:
        address = Address(**json.loads((folder / ADDRESS_FILE).read_text()))
        alive = started(address.pid) == address.started
    except (FileNotFoundError, TypeError, psutil.NoSuchProcess):
        raise NotRunning from None
    if not alive:
        raise NotRunning
    return address


def ask(folder: Path, request: str) -> tuple[socket.socket, dict[str, Any]]:
    """Send `lease`, `up`, `down` or `status`; return the open connection and the answer.

    Raises NotRunning when there is nobody to ask, BenchError when a supervisor keeps silent.
    """
    address = read_address(folder)
    connection = socket.socket()
    connection.settimeout(ANSWER_SECONDS)
    try:
        connection.connect((HOST, address.port))
        line = json.dumps({"token": address.token, "request": request}) + "\n"
        connection.sendall(line.encode())
        with connection.makefile("rb") as stream:
            answer = stream.readline()
    except TimeoutError:
        connection.close()
        raise BenchError(
            f"The supervisor of the bench (process {address.pid}) does not answer."
            " End that process and try again; the servers end with it."
        ) from None
    except ConnectionError:
        connection.close()
        raise NotRunning from None
    if not answer:
        connection.close()
        raise NotRunning
    reply: dict[str, Any] = json.loads(answer)
    return connection, reply
