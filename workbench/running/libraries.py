"""What the processes of answers are made of: libraries that a zygote loads before it forks."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterable

#: For the backend, which most systems are; loaded at the start.
BACKEND = (
    "aiodataloader",
    "flask",
    "flask_smorest",
    "flask_swagger_ui",
    "graphene",
    "logging.config",
    "marshmallow",
    "psycopg2.extras",
    "redis.asyncio",
    "sqlalchemy.dialects.postgresql.psycopg2",
    "sqlalchemy.orm",
    "waitress",
    "webargs.flaskparser",
    "werkzeug.middleware.proxy_fix",
)

#: For what else a process may do (see entry.py); loaded at the first order of that kind.
OTHERS = {
    "gateway": ("aiohttp.web", "jwt", "prometheus_client"),
    "migrate": ("alembic",),
    "social": ("aiohttp.web", "asyncpg", "prometheus_client"),
    "suite": ("pytest",),
    "work": (
        "celery.apps.worker",
        "celery.concurrency.solo",
        "celery.worker.consumer",
        "httpx",
        "kombu.transport.redis",
    ),
}


def load(names: Iterable[str]) -> None:
    """Import what is there of these modules: an answer does without the others, or says so."""
    for name in names:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
