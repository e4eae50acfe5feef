"""The plan is looked at before the statement runs, in a transaction; numbers are kept apart."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter, defaultdict
from contextlib import asynccontextmanager

from backend.social.service.fingerprints import fingerprint


class Measurements:
    def __init__(self, most: int, plan_every: int) -> None:
        self.most, self.plan_every = most, plan_every
        self.numbers: dict[str, Counter] = defaultdict(Counter)
        self.slowest: dict[str, float] = {}
        self.plans: dict[str, dict] = {}
        self.called: dict[str, int] = {}
        self.moments = itertools.count()

    def begin(self, name: str) -> bool:
        """Whether a plan is wanted."""
        self.called[name] = next(self.moments)
        if len(self.called) > self.most:
            oldest = min(self.called, key=self.called.__getitem__)
            for kept in (self.called, self.numbers, self.slowest, self.plans):
                kept.pop(oldest, None)
        first = self.numbers[name]["calls"] % self.plan_every == 0
        self.numbers[name]["calls"] += 1
        return first

    def summary(self) -> list[dict]:
        rows = []
        for name in self.called:
            numbers = self.numbers[name]
            rows.append(
                {
                    "statement": name,
                    **{key: numbers[key] for key in ("calls", "rows", "errors")},
                    **{key: round(float(numbers[key]), 3) for key in ("wait_ms", "run_ms")},
                    "slowest_ms": self.slowest.get(name, 0.0),
                    "plan": self.plans.get(name),
                }
            )
        rows.sort(key=lambda row: (row["run_ms"], row["calls"]), reverse=True)
        return rows


class Database:
    def __init__(self, pool, measurements: Measurements, clock) -> None:
        self.pool, self.kept, self.clock = pool, measurements, clock

    @asynccontextmanager
    async def measured(self, sql, args):
        asked = self.clock()
        async with self.pool.connection() as connection:
            wait = self.clock() - asked
            name = fingerprint(sql)
            if self.kept.begin(name) and re.match(r"\s*select\b", sql, re.IGNORECASE):
                await self.look(connection, name, sql, args)
            numbers = self.kept.numbers[name]
            numbers["wait_ms"] += wait * 1000
            began = self.clock()
            try:
                yield connection, numbers
            except BaseException:
                numbers["errors"] += 1
                raise
            finally:
                took = (self.clock() - began) * 1000
                numbers["run_ms"] += took
                self.kept.slowest[name] = max(took, self.kept.slowest.get(name, 0.0))

    async def look(self, connection, name, sql, args) -> None:
        try:
            async with connection.transaction(readonly=True):
                rows = await connection.fetch("explain (costs, format json)" + sql, *args)
        except Exception:  # noqa: BLE001
            return
        self.kept.plans[name] = json.loads(rows[0][0])[0]["Plan"]

    async def fetch(self, sql, *args):
        async with self.measured(sql, args) as (connection, numbers):
            rows = await connection.fetch(sql, *args)
            numbers["rows"] += len(rows)
            return rows

    async def execute(self, sql, *args):
        async with self.measured(sql, args) as (connection, numbers):
            tag = await connection.execute(sql, *args)
            found = re.search(r" (\d+)$", tag)
            count = int(found[1]) if found else 0
            numbers["rows"] += count
            return count
