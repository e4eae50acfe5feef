"""Overviews: numbers of several users, one query for each, some of them at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from backend.social.service.execution import Database
from backend.social.service.parallel import run_all
from backend.social.service.parsing import is_id
from backend.social.service.settings import ServiceSettings

_NUMBERS = """
    SELECT
        (SELECT count(*) FROM posts WHERE user_id = $1 AND NOT is_hidden) AS posts,
        (SELECT count(*) FROM follows WHERE followee_id = $1) AS followers
"""


def add_overview(app: web.Application, database: Database, settings: ServiceSettings) -> None:
    """/overview?users=3,1,2"""

    def job(user: int) -> Callable[[], Awaitable[dict[str, int]]]:
        async def ask() -> dict[str, int]:
            [row] = await database.fetch(_NUMBERS, user)
            return {"id": user, **dict(row)}

        return ask

    async def show(request: web.Request) -> web.Response:
        names = request.query.get("users", "").split(",")
        if not all(map(is_id, names)):
            raise web.HTTPUnprocessableEntity(text="users are numbers with commas between them.")
        jobs = [job(int(name)) for name in names]
        seconds = settings.overview_timeout_ms / 1000
        return web.json_response({"users": await run_all(jobs, settings.overview_at_most, seconds)})

    app.router.add_get("/overview", show)
