"""Telling a process from a later one that got the same pid, whatever is done to the clock."""

from __future__ import annotations

import os
from pathlib import Path

import psutil


def started(pid: int | None = None) -> float:
    """When this process, or the one of that pid, started: a number to compare for equality.

    On Linux it counts from the start of the machine (proc(5): starttime). psutil's create_time
    adds the clock to that, so it changes when the clock is set. Raises psutil.NoSuchProcess.
    """
    pid = os.getpid() if pid is None else pid
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return psutil.Process(pid).create_time()
    return float(fields[19])
