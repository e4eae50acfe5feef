"""One class for both, which is asked with any method."""

from __future__ import annotations

import json

from aiohttp import web


class Probe:
    def __init__(self, shutdown, breakers):
        self.shutdown, self.breakers = shutdown, breakers

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/healthz":
            return self.tell(status="alive")
        if self.shutdown.has_begun:
            return web.Response(status=503)
        return self.tell(status="ready", circuits={n: b.state for n, b in self.breakers.items()})

    def tell(self, **body) -> web.Response:
        headers = {"Cache-Control": "no-store"}
        kind = "application/json"
        return web.Response(body=json.dumps(body).encode(), headers=headers, content_type=kind)


def add_health(app, shutdown, breakers):
    probe = Probe(shutdown, breakers)

    async def answer(request):
        return await probe(request)

    for path in ("/healthz", "/readyz"):
        app.router.add_route("*", path, answer)
