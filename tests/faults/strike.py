"""A fault that strikes a grading process at a known moment: before a check's Nth request."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import psutil

from workbench.bench.lease_protocol import read_address
from workbench.checking.http import Client, Reply
from workbench.paths import work_dir

Fault = Callable[[], None]

#: Requests come from the first check of the first exercise, and from late ones.
MOMENTS = (1, 9, 40)


@contextmanager
def strike(fault: Fault, moment: int) -> Iterator[list[int]]:
    """While inside, run `fault` once, before request `moment`; yields what counts the requests."""
    seen: list[int] = []
    original = Client.request

    def request(self: Client, *arguments: Any, **options: Any) -> Reply:
        seen.append(1)
        if len(seen) == moment:
            fault()
        return original(self, *arguments, **options)

    with mock.patch.object(Client, "request", request):
        yield seen
    assert len(seen) >= moment, "the fault never struck"


def servers() -> list[psutil.Process]:
    """PostgreSQL and Valkey of this process's own bench."""
    return psutil.Process(read_address(work_dir() / "bench").pid).children()


def _end(*processes: psutil.Process) -> None:
    for process in processes:
        process.kill()
    psutil.wait_procs(processes)


def kill_postgres() -> None:
    _end(*(one for one in servers() if "postgres" in one.name()))


def kill_redis() -> None:
    """That of the judge, who is this process."""
    _end(*(one for one in psutil.Process().children() if "valkey" in one.name()))


def crash_a_session() -> None:
    """What the kernel does when memory is short: PostgreSQL then ends all sessions and restarts."""
    (postgres,) = (one for one in servers() if "postgres" in one.name())
    _end(next(one for one in postgres.children() if ": wb_" in " ".join(one.cmdline())))


def kill_supervisor() -> None:
    _end(psutil.Process(read_address(work_dir() / "bench").pid))


def kill_zygote() -> None:
    """In its place no other system can be started."""
    _end(*(one for one in psutil.Process().children() if "zygote" in " ".join(one.cmdline())))


def kill_keeper() -> None:
    (zygote,) = (one for one in psutil.Process().children() if "zygote" in " ".join(one.cmdline()))
    _end(*zygote.children())


def kill_grading() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def destroy_bench() -> None:
    """Kill PostgreSQL, and make it impossible to start it again."""
    _data().rename(_data().with_name("postgres-away"))
    _data().write_text("a file where the data folder must be")
    kill_postgres()


def restore_bench() -> None:
    """Undo `destroy_bench`."""
    _data().unlink()
    _data().with_name("postgres-away").rename(_data())


def nothing() -> None:
    """For those who only want to count."""


def _data() -> Path:
    return work_dir() / "bench" / "postgres"


def no_file_may_grow() -> None:
    """Let every write to a file of this process fail, and of those that it starts from now on."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
