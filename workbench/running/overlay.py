"""The overlay: answers laid over the reference files that they replace."""

from __future__ import annotations

import compileall
import hashlib
import shutil
import tempfile
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


def read_reference(root: Path) -> dict[str, bytes]:
    """The reference system's files, and what they compile to: path below `root` -> content.

    They are kept in memory: copying files takes three times as long as writing them. What is
    compiled is not compared with its source again: neither ever changes, nor needs times of files.
    """
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for part in SYSTEM:
            if (root / part).is_dir():
                shutil.copytree(root / part, copy / part, ignore=_IGNORED)
        compileall.compile_dir(copy, quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
        files = (file for file in copy.rglob("*") if file.is_file())
        return {file.relative_to(copy).as_posix(): file.read_bytes() for file in files}


def lay(answers: Mapping[str, str], over: Mapping[str, bytes], into: Path) -> None:
    """Make a system of the reference `over` with `answers` (path -> text) laid over it.

    The replaced files are not written, compiled or otherwise: the reference text of its own part
    is not for the answer to read. Raises OverlayError for a path that is no part.
    """
    for path in answers:
        if path not in over:
            raise OverlayError(f"{path} is no file of the reference system.")
    compiled = tuple(f"{one.parent}/__pycache__/{one.stem}." for one in map(PurePosixPath, answers))
    kept = {
        path: body
        for path, body in over.items()
        if path not in answers and not path.startswith(compiled)
    }
    # A lone surrogate can't be encoded: it becomes `?`, and the file's own error speaks of it.
    written = {path: text.encode("utf-8", "replace") for path, text in answers.items()}
    for folder in {path.rpartition("/")[0] for path in over}:
        (into / folder).mkdir(parents=True, exist_ok=True)
    for path, body in (kept | written).items():
        with open(f"{into}/{path}", "wb", buffering=0) as file:
            file.write(body)


def digest(folder: Path, patterns: Iterable[str] = ("**/*",)) -> str:
    """A name for the content of the files below `folder` that match: 32 hexadecimal digits."""
    sha = hashlib.sha256()
    files = {file for pattern in patterns for file in folder.glob(pattern) if file.is_file()}
    for file in sorted(files):
        if file.suffix != ".pyc":
            body = file.read_bytes()
            sha.update(f"{file.relative_to(folder).as_posix()}\0{len(body)}\0".encode() + body)
    return sha.hexdigest()[:32]
