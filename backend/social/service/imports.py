"""Imports: many rows of one table, sent as one JSON array."""

from __future__ import annotations

from aiohttp import web

from backend.social.service.bulk_insert import copy_records, insert_records
from backend.social.service.parsing import json_of
from backend.social.service.pool import Pool

METHODS = {"copy": copy_records, "insert": insert_records}


def add_imports(app: web.Application, pool: Pool) -> None:
    """/imports/{table}, with ?method=copy or insert."""

    async def take(request: web.Request) -> web.Response:
        method = request.query.get("method", "copy")
        if method not in METHODS:
            raise web.HTTPUnprocessableEntity(text="method is copy or insert.")
        records = await json_of(request)
        if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
            raise web.HTTPUnprocessableEntity(text="Send an array of objects.")
        async with pool.connection() as connection:
            rows = await METHODS[method](connection, request.match_info["table"], records)
        return web.json_response({"rows": rows}, status=201)

    app.router.add_post("/imports/{table}", take)
