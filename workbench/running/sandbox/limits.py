"""The limits on resources that every process of an answer has, whatever the sandbox."""

from __future__ import annotations

import contextlib
import resource
from pathlib import Path

MEBIBYTE = 1024 * 1024

#: resource -> most. Wall-clock time is the checks' business; this is the net below it.
LIMITS = {
    "RLIMIT_CPU": 60,  # seconds
    "RLIMIT_AS": 2048 * MEBIBYTE,
    "RLIMIT_FSIZE": 64 * MEBIBYTE,
    "RLIMIT_NOFILE": 512,
    "RLIMIT_CORE": 0,
}

#: Threads of one answer, all processes together.
MOST_THREADS = 256


def apply(*, own_user: bool) -> None:
    """Limit this process and its children, for good.

    own_user: only its own processes count as those of its user. A limit that the platform does
    not know, or already holds lower, stays as it is.
    """
    others = 0 if own_user else _running()
    threads = {} if others is None else {"RLIMIT_NPROC": MOST_THREADS + others}
    for name, most in (LIMITS | threads).items():
        number = getattr(resource, name, None)
        if number is None:
            continue
        _, hard = resource.getrlimit(number)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(number, (bound, bound))


def _running() -> int | None:
    """Threads on this machine now, None where it does not tell.

    RLIMIT_NPROC counts everything that its user runs: a bound without it would hit right answers.
    """
    try:
        return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])
    except OSError:
        return None
