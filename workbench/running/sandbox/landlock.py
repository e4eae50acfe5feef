"""Landlock: which files, TCP ports and processes this process and its children can reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from landlockpy import AccessFS, AccessNet, Ruleset, Scope
from landlockpy import abi_version as abi_version

from workbench.running.sandbox import files

#: From this version on, TCP ports can be limited (Linux 6.7); and signals (Linux 6.12).
PORTS, SIGNALS = 4, 6

_READ = AccessFS.READ_FILE | AccessFS.READ_DIR
_WRITE = (
    _READ | AccessFS.WRITE_FILE | AccessFS.TRUNCATE | AccessFS.REMOVE_FILE | AccessFS.REMOVE_DIR
    | AccessFS.MAKE_REG | AccessFS.MAKE_DIR | AccessFS.MAKE_SYM | AccessFS.MAKE_FIFO
    | AccessFS.REFER
)  # fmt: skip
_OF_FILES = AccessFS.READ_FILE | AccessFS.WRITE_FILE | AccessFS.TRUNCATE | AccessFS.EXECUTE


def restrict(readable: Iterable[Path], folder: Path, temp: Path, ports: Sequence[int]) -> None:
    """Confine this thread, and what it starts, for good. Raises OSError when the kernel refuses.

    readable: see files.py; folder: the answer's, to be read; temp: to be written; ports: where it
    may connect. Nothing may be bound: the listener is there already.
    """
    with Ruleset(scoped=Scope.ABSTRACT_UNIX_SOCKET | Scope.SIGNAL) as rules:
        _allow(rules, [*readable, folder], _READ)
        _allow(rules, files.executable(), _READ | AccessFS.EXECUTE)
        _allow(rules, map(Path, files.SINKS), AccessFS.READ_FILE | AccessFS.WRITE_FILE)
        _allow(rules, [temp], _WRITE)
        for port in ports:
            rules.allow_port(port, AccessNet.CONNECT_TCP)
        rules.restrict()


def _allow(rules: Ruleset, paths: Iterable[Path], access: AccessFS) -> None:
    for path in paths:
        rules.allow_path(path, access if path.is_dir() else access & _OF_FILES)
