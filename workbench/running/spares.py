"""Databases made ahead: a learner who waits for a check should not wait for the disk."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import psycopg2
import redis

from workbench.bench.provider import BenchError
from workbench.bench.tenancy import Tenancy, Tenant
from workbench.closing import Closing

#: Databases for the next stage: as many as its checks have scenes, mostly.
AHEAD = 2


@dataclass(frozen=True)
class Spare:
    """A tenant that nobody has used, with fresh databases."""

    tenant: Tenant
    databases: list[str]


class Spares(Closing):
    """Keeps one spare, made by a thread while nothing else is going on."""

    def __init__(self, tenancy: Tenancy, template: str) -> None:
        self._tenancy, self._template = tenancy, template
        self._lock = threading.Lock()
        self._spare: Spare | None = None
        self._maker: threading.Thread | None = None
        self._closed = False

    def take(self) -> Spare | None:
        """The spare, if it is ready."""
        with self._lock:
            spare, self._spare = self._spare, None
        return spare

    def refill(self) -> None:
        """Begin to make a spare, unless there is one or it is being made."""
        with self._lock:
            making = self._maker is not None and self._maker.is_alive()
            if self._spare is None and not making and not self._closed:
                self._maker = threading.Thread(target=self._make, daemon=True)
                self._maker.start()

    def close(self) -> None:
        with self._lock:
            self._closed = True
        if self._maker is not None:
            self._maker.join()
        if self._spare is not None:
            self._tenancy.drop_tenant(self._spare.tenant)

    def _make(self) -> None:
        """Make a spare, or none: whoever needs a database then meets the trouble himself."""
        try:
            if not self._tenancy.has_template(self._template):
                return
            tenant = self._tenancy.create_tenant()
            made = [self._tenancy.create_database(tenant, self._template) for _ in range(AHEAD)]
        except (psycopg2.Error, redis.RedisError, BenchError):
            return
        with self._lock:
            self._spare = Spare(tenant, made)
