"""Prepared statements, which know their status tag and can explain themselves."""

from __future__ import annotations

import contextlib

import asyncpg

from backend.social.service.fingerprints import fingerprint


class Measurements:
    def __init__(self, most, plan_every):
        self.most, self.plan_every = most, plan_every
        self.rows = {}  # in the order of their last calls

    def record(self, sql, *, wait, run, rows, failed):
        key = fingerprint(sql)
        zeros = {"calls": 0, "rows": 0, "errors": 0, "wait_ms": 0, "run_ms": 0, "slowest_ms": 0}
        row = self.rows.pop(key, None) or {"statement": key, **zeros, "plan": None}
        self.rows[key] = row
        for oldest in list(self.rows)[: -self.most]:
            del self.rows[oldest]
        row["calls"] += 1
        row["rows"] += rows
        row["errors"] += failed
        row["wait_ms"] += 1000 * wait
        row["run_ms"] += 1000 * run
        row["slowest_ms"] = max(row["slowest_ms"], 1000 * run)
        return row

    def wants(self, row):
        return (
            row["statement"].startswith("select")
            and row["calls"] % self.plan_every == 1 % self.plan_every
        )

    def summary(self):
        return sorted(self.rows.values(), key=lambda row: -row["run_ms"])


class Database:
    def __init__(self, pool, measurements, clock):
        self.pool, self.measurements, self.clock = pool, measurements, clock

    async def fetch(self, sql, *args):
        records, _ = await self.run(sql, args, lambda records, _: len(records))
        return records

    async def execute(self, sql, *args):
        def rows(_, tag):
            *_, last = tag.split()
            return int(last) if last.isdecimal() else 0

        _, count = await self.run(sql, args, rows)
        return count

    async def run(self, sql, args, rows_of):
        started = self.clock()
        async with self.pool.connection() as connection:
            got = self.clock()
            failed, rows = True, 0
            try:
                statement = await connection.prepare(sql)
                records = await statement.fetch(*args)
                rows, failed = rows_of(records, statement.get_statusmsg()), False
            finally:
                row = self.measurements.record(
                    sql, wait=got - started, run=self.clock() - got, rows=rows, failed=failed
                )
            if self.measurements.wants(row):
                with contextlib.suppress(asyncpg.PostgresError):
                    row["plan"] = (await statement.explain(*args))[0]["Plan"]
            return records, rows
