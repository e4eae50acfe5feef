"""What runs inside an answer's own process: make the database's schema, or serve the system."""

from __future__ import annotations

import importlib
import json
import os
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

from workbench.running import limits

#: Threads of the server: enough for the concurrency that checks force.
THREADS = 16


def enter(order: dict[str, Any], listener: socket.socket, status: int, output: int) -> None:
    """Become the process of an answer: its folder, environment and limits, then its code.

    order: {"action": "schema" | "serve", "folder": path, "environ": {name: text}}.
    Writes {"ready": true} or {"failed": traceback} to `status`.
    """
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    os.environ.clear()
    os.environ.update(order["environ"])
    os.chdir(order["folder"])
    sys.path.insert(0, order["folder"])
    sys.argv = ["backend"]
    sys.dont_write_bytecode = True
    # The log is read while the process lives.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    limits.apply()
    try:
        {"schema": _make_schema, "serve": _serve}[order["action"]](listener, status)
    except BaseException as error:  # noqa: BLE001 - whatever the learner's code raises is told
        _tell(status, {"failed": _explain(error, order["folder"])})
        traceback.print_exc()
        os._exit(1)


def _make_schema(_: socket.socket, status: int) -> None:
    importlib.import_module("backend.schema").create_schema(os.environ["DATABASE_URL"])
    _tell(status, {"ready": True})


def _serve(listener: socket.socket, status: int) -> None:
    import waitress

    app = importlib.import_module("backend.app").create_app()
    server = waitress.create_server(app, sockets=[listener], threads=THREADS, ident="backend")
    _tell(status, {"ready": True})
    server.run()


def _tell(status: int, news: dict[str, Any]) -> None:
    os.write(status, json.dumps(news).encode() + b"\n")


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
