"""The overlay: answers laid over the reference files that they replace."""

from __future__ import annotations

import compileall
import hashlib
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from py_compile import PycInvalidationMode

#: What a running system is made of, below the checkout.
SYSTEM = ("backend", "sql")

#: The files that say what the database looks like; a change to any of them means a new template.
SCHEMA = (
    "backend/database.py", "backend/schema.py", "backend/*/models.py",
    "backend/catalog/search.py",  # its index
    "sql/schema/**/*.sql", "sql/functions/**/*.sql", "sql/views/**/*.sql",
)  # fmt: skip

_IGNORED = shutil.ignore_patterns("*.pyc", ".*")


class OverlayError(Exception):
    """An answer names a file that is no part of the reference system."""


def copy_reference(root: Path, to: Path) -> None:
    """Copy the reference system to a new folder and compile it, so that overlays start warm.

    What is compiled is not compared with its source again: neither ever changes, and a copy of both
    needs no times of files.
    """
    for name in SYSTEM:
        if (root / name).is_dir():
            shutil.copytree(root / name, to / name, ignore=_IGNORED)
    compileall.compile_dir(to, quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)


def lay(answers: Mapping[str, str], over: Path, into: Path) -> None:
    """Make a system of the reference `over` with `answers` (path below it -> text) laid over it.

    The replaced files are not copied, compiled or otherwise: the reference text of its own part
    is not for the answer to read. Raises OverlayError for a path that is no part.
    """
    replaced = set()
    for path in answers:
        if ".." in PurePosixPath(path).parts or not (over / path).is_file():
            raise OverlayError(f"{path} is no file of the reference system.")
        replaced |= {
            over / path,
            *(over / path).parent.glob(f"__pycache__/{Path(path).stem}.*.pyc"),
        }

    def copy(source: str, target: str) -> str:
        return target if Path(source) in replaced else shutil.copyfile(source, target)

    shutil.copytree(over, into, copy_function=copy, dirs_exist_ok=True)
    for path, text in answers.items():
        # A lone surrogate can't be encoded: it becomes `?`, and the file's own error speaks of it.
        (into / path).write_bytes(text.encode("utf-8", "replace"))


def digest(folder: Path, patterns: Iterable[str] = ("**/*",)) -> str:
    """A name for the content of the files below `folder` that match: 32 hexadecimal digits."""
    sha = hashlib.sha256()
    files = {file for pattern in patterns for file in folder.glob(pattern) if file.is_file()}
    for file in sorted(files):
        if file.suffix != ".pyc":
            body = file.read_bytes()
            sha.update(f"{file.relative_to(folder).as_posix()}\0{len(body)}\0".encode() + body)
    return sha.hexdigest()[:32]
