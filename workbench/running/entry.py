"""What runs inside an answer's own process: it makes the schema of the database, serves the system,
works for it, runs a suite of tests, or migrates the social network's database."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from workbench.running.clock import read_clock
from workbench.running.sandbox.files import search_path

#: Threads of the server: enough for the concurrency that checks force.
THREADS = 16

#: Seconds, from anywhere.
Clock = Callable[[], float]


def enter(
    order: dict[str, Any],
    temp: Path,
    confine: Callable[[], None],
    listener: socket.socket,
    status: int,
    output: int,
) -> None:
    """Become the process of an answer: its folder, environment and sandbox, then its code.

    order: {"action": one of ACTIONS, "folder": path, "environ": {name: text}, "ports": [...],
    "clock": the file of a clock, or null for the machine's};
    temp: where it may write; confine: enters the sandbox. Writes {"confined": true} to `status`
    before any code of the answer runs, then {"ready": true} or {"failed": traceback}; or
    {"broken": message} for an error of ours.
    """
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    _close_others({listener.fileno(), status})
    os.environ.clear()
    os.environ.update(order["environ"], HOME=str(temp), TMPDIR=str(temp))
    tempfile.tempdir = None  # forget the zygote's
    os.chdir(order["folder"])
    sys.path[:] = [order["folder"], *search_path(sys.path)]
    sys.argv = ["backend"]
    clock = read_clock(order["clock"]) if order["clock"] else time.monotonic
    sys.dont_write_bytecode = True
    # The log is read while the process lives.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    try:
        confine()
    except OSError as error:
        tell(status, {"broken": f"The sandbox cannot be entered: {error}"})
        os._exit(1)
    tell(status, {"confined": True})
    try:
        ACTIONS[order["action"]](listener, status, clock)
    except BaseException as error:  # noqa: BLE001 - whatever the learner's code raises is told
        tell(status, {"failed": _explain(error, order["folder"])})
        traceback.print_exc()
        os._exit(1)


def tell(status: int, news: dict[str, Any]) -> None:
    """Write one line of news to whoever started the system."""
    os.write(status, json.dumps(news).encode() + b"\n")


def _close_others(kept: set[int]) -> None:
    """Close every descriptor but 0, 1, 2 and these: what is open is reachable, sandbox or not."""
    start = 3
    for end in (*sorted(kept), os.sysconf("SC_OPEN_MAX")):
        if start < end:  # closerange(n, n) would close everything from n on
            os.closerange(start, end)
        start = end + 1


def _make_schema(_: socket.socket, status: int, __: Clock) -> None:
    importlib.import_module("backend.schema").create_schema(os.environ["DATABASE_URL"])
    tell(status, {"ready": True})


def _serve(listener: socket.socket, status: int, _: Clock) -> None:
    _serve_app(importlib.import_module("backend.app").create_app(), listener, status)


def _serve_service(name: str, listener: socket.socket, status: int, _: Clock) -> None:
    """Serve one of the small services; its tables are made first."""
    service = importlib.import_module(f"backend.services.{name}")
    engine = importlib.import_module("backend.database").connect_to(os.environ["DATABASE_URL"])
    importlib.import_module("backend.services.service").create_tables(engine, service.metadata)
    engine.dispose()
    _serve_app(getattr(service, f"create_{name}")(), listener, status)


def _serve_app(app: Any, listener: socket.socket, status: int) -> None:
    """Serve a WSGI application until the process is ended."""
    import waitress

    # Which proxies are believed is for the system to decide, so it sees what they wrote.
    server = waitress.create_server(
        app,
        sockets=[listener],
        threads=THREADS,
        ident="backend",
        clear_untrusted_proxy_headers=False,
    )
    tell(status, {"ready": True})
    server.run()


def _serve_async(package: str, listener: socket.socket, status: int, clock: Clock) -> None:
    """Serve what has an event loop of its own."""
    run = importlib.import_module(f"{package}.__main__").run
    asyncio.run(run(listener, lambda: tell(status, {"ready": True}), clock))


def _work(_: socket.socket, status: int, __: Clock) -> None:
    from celery.signals import worker_ready

    worker = importlib.import_module("backend.worker").create_worker()
    worker_ready.connect(lambda **_: tell(status, {"ready": True}), weak=False)
    worker.start()


def _run_suite(_: socket.socket, status: int, __: Clock) -> None:
    """Run a test file until its first failure, and end with pytest's exit code."""
    import pytest

    tell(status, {"ready": True})
    plain = ["-q", "-x", "--tb=short", "--color=no", "-p", "no:cacheprovider", "-c", os.devnull]
    here = [f"--rootdir={os.getcwd()}", f"--confcutdir={os.getcwd()}"]  # nothing above is readable
    code = pytest.main([*plain, *here, os.environ["SUITE"]])
    sys.stdout.flush()
    os._exit(code)


def _migrate(_: socket.socket, status: int, __: Clock) -> None:
    """Run Alembic's commands: MIGRATE is a JSON list of [command, revision]."""
    from alembic import command
    from alembic.config import Config

    # Alembic asks with access(2) whether its folder is there. That judges without the one right of
    # root by which this process reads (sandbox/identity.py), and says no.
    os.access = lambda path, *_, **__: os.path.exists(path)
    for name, revision in json.loads(os.environ["MIGRATE"]):
        getattr(command, name)(Config("backend/social/alembic.ini"), revision)
    tell(status, {"ready": True})


ACTIONS: dict[str, Callable[[socket.socket, int, Clock], None]] = {
    "gateway": partial(_serve_async, "backend.gateway"),
    "migrate": _migrate,
    "orders": partial(_serve_service, "orders"),
    "schema": _make_schema,
    "serve": _serve,
    "social": partial(_serve_async, "backend.social.service"),
    "suite": _run_suite,
    "users": partial(_serve_service, "users"),
    "work": _work,
}


def _explain(error: BaseException, folder: str) -> str:
    """The end of the traceback, with the frames of the system's own files only."""
    own = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(folder)]
    if isinstance(error, SyntaxError):
        own = []  # it tells its own place; the frames are of those who import the file
    lines = [
        f"{Path(frame.filename).relative_to(folder)}, line {frame.lineno}, in {frame.name}\n"
        f"    {frame.line}\n"
        for frame in own[-2:]
    ]
    text = "".join([*lines, *traceback.format_exception_only(error)])
    return text.replace(folder + os.sep, "")[-4000:].strip()
