"""The network's service in the test's own event loop."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from backend.social.service.app import open_service
from backend.social.service.settings import ServiceSettings


@asynccontextmanager
async def serving(
    url: str, clock: Callable[[], float] = time.monotonic, **settings: Any
) -> AsyncIterator[TestClient]:
    """A client of the service on this database, with these settings."""
    async with (
        open_service(ServiceSettings(url, **settings), clock) as app,
        TestClient(TestServer(app, handler_cancellation=True)) as client,
    ):
        yield client
