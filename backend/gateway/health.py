"""What an operator's probes ask: is the process alive, and should it be sent requests?"""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from backend.gateway.circuit_breaker import CircuitBreaker
from backend.gateway.shutdown import Shutdown


def add_health(
    app: web.Application, shutdown: Shutdown, breakers: Mapping[str, CircuitBreaker]
) -> None:
    """/healthz and /readyz.

    A service that is down makes no gateway unready: all gateways would be taken out at once, and
    with them what still works. The states of the circuits are told all the same.
    """

    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def ready(_: web.Request) -> web.Response:
        if shutdown.has_begun:
            raise web.HTTPServiceUnavailable(text="The process is about to end.")
        circuits = {name: breaker.state.value for name, breaker in breakers.items()}
        return web.json_response({"status": "ready", "circuits": circuits})

    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
