"""The overlay: answers laid over the reference files that they replace."""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import sys
from collections.abc import Iterable, Mapping
from importlib.machinery import SourceFileLoader
from importlib.util import MAGIC_NUMBER, source_hash
from pathlib import Path, PurePosixPath

#: What a running system is made of, below the checkout.
SYSTEM = ("backend", "sql")

#: The files that say what the database looks like; a change to any of them means a new template.
SCHEMA = (
    "backend/database.py", "backend/schema.py", "backend/*/models.py",
    "backend/catalog/search.py",  # its index
    "sql/schema/**/*.sql", "sql/functions/**/*.sql", "sql/views/**/*.sql",
)  # fmt: skip

#: What Python puts into the names of compiled files, like cpython-311.
CACHE_TAG = sys.implementation.cache_tag


class OverlayError(Exception):
    """An answer names a file that is no part of the reference system."""


def read_reference(root: Path) -> dict[str, bytes]:
    """The reference system's files, and what they compile to: path below `root` -> content.

    They are kept in memory: copying files takes three times as long as writing them.
    """
    held: dict[str, bytes] = {}
    for file in (file for part in SYSTEM for file in (root / part).rglob("*")):
        path = PurePosixPath(file.relative_to(root).as_posix())
        if not file.is_file() or any(one.startswith((".", "__pycache__")) for one in path.parts):
            continue
        held[str(path)] = file.read_bytes()
        if file.suffix == ".py":
            compiled = path.parent / "__pycache__" / f"{path.stem}.{CACHE_TAG}.pyc"
            with contextlib.suppress(SyntaxError):  # whoever imports it will say so
                held[str(compiled)] = _compiled(file)
    return held


def _compiled(file: Path) -> bytes:
    """The bytecode of a file, which Python may have kept from earlier, as a .pyc that is never
    compared with its source: neither of a stage's ever changes, nor needs times of files.

    The form is that of PEP 552; the second word says "by a hash, unchecked".
    """
    code = SourceFileLoader(file.stem, str(file)).get_code(file.stem)
    unchecked_hash = (0b01).to_bytes(4, "little") + source_hash(file.read_bytes())
    return MAGIC_NUMBER + unchecked_hash + marshal.dumps(code)


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
