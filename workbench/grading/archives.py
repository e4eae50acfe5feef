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

#: The longest name that is left as it is, and the most folders in which a member may lie.
NAME_BYTES = 240
FOLDERS = 12

_BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError,
    NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip


class ArchiveRefused(Exception):
    """The archive was not unpacked. The message says why, and what to do."""


@dataclass
class Limits:
    """What is left to be unpacked: of bytes, files, and archives within archives.

    whose: who submits that much at most, for messages; within: the limits of what this is a part
    of, from which everything is taken as well.
    """

    bytes: int = 4_000_000_000
    files: int = 20_000
    depth: int = 3
    whose: str = "a class"
    within: Limits | None = None

    def take(self, size: int = 0, files: int = 0) -> None:
        """Raises ArchiveRefused, and takes nothing, when there is not so much left."""
        if files > self.files:
            raise ArchiveRefused(f"it holds more files than {self.whose} submits")
        if size > self.bytes:
            raise ArchiveRefused(f"unpacked it is larger than all that {self.whose} submits")
        if self.within:
            self.within.take(size, files)
        self.bytes -= size
        self.files -= files

    def give_back(self, size: int = 0, files: int = 0) -> None:
        self.bytes += size
        self.files += files
        if self.within:
            self.within.give_back(size, files)


def is_archive(name: str) -> bool:
    return name.lower().endswith(ARCHIVES)


def without_ending(name: str) -> str:
    """An archive's name without what makes it one: what a folder can be called."""
    ending = next(one for one in ARCHIVES if name.lower().endswith(one))
    rest = name[: -len(ending)]
    return rest if rest.strip(".") else "archive"


def unpack(
    archive: Path, to: Path, limits: Limits, wanted: Callable[[str], bool]
) -> dict[str, str]:
    """Unpack the members whose names are `wanted` into the new folder `to`; why the others are not.

    What is unpacked is taken off `limits`, by the bytes that really come out, whatever the archive
    says of itself; members that stay in the archive count for `limits` only, not for what that is
    within. Links and devices are never unpacked. Raises ArchiveRefused when a name leads out of
    `to`, a limit is reached, or the archive is broken or encrypted; then nothing stays, and
    nothing is taken off.
    """
    left_out: dict[str, str] = {}
    size, files = limits.bytes, limits.files
    to.mkdir(parents=True)
    try:
        for name, stream in _members(archive):
            limits.take(files=1)
            place = _inside(name)
            why = _why_not(place, wanted) if stream else "it is a link or a device"
            if why or stream is None:
                left_out[name] = why
                continue
            target = to.joinpath(*map(_short, place.parts))
            target.parent.mkdir(parents=True, exist_ok=True)
            with stream() as source, target.open("wb") as copy:
                _copy(source, copy, limits)
    except (ArchiveRefused, *_BROKEN) as error:
        shutil.rmtree(to)
        limits.give_back(size - limits.bytes, files - limits.files)
        refused = isinstance(error, ArchiveRefused)
        raise _refusal(archive, f"{error}" if refused else f"it cannot be read: {error}") from None
    if limits.within:
        limits.within.give_back(files=len(left_out))
    return left_out


def newest_member(archive: Path) -> tuple[int, ...]:
    """Year, month, day, hour, minute, second of the youngest member of a zip; else ()."""
    try:
        with zipfile.ZipFile(archive) as opened:
            return max((entry.date_time for entry in opened.infolist()), default=())
    except _BROKEN:
        return ()


def _refusal(archive: Path, why: str) -> ArchiveRefused:
    return ArchiveRefused(
        f"{archive.name} was refused, and nothing of it unpacked: {why}. Look into it with care, "
        "or ask the learner to submit the notebook itself."
    )


def _members(archive: Path) -> Iterator[tuple[str, Callable[[], IO[bytes]] | None]]:
    """All but the folders: name, and how to open it, until the next is asked for.

    None stands for links and devices.
    """
    if archive.name.lower().endswith(".zip"):
        with zipfile.ZipFile(archive) as opened:
            for entry in opened.infolist():
                _inside(entry.filename)
                if not entry.is_dir():
                    regular = not _is_link(entry)
                    yield entry.filename, partial(opened.open, entry) if regular else None
    else:
        with tarfile.open(archive) as tar:
            for member in tar:
                _inside(member.name)
                if not member.isdir():
                    regular = member.isreg()
                    yield member.name, partial(tar.fileobject, tar, member) if regular else None


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


def _why_not(place: PurePosixPath, wanted: Callable[[str], bool]) -> str:
    if not wanted(place.name):
        return "it is no notebook"
    return "it lies too deep in folders" if len(place.parts) > FOLDERS else ""


def _short(name: str) -> str:
    """A name that file systems take: of a longer one the two ends, which tell whose and what it is.

    Most take 255 bytes, in which a name in Chinese or Thai has a third of the letters.
    """
    whole = name.encode("utf-8", "surrogateescape")
    if len(whole) <= NAME_BYTES:
        return name
    first, last = (part.decode("utf-8", "ignore") for part in (whole[:160], whole[-70:]))
    return f"{first}~{zlib.crc32(whole):08x}~{last}"


def _copy(source: IO[bytes], target: IO[bytes], limits: Limits) -> None:
    while block := source.read(1 << 20):
        limits.take(size=len(block))
        target.write(block)
