"""What an operator asks: how the pool stands, which statements cost what, which are alike."""

from __future__ import annotations

from aiohttp import web

from backend.social.service.execution import Measurements
from backend.social.service.fingerprints import fingerprint
from backend.social.service.parsing import json_of
from backend.social.service.pool import Pool


def add_diagnosis(app: web.Application, pool: Pool, measurements: Measurements) -> None:
    """/pool, /statements and /fingerprints; none of them asks the database."""

    async def show_pool(_: web.Request) -> web.Response:
        return web.json_response(pool.state())

    async def show_statements(_: web.Request) -> web.Response:
        return web.json_response({"statements": measurements.summary()})

    async def show_fingerprints(request: web.Request) -> web.Response:
        match await json_of(request):
            case {"statements": [*texts]} if all(isinstance(one, str) for one in texts):
                return web.json_response({"fingerprints": [fingerprint(one) for one in texts]})
        raise web.HTTPUnprocessableEntity(text="Send statements, a list of texts.")

    app.router.add_get("/pool", show_pool)
    app.router.add_get("/statements", show_statements)
    app.router.add_post("/fingerprints", show_fingerprints)
