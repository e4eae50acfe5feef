"""A semaphore that nobody waits for."""

from __future__ import annotations

import asyncio

from aiohttp import web

from backend.gateway.operators import OPERATORS

RETRY_AFTER_SECONDS = 1


def create_load_shedding(most):
    places = asyncio.Semaphore(most)

    @web.middleware
    async def shed(request, handler):
        if request.path in OPERATORS:
            return await handler(request)
        if places.locked():
            return web.json_response({"wait": 2}, status=503, headers={"Retry-After": "2"})
        async with places:
            return await handler(request)

    return shed
