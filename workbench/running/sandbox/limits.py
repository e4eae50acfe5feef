"""The limits that every process of an answer runs under, whatever the platform's sandbox."""

from __future__ import annotations

import contextlib
import resource

MEBIBYTE = 1024 * 1024

#: resource -> most. Wall-clock time is the checks' business; this is the net below it.
LIMITS = {
    "RLIMIT_CPU": 60,  # seconds
    "RLIMIT_AS": 2048 * MEBIBYTE,
    "RLIMIT_FSIZE": 64 * MEBIBYTE,
    "RLIMIT_NOFILE": 512,
    "RLIMIT_NPROC": 512,  # not enforced for root
    "RLIMIT_CORE": 0,
}


def apply() -> None:
    """Limit this process and its children, for good.

    A limit that the platform does not know, or already holds lower, stays as it is.
    """
    for name, most in LIMITS.items():
        number = getattr(resource, name, None)
        if number is None:
            continue
        _, hard = resource.getrlimit(number)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(number, (bound, bound))
