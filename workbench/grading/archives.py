"""Archives of people who are not trusted, unpacked within limits.

nbgrader's own extractor (utils.py, unzip) leaves out names that lead outside without a word, reads
every member whole into memory, has no limit of size, and unpacks archives within archives until
none is new, which for one that holds itself never ends.
"""

from __future__ import annotations

import lzma
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

ARCHIVES = (".zip", ".tar.gz", ".tgz", ".tar")

_BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError,
    NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip


class ArchiveRefused(Exception):
    """The archive was not unpacked. The message says why, and what to do."""


@dataclass
class Limits:
    """What is left to be unpacked: of bytes, files, and archives within archives."""

    bytes: int = 4_000_000_000
    files: int = 20_000
    depth: int = 3


def is_archive(name: str) -> bool:
    return name.lower().endswith(ARCHIVES)


def without_ending(name: str) -> str:
    """An archive's name without what makes it one."""
    ending = next(one for one in ARCHIVES if name.lower().endswith(one))
    return name[: -len(ending)]


def unpack(archive: Path, to: Path, limits: Limits, wanted: Callable[[str], bool]) -> list[str]:
    """Unpack the members whose names are `wanted` into the new folder `to`; the others' names.

    What is unpacked is taken off `limits`, by the bytes that really come out, whatever the archive
    says of itself. Links and devices are never unpacked. Raises ArchiveRefused when a name leads
    out of `to`, a limit is reached, or the archive is broken or encrypted; then nothing stays.
    """
    ignored: list[str] = []
    to.mkdir(parents=True)
    try:
        for name, stream in _members(archive):
            limits.files -= 1
            if limits.files < 0:
                raise ArchiveRefused("it holds more files than a class submits")
            place = _inside(name)
            if not wanted(place.name):
                ignored.append(name)
                continue
            target = to / place
            target.parent.mkdir(parents=True, exist_ok=True)
            with stream() as source, target.open("wb") as copy:
                _copy(source, copy, limits)
    except ArchiveRefused as refused:
        shutil.rmtree(to)
        raise _refusal(archive, str(refused)) from None
    except _BROKEN as error:
        shutil.rmtree(to)
        raise _refusal(archive, f"it cannot be read: {error}") from None
    return ignored


def _refusal(archive: Path, why: str) -> ArchiveRefused:
    return ArchiveRefused(
        f"{archive.name} was refused, and nothing of it unpacked: {why}. Look into it with care, "
        "or ask the learner to submit the notebook itself."
    )


def _members(archive: Path) -> Iterator[tuple[str, Callable[[], IO[bytes]]]]:
    """The regular files of the archive: name, and how to open it, until the next is asked for."""
    if archive.name.lower().endswith(".zip"):
        with zipfile.ZipFile(archive) as opened:
            for entry in opened.infolist():
                _inside(entry.filename)
                if not entry.is_dir() and not _is_link(entry):
                    yield entry.filename, partial(opened.open, entry)
    else:
        with tarfile.open(archive) as tar:
            for member in tar:
                _inside(member.name)
                if member.isreg():
                    yield member.name, partial(tar.fileobject, tar, member)


def _is_link(entry: zipfile.ZipInfo) -> bool:
    # A zip made on Unix keeps the mode in the upper half; 0o12 is a symbolic link.
    return entry.external_attr >> 28 == 0o12


def _inside(name: str) -> PurePosixPath:
    """The member's place below the folder. Raises ArchiveRefused when it leads out of it."""
    place = PurePosixPath(name.replace("\\", "/"))
    drive = len(name) > 1 and name[1] == ":"
    if place.is_absolute() or ".." in place.parts or drive:
        raise ArchiveRefused(f"the name {name!r} leads out of the folder that it belongs into")
    return place


def _copy(source: IO[bytes], target: IO[bytes], limits: Limits) -> None:
    while block := source.read(1 << 20):
        limits.bytes -= len(block)
        if limits.bytes < 0:
            raise ArchiveRefused("unpacked it is larger than all that a class submits")
        target.write(block)
