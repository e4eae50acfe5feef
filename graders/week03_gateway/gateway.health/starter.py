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
    # TODO: two routes
