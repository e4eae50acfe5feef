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
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from workbench import interrupts
from workbench.running import entry, keeper
from workbench.running.libraries import BACKEND, OTHERS, load
from workbench.running.orders import START, is_over, receive, reply
from workbench.running.sandbox.sandbox import Sandbox, find_sandbox

#: New objects between two searches for garbage. Python's default is some hundred: a system would
#: spend a fifth of its start on finding none.
GARBAGE = 50_000


def main(orders: socket.socket, find: Callable[[], Sandbox]) -> None:
    """Fork a keeper for every order to start, until the other end closes.

    find: finds out how well it can confine.
    """
    gc.disable()  # of what libraries make, next to nothing is garbage
    for name in BACKEND:
        if is_over(orders):
            return
        load([name])
    sandbox = find()
    level = json.dumps(dataclasses.asdict(sandbox.level)).encode()
    # Not SIG_IGN: only of children that were waited for does the processor time count as ours, and
    # so as the command's that grades.
    signal.signal(signal.SIGCHLD, _reap)
    interrupts.ignore()  # a Ctrl-C in the notebook is not for us
    while True:
        kind, number, descriptors = receive(orders)
        if not kind:
            return
        if kind != START:
            reply(descriptors[0], kind, number, level)
        elif _fork_with(OTHERS.get(tuple(entry.ACTIONS)[number], ())) == 0:
            orders.close()
            gc.set_threshold(GARBAGE)
            gc.enable()
            _become_system(sandbox, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _fork_with(libraries: Sequence[str]) -> int:
    """Fork, after these are loaded."""
    load(libraries)
    # Children share these pages; a collection in one of them would copy them.
    gc.freeze()
    return os.fork()


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
    os._exit(0)  # there is nothing to tidy up, and many libraries to take down
