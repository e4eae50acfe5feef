"""The keeper: one small process above each process tree of an answer, which ends all of it.

It runs none of the learner's code. On Linux it is the subreaper of its tree, so that a process that
detaches itself still comes back to it. Whoever started the system holds the write end of the
`control` pipe: when that closes, for any reason, a SIGKILL included, the tree is killed. So it is
when it uses too much. What is written there is a wish that the child end of itself.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from workbench.running import watch
from workbench.running.removal import remove

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36

_STOP_SECONDS = 10.0

#: States in which a process cannot fork.
_STILL = (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP, psutil.STATUS_ZOMBIE,
          psutil.STATUS_DEAD)  # fmt: skip


def keep(
    control: int, status: int, output: int, listener: int, temp: Path, serve: Callable[[], None]
) -> None:
    """Run `serve` in a child and wait until it ends or `control` is closed; never returns.

    listener: only the child may keep it open, or nobody would notice that it ended; temp: the
    child's folder for temporary files, removed at the end. The last line on `status` is
    {"ended": wait status}; the pipes are closed when no process of the tree is left.
    """
    os.setsid()
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    if libc is not None:
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    child = os.fork()
    if child == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()  # Linux shares the processor between sessions first: ours must get its part
        serve()
        os._exit(0)
    os.close(listener)
    ended = _wait(child, control, wake, output, temp)
    if not _was_alone(child, ended):
        _end_tree()
    remove(temp)
    with contextlib.suppress(OSError):  # nobody may be left to read it
        # A line of its own, whatever the child has written there.
        os.write(status, b"\n" + json.dumps({"ended": ended}).encode() + b"\n")
    os._exit(0)


def die_with_keeper() -> None:
    """Have the kernel kill this process when the keeper, its parent, is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _wait(child: int, control: int, wake: int, output: int, temp: Path) -> int | None:
    """The child's wait status, or None when it was told to end, or used too much, first."""
    look = time.monotonic() + watch.INTERVAL
    while True:
        left = max(0.0, look - time.monotonic())
        ready, _, _ = select.select([control, wake], [], [], left)
        if control in ready:
            if not os.read(control, 1):
                return None
            os.kill(child, signal.SIGTERM)
        if wake in ready:
            os.read(wake, 4096)
            pid, state = os.waitpid(child, os.WNOHANG)
            if pid == child:
                return state
        if time.monotonic() < look:
            continue
        look = time.monotonic() + watch.INTERVAL
        if much := watch.excess(temp):
            with contextlib.suppress(OSError):
                os.write(output, f"\nEnded: it used {much}.\n".encode())
            return None


def _was_alone(child: int, ended: int | None) -> bool:
    """Kill the child if it has not ended. True when it had left nobody behind, as most do.

    Whom a process leaves behind comes to this one, its subreaper, before that process can be
    waited for. So no child then means no process of the tree; looking for them takes a look at
    every process of the machine.
    """
    if sys.platform != "linux":
        return False
    if ended is None:
        gone = os.pidfd_open(child)
        os.kill(child, signal.SIGKILL)
        select.select([gone], [], [], _STOP_SECONDS)
        os.close(gone)
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return True
    return False


def _end_tree() -> None:
    """Kill every process below this one until none is left.

    All are stopped first: what forks as fast as it is killed would go on for ever, and stopped
    processes keep the places that the limit on processes grants.
    """
    with contextlib.suppress(OSError):  # as root: before hundreds of processes that compete
        os.setpriority(os.PRIO_PROCESS, 0, -20)
    while tree := _stopped_tree():
        for process in tree:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _stopped_tree() -> set[psutil.Process]:
    """Every process below this one, none of which can run, and so fork, any more.

    A signal arrives late on a busy machine. So it takes a look in which all had stopped, and a
    second one that finds nobody who was forked before that. One that hangs in the kernel does not
    hold up the others for more than a while.
    """
    me, deadline = psutil.Process(), time.monotonic() + _STOP_SECONDS
    before: set[psutil.Process] | None = None
    while True:
        tree = set(me.children(recursive=True))
        if time.monotonic() > deadline or (before is not None and tree <= before):
            return tree
        before = tree if not list(filter(_stop, tree)) else None


def _stop(process: psutil.Process) -> bool:
    """Send a running process SIGSTOP; was it still running?"""
    try:
        if process.status() in _STILL:
            return False
        process.suspend()
    except psutil.NoSuchProcess:
        return False
    return True
