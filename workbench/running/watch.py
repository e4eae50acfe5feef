"""What a system uses in all: limits of the kernel hold for one process, not for a tree of them."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import psutil

MEBIBYTE = 1024 * 1024
MOST_MEMORY = 1536 * MEBIBYTE
MOST_DISK = 256 * MEBIBYTE
MOST_FILES = 10_000

#: Seconds between two looks.
INTERVAL = 0.5


def excess(temp: Path) -> str | None:
    """What the processes below this one use too much of, or None.

    temp: their folder for temporary files, the only place where they can write.
    """
    if _memory() > MOST_MEMORY:
        return f"more than {MOST_MEMORY // MEBIBYTE} MiB of memory"
    count, size = _files(temp)
    if count > MOST_FILES:
        return f"more than {MOST_FILES} temporary files"
    if size > MOST_DISK:
        return f"more than {MOST_DISK // MEBIBYTE} MiB of temporary files"
    return None


def _memory() -> int:
    """Bytes that the tree holds beyond what each process shares with this one, the keeper.

    Exact figures take too long to find when hundreds of processes compete for the machine.
    """
    ours, held = psutil.Process().memory_info().rss, 0
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            held += max(0, process.memory_info().rss - ours)
    return held


def _files(folder: Path) -> tuple[int, int]:
    """How many files and folders are below `folder`, and their bytes on the disk.

    Stops counting when there are too many. A folder that cannot be read holds nothing.
    """
    count, size, left = 0, 0, [str(folder)]
    while left and count <= MOST_FILES:
        with contextlib.suppress(OSError), os.scandir(left.pop()) as entries:
            for entry in entries:
                count += 1
                size += entry.stat(follow_symlinks=False).st_blocks * 512
                if entry.is_dir(follow_symlinks=False):
                    left.append(entry.path)
    return count, size
