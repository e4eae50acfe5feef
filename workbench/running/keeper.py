"""The keeper: one small process above each process tree of an answer, which ends all of it.

It runs none of the learner's code. On Linux it is the subreaper of its tree, so that a process that
detaches itself still comes back to it. Whoever started the system holds the write end of the
`control` pipe: when that closes, for any reason, a SIGKILL included, the tree is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import sys
from collections.abc import Callable, Iterable

import psutil

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def keep(control: int, status: int, theirs: Iterable[int], serve: Callable[[], None]) -> None:
    """Run `serve` in a child and wait until it ends or `control` is closed; never returns.

    theirs: descriptors that only the child may keep open. The last line on `status` is
    {"ended": wait status}; the pipe is closed when no process of the tree is left.
    """
    os.setsid()
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    child = os.fork()
    if child == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(control)
        serve()
        os._exit(0)
    for descriptor in theirs:
        os.close(descriptor)
    ended = _wait(child, control, wake)
    _end_tree()
    with contextlib.suppress(OSError):  # nobody may be left to read it
        os.write(status, json.dumps({"ended": ended}).encode() + b"\n")
    os._exit(0)


def _wait(child: int, control: int, wake: int) -> int | None:
    """The child's wait status, or None when it was told to end first."""
    while True:
        ready, _, _ = select.select([control, wake], [], [])
        if control in ready:
            return None
        os.read(wake, 4096)
        pid, state = os.waitpid(child, os.WNOHANG)
        if pid == child:
            return state


def _end_tree() -> None:
    """Kill every process below this one until none is left."""
    me = psutil.Process()
    while True:
        for process in me.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        try:
            while os.waitpid(-1, 0)[0]:
                pass
        except ChildProcessError:
            return
