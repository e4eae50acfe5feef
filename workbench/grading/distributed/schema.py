"""The tables of the results, made where they are missing."""

from __future__ import annotations

from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class

from workbench.bench.admin_connections import CONNECT_SECONDS, execute
from workbench.bench.urls import without_password
from workbench.grading.distributed.settings import ServiceError

SCHEMA_LOCK = 0x57420003

# What requests that were interrupted left behind.
FORGET = "DELETE FROM workbench.tries WHERE began_at < now() - interval '7 days'"

# The results are text, because jsonb refuses \u0000, which an answer may well print.
SCHEMA = """
CREATE SCHEMA IF NOT EXISTS workbench;
CREATE TABLE IF NOT EXISTS workbench.results (
    key text PRIMARY KEY,
    request text NOT NULL,
    worker text NOT NULL,
    result text NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS workbench.tries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request text NOT NULL,
    key text NOT NULL,
    worker text NOT NULL,
    began_at timestamptz NOT NULL DEFAULT now(),
    outcome text CHECK (outcome IN ('withheld', 'lost')),
    result text
);
CREATE INDEX IF NOT EXISTS tries_by_key ON workbench.tries (key);
CREATE INDEX IF NOT EXISTS tries_by_request ON workbench.tries (request);
"""


def open_results(url: str) -> Connection:
    """A connection to a database that has the tables. Raises ServiceError."""
    shown = without_password(url)
    try:
        opened = _connect(url)
    except psycopg2.OperationalError as error:
        raise ServiceError(
            f"PostgreSQL for the results at {shown} cannot be reached: {str(error).strip()}\n"
            "Start the server, or correct WORKBENCH_RESULTS_URL."
        ) from None
    try:
        _prepare(opened)
    except psycopg2.errors.InsufficientPrivilege as error:
        opened.close()
        raise ServiceError(
            f"The user of {shown} may not make tables for the results: {str(error).strip()}\n"
            "Give WORKBENCH_RESULTS_URL the owner of that database."
        ) from None
    return opened


def _prepare(opened: Connection) -> None:
    """Make the tables; two clients may come first at the same time."""
    execute(opened, "SELECT pg_advisory_lock(%s, 0)", (SCHEMA_LOCK,))
    try:
        if not execute(opened, "SELECT to_regclass('workbench.tries')")[0][0]:
            execute(opened, SCHEMA)
            # Where an answer's PostgreSQL is the same server, nobody else enters this database.
            name = execute(opened, "SELECT quote_ident(current_database())")[0][0]
            execute(opened, f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")
        execute(opened, FORGET)
    finally:
        execute(opened, "SELECT pg_advisory_unlock(%s, 0)", (SCHEMA_LOCK,))


def _connect(url: str) -> Connection:
    opened: Any = psycopg2.connect(
        url, connect_timeout=CONNECT_SECONDS, application_name="workbench grading"
    )
    opened.autocommit = True
    # A worker whose machine went away without a word lets go of its claims after a minute.
    for name, value in (("idle", 30), ("interval", 10), ("count", 3)):
        execute(opened, f"SET tcp_keepalives_{name} = {value}")
    return opened
