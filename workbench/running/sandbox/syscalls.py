"""seccomp: the system calls that an answer has no use for, and those that Landlock cannot judge.

A list of what is refused, not of what is allowed: a right answer with a library or a C library that
we have never met must work. Sources: the kernel's Documentation/userspace-api/landlock.rst (what it
does not restrict), Docker's default profile (what a service never needs).
"""

from __future__ import annotations

import errno
from collections.abc import Iterator

import pyseccomp as seccomp
from pyseccomp import EQ, GT, LT, MASKED_EQ, NE, Arg, SyscallFilter

#: Refused with EPERM. Numbers stand for calls that an older libseccomp has no name for.
REFUSED: dict[str, tuple[str | int, ...]] = {
    "looking into other processes": (
        "ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "process_madvise",
        "process_mrelease", "perf_event_open", "bpf", "userfaultfd", "lookup_dcookie",
    ),
    "changing how other processes are scheduled": (
        "sched_setscheduler", "sched_setparam", "sched_setattr", "ioprio_set", "migrate_pages",
        "move_pages",
    ),
    "namespaces and mounts": (
        "unshare", "setns", "mount", "umount", "umount2", "pivot_root", "chroot", "open_tree",
        "move_mount", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", 467,
    ),
    "files past Landlock": (
        "open_by_handle_at", "name_to_handle_at", "fanotify_init", "fanotify_mark",
        "inotify_add_watch", 469,
    ),
    "memory and messages that outlive a process": (
        "shmget", "shmat", "shmctl", "msgget", "msgsnd", "msgrcv", "msgctl", "semget", "semop",
        "semtimedop", "semctl", "mq_open", "mq_unlink", "add_key", "request_key", "keyctl",
    ),
    # Landlock overlooks a socket that listens without an address, which the kernel then chooses.
    "ports of its own": ("bind",),
    "the machine": (
        "reboot", "swapon", "swapoff", "init_module", "finit_module", "delete_module",
        "kexec_load", "kexec_file_load", "settimeofday", "clock_settime", "clock_adjtime",
        "adjtimex", "sethostname", "setdomainname", "iopl", "ioperm", "acct", "quotactl",
        "quotactl_fd", "syslog", "vhangup", "modify_ldt",
    ),
}  # fmt: skip

#: Answered as by a kernel that does not have them, so that libraries take the older way.
#: clone3 hides its flags in memory, where no filter can look; io_uring passes every filter; files
#: of memfd_create are memory that no limit counts.
UNKNOWN = (
    "clone3", "io_uring_setup", "io_uring_enter", "io_uring_register", "memfd_create",
    "memfd_secret",
)  # fmt: skip

#: Said to be done, and not done. Landlock lets the owner of any file change mode, owner and times,
#: and a shutil.copy() that fails for them would be a right answer rejected. 452 is fchmodat2.
PRETENDED = (
    "chmod", "fchmod", "fchmodat", 452, "chown", "fchown", "lchown", "fchownat",
    "utime", "utimes", "futimesat", "utimensat",
    # Linux shares the processor between sessions first: with one of their own for every fork, the
    # processes of a bomb would get all of it, and the judge, PostgreSQL and the others none.
    "setsid",
    # A server calls it once more on the socket that it was given, which listens already.
    "listen",
)  # fmt: skip

#: Answered as by a file system without extended attributes; the numbers are the *at forms.
UNSUPPORTED = (
    "setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr", 463, 466,
)  # fmt: skip

_AF_INET, _AF_INET6, _SOCK_STREAM, _TYPE_MASK, _TCP = 2, 10, 1, 0xF, 6
_MSG_FASTOPEN = 0x20000000  # connects without connect()
#: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
_NAMESPACES = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)


def make_filter() -> SyscallFilter:
    """The filter, to be made once and loaded by every process of an answer.

    Raises OSError when libseccomp refuses a rule.
    """
    made = SyscallFilter(seccomp.ALLOW)
    for group in REFUSED.values():
        _add(made, errno.EPERM, group)
    _add(made, errno.ENOSYS, UNKNOWN)
    _add(made, 0, PRETENDED)
    _add(made, errno.EOPNOTSUPP, UNSUPPORTED)
    for name, argument in _arguments():
        made.add_rule(seccomp.ERRNO(errno.EPERM), name, argument)
    return made


def _add(made: SyscallFilter, answer: int, calls: tuple[str | int, ...]) -> None:
    for call in calls:
        number = call if isinstance(call, int) else seccomp.resolve_syscall(0, call)
        if number != -1:  # unknown to this libseccomp, and then older than the kernel's
            made.add_rule(seccomp.ERRNO(answer), number)


def _arguments() -> Iterator[tuple[str, Arg]]:
    """Calls that are refused for what one argument says."""
    # Sockets: TCP only. Not UDP, raw, netlink, unix, vsock; not MPTCP, which Landlock overlooks.
    yield "socket", Arg(0, LT, _AF_INET)
    for domain in range(_AF_INET + 1, _AF_INET6):
        yield "socket", Arg(0, EQ, domain)
    yield "socket", Arg(0, GT, _AF_INET6)
    for kind in range(_TYPE_MASK + 1):
        if kind != _SOCK_STREAM:
            yield "socket", Arg(1, MASKED_EQ, _TYPE_MASK, kind)
            # A datagram socket of a pair can be sent anywhere.
            yield "socketpair", Arg(1, MASKED_EQ, _TYPE_MASK, kind)
    for protocol in range(1, _TCP):
        yield "socket", Arg(2, EQ, protocol)
    yield "socket", Arg(2, GT, _TCP)
    for name, flags in (("sendto", 3), ("sendmsg", 2), ("sendmmsg", 3)):
        yield name, Arg(flags, MASKED_EQ, _MSG_FASTOPEN, _MSG_FASTOPEN)
    for namespace in _NAMESPACES:
        yield "clone", Arg(0, MASKED_EQ, namespace, namespace)
    # Limits and priorities of oneself only: 0 is the caller.
    yield "prlimit64", Arg(0, NE, 0)
    yield "sched_setaffinity", Arg(0, NE, 0)
    yield "setpriority", Arg(0, NE, 0)
    yield "setpriority", Arg(1, NE, 0)
