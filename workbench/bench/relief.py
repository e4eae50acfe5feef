"""Relief for a server that one session holds up.

Any role may fill the table of locks, with advisory locks for example: then the server lets nobody
in, and nothing be dropped. A connection that was open before can still ask who holds them, if it
asks for nothing that takes one in the shared part of the table: no database, no role and no view of
sessions, whose catalogues all databases share.

And DROP DATABASE waits for every session of the server to take notice, which one whose client does
not read what it sends never does.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time

import psycopg2

from workbench.bench.health import ask, open_async

#: More than any answer needs at a time. A server has places for some ten thousand.
MOST_LOCKS = 2000

#: For sessions to end.
END_SECONDS = 5.0

_GREEDY = f"""
    SELECT sessions.pid FROM pg_stat_get_activity(NULL) AS sessions
    JOIN (SELECT pid FROM pg_lock_status() GROUP BY pid HAVING count(*) > {MOST_LOCKS}) AS held
        USING (pid)
    WHERE sessions.usesysid = ANY(%s::oid[])
"""  # noqa: S608 - a number of ours

_UNREAD = """
    SELECT pid FROM pg_stat_get_activity(NULL)
    WHERE usesysid = ANY(%s::oid[]) AND wait_event = 'ClientWrite'
"""

_KNOW = "SELECT pg_get_userbyid(%s), pg_has_role(%s::oid, 'USAGE')"


class Relief:
    """Knows the roles of one client's tenants, and ends their sessions that hold others up."""

    def __init__(self, url: str, *, is_here: bool) -> None:
        """url: the administrator's; is_here: the server's processes are this machine's, and ours.
        Raises one of health.TROUBLE."""
        self._connection, self._is_here = open_async(url), is_here
        self._roles: dict[str, int] = {}
        self._lock = threading.Lock()
        self.relieve()  # so that this session knows all that the statement needs

    def watch(self, role: str, oid: int) -> None:
        self._roles[role] = oid
        if not self._is_here:  # so that this session knows the role before it has to end one of it
            with self._lock, contextlib.suppress(psycopg2.Error, TimeoutError):
                ask(self._connection, _KNOW, (oid, oid))

    def forget(self, role: str) -> None:
        self._roles.pop(role, None)

    def relieve(self) -> bool:
        """End the sessions of these roles that hold more than MOST_LOCKS: were there any?"""
        return self._end_all(_GREEDY)

    def end_unread(self) -> bool:
        """End the sessions of these roles whose clients do not read: were there any?"""
        return self._end_all(_UNREAD)

    def close(self) -> None:
        self._connection.close()

    def _end_all(self, which: str) -> bool:
        with self._lock, contextlib.suppress(psycopg2.Error, TimeoutError):
            found = self._found(which)
            for pid in found:
                self._end(pid)
            deadline = time.monotonic() + END_SECONDS
            while found and self._found(which) and time.monotonic() < deadline:
                pass  # each look asks the server
            return bool(found)
        return False

    def _found(self, which: str) -> list[int]:
        return [int(pid) for (pid,) in ask(self._connection, which, (list(self._roles.values()),))]

    def _end(self, pid: int) -> None:
        """By a signal where that can be: PostgreSQL looks the role up, and may have to lock it."""
        if self._is_here:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        else:
            ask(self._connection, "SELECT pg_terminate_backend(%s)", (pid,))
