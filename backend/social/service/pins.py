"""Pins: a user shows at most three posts at the top."""

from __future__ import annotations

import asyncpg
from aiohttp import web

from backend.social.service.parsing import id_in
from backend.social.service.pool import Pool
from backend.social.service.settings import ServiceSettings
from backend.social.service.transactions import in_transaction

MOST = 3

_PINNED = "SELECT post_id FROM pins WHERE user_id = $1"
_PIN = "INSERT INTO pins (user_id, post_id) VALUES ($1, $2)"


def add_pins(app: web.Application, pool: Pool, settings: ServiceSettings) -> None:
    """/users/{id}/pins/{post_id}."""

    async def pin(request: web.Request) -> web.Response:
        user, post = id_in(request, "user_id"), id_in(request, "post_id")

        async def work(connection: asyncpg.Connection) -> int:
            pinned = {row["post_id"] for row in await connection.fetch(_PINNED, user)}
            if post in pinned:
                return 200
            if len(pinned) >= MOST:
                return 409
            await connection.execute(_PIN, user, post)
            return 201

        base_seconds = settings.retry_base_ms / 1000
        status = await in_transaction(pool, work, settings.retry_attempts, base_seconds)
        if status == 409:
            raise web.HTTPConflict(text=f"A user has at most {MOST} pins: take one down first.")
        return web.json_response({"user_id": user, "post_id": post}, status=status)

    app.router.add_put("/users/{user_id}/pins/{post_id}", pin)
