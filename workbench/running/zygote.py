"""The zygote: a process with the libraries loaded, forked for every system that is started.

It imports none of the reference and none of the learner's code, and holds no secret: an order is a
few bytes on a unix socket with file descriptors beside them (see orders.py), and only the process
that was forked for it reads its text, a JSON object. So no system finds another one's passwords in
its memory.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import importlib
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from workbench.running import entry, keeper
from workbench.running.orders import START, hand_out, receive
from workbench.running.sandbox.sandbox import Sandbox, find_sandbox

#: What backends are made of, loaded once.
LIBRARIES = (
    "aiodataloader",
    "aiohttp.web",
    "alembic",
    "asyncpg",
    "celery.apps.worker",
    "celery.concurrency.solo",
    "celery.worker.consumer",
    "flask",
    "flask_smorest",
    "flask_swagger_ui",
    "graphene",
    "httpx",
    "jwt",
    "kombu.transport.redis",
    "logging.config",
    "marshmallow",
    "prometheus_client",
    "psycopg2.extras",
    "pytest",
    "redis.asyncio",
    "sqlalchemy.dialects.postgresql.psycopg2",
    "sqlalchemy.orm",
    "waitress",
    "webargs.flaskparser",
    "werkzeug.middleware.proxy_fix",
)


def main(orders: socket.socket, find: Callable[[], Sandbox]) -> None:
    """Fork a keeper for every order to start, until the other end closes.

    find: finds out how well it can confine.
    """
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    sandbox = find()
    # Children share these pages; a collection in one of them would copy them.
    gc.collect()
    gc.freeze()
    # Not SIG_IGN: only of children that were waited for does the processor time count as ours, and
    # so as the command's that grades.
    signal.signal(signal.SIGCHLD, _reap)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in the notebook is not for us
    orders.sendall(json.dumps({"sandbox": dataclasses.asdict(sandbox.level)}).encode())
    while True:
        kind, port, descriptors = receive(orders)
        if not kind:
            return
        if kind != START:
            hand_out(orders, kind, port)
        elif os.fork() == 0:
            orders.close()
            _become_system(sandbox, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _reap(*_: object) -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become_system(
    sandbox: Sandbox, listener: int, status: int, output: int, control: int, text: int
) -> None:
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        with open(text, encoding="utf-8") as order_text:
            order = json.load(order_text)
        user = sandbox.user(os.getpid())
        temp = Path(tempfile.mkdtemp(prefix="tmp-", dir=order["folder"]))
        if user is not None:
            os.chown(temp, user, user)
            sandbox.admit(user, Path(order["folder"]))

        def confine() -> None:
            sandbox.enter(Path(order["folder"]), temp, user, order["ports"])

        def serve() -> None:
            keeper.die_with_keeper()
            entry.enter(order, temp, confine, socket.socket(fileno=listener), status, output)

        keeper.keep(control, status, output, listener, temp, serve)
    except Exception as error:  # noqa: BLE001 - all of this is ours
        entry.tell(status, {"broken": repr(error)})
    finally:
        os._exit(70)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), find_sandbox)
