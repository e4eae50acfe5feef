"""What the processes of answers are made of: libraries that a zygote loads before it forks."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterable

#: For the backend, which most systems are; loaded at the start.
BACKEND = (
    "aiodataloader",
    "celery.app.amqp",
    "celery.app.events",
    "celery.backends.base",
    "celery.events",
    "celery.fixups.django",
    "celery.loaders.app",
    "encodings.idna",  # of every host's name
    "flask",
    "flask_smorest",
    "flask_swagger_ui",
    "graphene",
    "kombu.transport.redis",
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
    "migrate": ("alembic.command", "alembic.config"),
    "social": ("aiohttp.web", "asyncpg", "prometheus_client"),
    "suite": (
        "httpcore", "httpx", "pdb", "pytest",
        # What pytest loads only when it is run:
        "_pytest._argcomplete", "_pytest.faulthandler", "_pytest.helpconfig", "_pytest.junitxml",
        "_pytest.pastebin", "_pytest.setuponly", "_pytest.setupplan", "_pytest.skipping",
        "_pytest.threadexception", "_pytest.tracemalloc", "_pytest.unittest",
        "_pytest.unraisableexception", "_pytest.warnings",
    ),
    "work": (
        "billiard.pool",
        "celery.app.control",
        "celery.app.log",
        "celery.apps.worker",
        "celery.concurrency.solo",
        "celery.worker.autoscale",
        "celery.worker.components",
        "celery.worker.consumer.delayed_delivery",
        "celery.worker.strategy",
        "httpx",
    ),
}  # fmt: skip


def load(names: Iterable[str]) -> None:
    """Import what is there of these modules: an answer does without the others, or says so."""
    for name in names:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
