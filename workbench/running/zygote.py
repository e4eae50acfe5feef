"""The zygote: a process with the libraries loaded, forked for every system that is started.

It imports none of the reference and none of the learner's code, and holds no secret: what a system
needs arrives with its order. Orders come over a unix socket: one JSON text, with the file
descriptors (listener, status, output, control) beside it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys

from workbench.running import entry, keeper

#: What backends are made of, loaded once.
LIBRARIES = (
    "alembic",
    "flask",
    "flask_smorest",
    "flask_swagger_ui",
    "httpx",
    "logging.config",
    "marshmallow",
    "psycopg2.extras",
    "redis",
    "sqlalchemy.dialects.postgresql.psycopg2",
    "sqlalchemy.orm",
    "waitress",
    "webargs.flaskparser",
)

MOST_ORDER_BYTES = 1 << 16


def main(orders: socket.socket) -> None:
    """Fork a keeper for every order until the other end closes."""
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    # Children share these pages; a collection in one of them would copy them.
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in the notebook is not for us
    orders.sendall(b"ready")
    while True:
        text, descriptors, _, _ = socket.recv_fds(orders, MOST_ORDER_BYTES, 4)
        if not text:
            return
        if os.fork() == 0:
            orders.close()
            _become_system(text, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _become_system(text: bytes, listener: int, status: int, output: int, control: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    def serve() -> None:
        entry.enter(json.loads(text), socket.socket(fileno=listener), status, output)

    try:
        keeper.keep(control, status, (listener, output), serve)
    finally:
        os._exit(70)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
