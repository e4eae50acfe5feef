"""The results in PostgreSQL: exactly one a key, whoever delivers a job how often.

A worker claims a key with an advisory lock for as long as it grades. PostgreSQL frees the lock when
the worker's connection ends, so a try that has not ended and whose lock is free is lost.
"""

from __future__ import annotations

import contextlib
import select
from collections.abc import Collection, Iterator

from workbench.bench.admin_connections import execute
from workbench.closing import Closing
from workbench.grading.distributed.job import Job
from workbench.grading.distributed.schema import open_results

#: How often an answer is tried in one request before its grade is withheld.
TRIES = 3

CHANNEL = "workbench_results"


class Store(Closing):
    """One connection to the results. Not thread-safe. psycopg2.Error says that it was lost."""

    def __init__(self, url: str) -> None:
        """Raises ServiceError when the results cannot be had."""
        self._opened = open_results(url)

    # For workers.

    @contextlib.contextmanager
    def claim(self, key: str) -> Iterator[bool]:
        """Whether this connection may grade the key now; nobody else may until the block ends."""
        lock = (_lock(key),)
        got = bool(execute(self._opened, "SELECT pg_try_advisory_lock(%s)", lock)[0][0])
        try:
            yield got
        finally:
            if got and not self._opened.closed:
                execute(self._opened, "SELECT pg_advisory_unlock(%s)", lock)

    def settled(self, job: Job) -> bool:
        """Whether nothing is left to do for the job: it has its result, or was tried enough."""
        wanted = job.request if job.fresh else None
        return bool(self.results([job.key], wanted)) or self._failures(job) >= TRIES

    def begin(self, job: Job, worker: str) -> int:
        """Note that the holder of the key's claim starts a try; its number."""
        # Whoever noted another try of this key without an end held the claim, and is gone.
        execute(self._opened, "UPDATE workbench.tries SET outcome = 'lost'"
                " WHERE key = %s AND outcome IS NULL", (job.key,))  # fmt: skip
        rows = execute(self._opened, "INSERT INTO workbench.tries (request, key, worker)"
                       " VALUES (%s, %s, %s) RETURNING id",
                       (job.request, job.key, worker))  # fmt: skip
        return int(rows[0][0])

    def keep(self, job: Job, number: int, worker: str, result: str) -> None:
        """End the try with a result. The first stays; only a fresh request replaces it, once."""
        execute(
            self._opened,
            "WITH ended AS (DELETE FROM workbench.tries WHERE id = %s) "
            "INSERT INTO workbench.results (key, request, worker, result) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (key) DO UPDATE SET request = excluded.request,"
            " worker = excluded.worker, result = excluded.result, kept_at = now()"
            " WHERE %s AND results.request <> excluded.request",
            (number, job.key, job.request, worker, result, job.fresh),
        )
        self._tell(job)

    def withhold(self, job: Job, number: int, result: str) -> bool:
        """End the try without a mark; whether the job is to be tried again."""
        execute(self._opened, "UPDATE workbench.tries SET outcome = 'withheld', result = %s"
                " WHERE id = %s", (result, number))  # fmt: skip
        self._tell(job)
        return self._failures(job) < TRIES

    # For the command that asks.

    def listen(self) -> None:
        """From now on `wait` returns when a try has ended."""
        execute(self._opened, f"LISTEN {CHANNEL}")

    def wait(self, seconds: float) -> bool:
        """Wait until a try has ended; False when none has in that time."""
        if not self._opened.notifies:
            select.select([self._opened], [], [], seconds)
            self._opened.poll()
        came = bool(self._opened.notifies)
        self._opened.notifies.clear()
        return came

    def results(self, keys: Collection[str], request: str | None = None) -> dict[str, str]:
        """key -> result of those that have one; only those that `request` made, when given."""
        rows = execute(self._opened, "SELECT key, result FROM workbench.results"
                       " WHERE key = ANY(%s) AND (%s IS NULL OR request = %s)",
                       (list(keys), request, request))  # fmt: skip
        return dict(rows)

    def given_up(self, request: str) -> dict[str, tuple[str, str | None]]:
        """key -> (worker, withheld result) of the last of TRIES failures; None when it was lost."""
        rows = execute(self._opened, "SELECT DISTINCT ON (key) key, worker, result,"
                       " count(*) OVER (PARTITION BY key) AS failures FROM workbench.tries"
                       " WHERE request = %s AND outcome IS NOT NULL ORDER BY key, id DESC",
                       (request,))  # fmt: skip
        return {key: (worker, result) for key, worker, result, count in rows if count >= TRIES}

    def lost(self, keys: Collection[str]) -> set[str]:
        """The keys whose worker is gone in the middle; each is told once."""
        rows = execute(self._opened, "SELECT id, key FROM workbench.tries"
                       " WHERE key = ANY(%s) AND outcome IS NULL", (list(keys),))  # fmt: skip
        found = set()
        for number, key in rows:
            with self.claim(key) as free:
                if free and execute(
                    self._opened,
                    "UPDATE workbench.tries SET outcome = 'lost'"
                    " WHERE id = %s AND outcome IS NULL RETURNING id",
                    (number,),
                ):
                    found.add(key)
        return found

    def forget(self, request: str) -> None:
        """Remove the notes of a request that has its results."""
        execute(self._opened, "DELETE FROM workbench.tries WHERE request = %s", (request,))

    def close(self) -> None:
        self._opened.close()

    def _failures(self, job: Job) -> int:
        rows = execute(self._opened, "SELECT count(*) FROM workbench.tries"
                       " WHERE key = %s AND request = %s AND outcome IS NOT NULL",
                       (job.key, job.request))  # fmt: skip
        return int(rows[0][0])

    def _tell(self, job: Job) -> None:
        execute(self._opened, "SELECT pg_notify(%s, %s)", (CHANNEL, job.key))


def _lock(key: str) -> int:
    """The key's first 64 bits, as PostgreSQL's signed bigint."""
    return int.from_bytes(bytes.fromhex(key[:16]), signed=True)
