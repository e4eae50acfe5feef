"""The composition root of the service: every object of it is made and wired here.

Serve it with `python -m backend.social.service`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg
from aiohttp import web

from backend.social.service.diagnosis import add_diagnosis
from backend.social.service.execution import Database, Measurements
from backend.social.service.feed_cache import FeedCache
from backend.social.service.feeds import add_feeds, create_loader
from backend.social.service.imports import add_imports
from backend.social.service.overview import add_overview
from backend.social.service.pins import add_pins
from backend.social.service.pool import open_pool
from backend.social.service.posts import add_posts
from backend.social.service.problems import answer_errors
from backend.social.service.settings import ServiceSettings

Clock = Callable[[], float]

#: Bytes of a request's body: imports are large.
MOST_BODY = 64 * 1024 * 1024


@asynccontextmanager
async def open_service(settings: ServiceSettings, clock: Clock) -> AsyncIterator[web.Application]:
    """The application, with its connections open within the block.

    clock: gives seconds, from anywhere. Raises what open_pool raises.
    """

    async def connect() -> asyncpg.Connection:
        timeout = settings.connect_timeout_ms / 1000
        return await asyncpg.connect(settings.database_url, timeout=timeout)

    async with open_pool(settings) as pool:
        measurements = Measurements(settings.measured_statements, settings.plan_every)
        database = Database(pool, measurements, clock)
        load = create_loader(database)
        cache = FeedCache(load, settings.feed_entries, settings.feed_seconds, clock)
        app = web.Application(client_max_size=MOST_BODY, middlewares=[answer_errors])
        add_diagnosis(app, pool, measurements)
        add_feeds(app, cache)
        add_imports(app, pool)
        add_overview(app, database, settings)
        add_pins(app, pool, settings)
        add_posts(app, database)
        async with cache.listening(connect):
            yield app
