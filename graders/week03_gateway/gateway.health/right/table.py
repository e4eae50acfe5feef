"""A table of routes, and answers that are returned with their status."""

from __future__ import annotations

from aiohttp import web


def add_health(app, shutdown, breakers):
    routes = web.RouteTableDef()

    @routes.get("/healthz")
    async def healthz(request):
        return web.json_response({"status": "alive", "version": 1})

    @routes.get("/readyz")
    async def readyz(request):
        ending = shutdown.has_begun
        body = {
            "status": "ending" if ending else "ready",
            "circuits": {name: str(one.state) for name, one in breakers.items()},
        }
        return web.json_response(body, status=503 if ending else 200)

    app.add_routes(routes)
