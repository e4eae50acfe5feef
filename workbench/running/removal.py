"""Removing a folder that a stranger has filled."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
from pathlib import Path


def remove(folder: Path) -> None:
    """Remove a folder and all below it, however deep, long-named or closed to reading.

    shutil.rmtree() recurses, so a thousand nested folders end it with a RecursionError, and it does
    not enter what is closed. Then every folder is moved up to the top, and opened, first. What the
    system does not let go of stays.
    """
    with contextlib.suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        with contextlib.suppress(OSError):
            _flatten(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _flatten(top: Path) -> None:
    pending = _folders(top)
    while pending:
        for below in _folders(pending.pop()):
            target = top / secrets.token_hex(16)  # a name that nobody can have taken
            with contextlib.suppress(OSError):
                os.rename(below, target)
                pending.append(target)


def _folders(folder: Path) -> list[Path]:
    """The folders right in this one, made ours to read and to move."""
    with os.scandir(folder) as entries:
        found = [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    for one in found:
        with contextlib.suppress(OSError):
            one.chmod(stat.S_IRWXU)
    return found
