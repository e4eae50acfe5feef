"""What an answer's process may read: Python, its libraries, and little of the machine."""

from __future__ import annotations

import json
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import TZPATH

from workbench.paths import root

#: Shared libraries and their loader.
LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")

#: What the C library, OpenSSL and Python look up; none of it is anybody's secret.
MACHINE = (
    "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom",
    "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/ld.so.cache",
    "/etc/localtime", "/etc/mime.types",
    "/etc/ssl/certs", "/etc/ssl/cert.pem", "/etc/ssl/openssl.cnf",  # never /etc/ssl/private
    "/etc/pki/tls/certs", "/etc/pki/tls/cert.pem", "/etc/pki/tls/openssl.cnf",
    "/sys/devices/system/cpu", "/usr/share/ca-certificates", "/usr/share/locale", *TZPATH,
)  # fmt: skip

#: Written to as well.
SINKS = ("/dev/null",)


def readable() -> list[Path]:
    """Every file and folder that an answer may read, as far as it exists.

    Never one that holds the course's checkout, although an editable install puts it on sys.path.
    """
    return sorted(one for one in {path.resolve() for path in _named()} if _is_free(one))


def mounts() -> list[Path]:
    """The same for a machine that has nothing yet, not even symlinks; its devices and hosts are its
    own. None lies below another."""
    named = {path for path in _named() if not path.is_relative_to("/dev")} - {Path("/etc/hosts")}
    paths = [one for one in sorted({*named, *(path.resolve() for path in named)}) if _is_free(one)]
    return [one for one in paths if not any(above in paths for above in one.parents)]


def executable() -> Iterator[Path]:
    """What an answer may start: Python, and the loader that starts it."""
    yield Path(sys.executable).resolve()
    yield from (Path(one) for one in LIBRARIES if Path(one).is_dir())


def search_path(path: list[str]) -> list[str]:
    """The entries of a sys.path that lead to libraries: not the checkout, nor the start folder."""
    course = str(root())
    return [one for one in path if one and one != course]


def _named() -> set[Path]:
    return _python() | {Path(one) for one in (*LIBRARIES, *MACHINE)}


def _is_free(path: Path) -> bool:
    return path.exists() and not root().is_relative_to(path)


def _python() -> set[Path]:
    paths = sysconfig.get_paths()
    installed = {Path(paths[name]) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    base = {Path(sys.base_prefix) / name for name in ("lib", "ssl", "share/zoneinfo")}
    program = {Path(sys.executable), Path(sys.prefix) / "pyvenv.cfg"}
    return installed | base | program | {Path(one) for one in search_path(sys.path)}


if __name__ == "__main__":  # asked by container.py, for a sys.path that nothing was added to
    print(json.dumps([str(one) for one in mounts()]))
