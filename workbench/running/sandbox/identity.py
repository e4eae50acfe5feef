"""A user of its own for every system, where the runner is root.

Such a process can signal nobody else's processes, counts against a limit of its own, and owns
nothing but its folder for temporary files.
"""

from __future__ import annotations

import ctypes
import os

#: systemd's range for users that exist only while a service runs: no account, owner of no file.
#: Source: systemd.io/UIDS-GIDS, "61184-65519".
FIRST, COUNT = 61184, 4336

_PR_SET_KEEPCAPS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 8, 47, 2
_CAP_DAC_READ_SEARCH = 2
_CAPABILITY_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Capabilities(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def own_user(pid: int) -> int:
    """A user id for the system that the process `pid` keeps."""
    return FIRST + pid % COUNT


def is_own(number: int) -> bool:
    """Whether it is the number of a system's user, or of its group."""
    return FIRST <= number < FIRST + COUNT


def shed(user: int, group: int) -> None:
    """Turn into `user`, of this group too, without any right of root."""
    os.setgroups([group])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def become(user: int | None) -> None:
    """Give up root's rights but one: to read files whoever owns them; and turn into `user`.

    Which files those are is Landlock's to say; Python itself may lie below root's home folder.
    user: None stays root without rights. Raises OSError when this process may not do it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if user is not None:
        _check(libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0))
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    right = 1 << _CAP_DAC_READ_SEARCH
    header = _Header(_CAPABILITY_VERSION_3, 0)
    # The second element is for capabilities from 32 on: none.
    data = (_Capabilities * 2)(_Capabilities(right, right, right))
    _check(libc.capset(ctypes.byref(header), ctypes.byref(data)))
    # Kept over an exec, so that the answer can start Python.
    _check(libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_READ_SEARCH, 0, 0))


def _check(returned: int) -> None:
    if returned != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
