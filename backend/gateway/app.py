"""The composition root of the gateway: every object of it is made and wired here.

Serve it with `python -m backend.gateway`.
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from backend.gateway.authentication import (
    CALLER,
    Authenticator,
    NotAuthenticated,
    create_authentication,
)
from backend.gateway.circuit_breaker import CircuitBreaker
from backend.gateway.dashboard import PATH, create_dashboard
from backend.gateway.health import add_health
from backend.gateway.load_shedding import create_load_shedding
from backend.gateway.metrics import METHODS, Metrics
from backend.gateway.operators import is_for_operators
from backend.gateway.problems import answer_errors
from backend.gateway.proxying import forward
from backend.gateway.rate_limiting import address_of, create_rate_limits, tell_rate_limit
from backend.gateway.request_id import HEADER, REQUEST_ID, name_requests, tell_request_id
from backend.gateway.retries import Budget, Retries
from backend.gateway.routing import ROUTE, ROUTES, BadTarget, RoutingTable
from backend.gateway.settings import GatewaySettings
from backend.gateway.shutdown import Shutdown
from backend.gateway.tracing import TRACE, create_tracing
from backend.gateway.upstream import Headers, Upstream, create_session

Clock = Callable[[], float]


def create_gateway(
    settings: GatewaySettings | None = None,
    shutdown: Shutdown | None = None,
    clock: Clock = time.monotonic,
) -> web.Application:
    """The application. Without settings it reads them from the environment.

    shutdown: tells that the process is about to end; clock: by which circuits stay open. Raises
    SettingsError. Nothing is connected to before the first request.
    """
    settings = settings or GatewaySettings.from_environ(os.environ)
    shutdown = shutdown or Shutdown()
    authenticator = Authenticator(settings.jwt_key, settings.jwt_audience, settings.jwt_issuer)
    table = RoutingTable(ROUTES)
    metrics = Metrics(_template)
    redis = Redis.from_url(
        settings.redis_url,
        socket_timeout=settings.redis_timeout_ms / 1000,
        socket_connect_timeout=settings.redis_timeout_ms / 1000,
        retry=Retry(NoBackoff(), 1),
    )

    def client_name(request: web.Request) -> str:
        """The holder of a good token, otherwise an address: whoever invents a token for each
        request would never be full."""
        try:
            return f"caller {authenticator.caller(request.headers.get('Authorization')).id}"
        except NotAuthenticated:
            return f"address {address_of(request, settings.trusted_proxies)}"

    @web.middleware
    async def find_route(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Find out where a request goes before anybody judges who sent it."""
        try:
            route = table.find(request.raw_path)
        except BadTarget:
            raise web.HTTPBadRequest(
                text="The path holds something that servers read in different ways."
            ) from None
        if route is not None:
            request[ROUTE] = route
        return await handler(request)

    def needs_caller(request: web.Request) -> bool:
        if ROUTE in request:
            return request[ROUTE].needs_caller
        # What no service has is ours or nobody's, and ours is for those whom we know.
        return not is_for_operators(request) and request.match_info.handler is not proxy

    upstreams = _create_upstreams(settings, clock, lambda: app[_SESSION])

    async def proxy(request: web.Request) -> web.StreamResponse:
        route = request.get(ROUTE)
        if route is None:
            raise web.HTTPNotFound(text="No service has this path.")
        if request.method not in METHODS:
            raise web.HTTPMethodNotAllowed(request.method, METHODS)
        return await forward(request, upstreams[route.service], _told(request))

    app = web.Application(
        client_max_size=settings.max_body_bytes,
        middlewares=[  # the first one stands outermost
            name_requests,
            metrics.middleware,
            answer_errors,
            create_tracing(),
            create_load_shedding(settings.most_requests),
            find_route,
            create_rate_limits(
                redis,
                settings.rate_limit_requests,
                settings.rate_limit_window_seconds,
                client_name,
            ),
            create_authentication(authenticator, needs_caller),
        ],
    )
    app.on_response_prepare.append(tell_request_id)
    app.on_response_prepare.append(tell_rate_limit)

    breakers = {name: upstream.breaker for name, upstream in upstreams.items()}
    metrics.watch(breakers)
    add_health(app, shutdown, breakers)
    app.router.add_get("/metrics", metrics.show)
    deadline = settings.dashboard_deadline_ms / 1000
    app.router.add_get(PATH, create_dashboard(upstreams, deadline, _told))
    app.router.add_route("*", "/{path:.*}", proxy)

    async def connections(app: web.Application) -> AsyncIterator[None]:
        """What lives as long as the event loop."""
        app[_SESSION] = create_session(
            settings.connect_timeout_ms / 1000, settings.read_timeout_ms / 1000
        )
        yield
        await app[_SESSION].close()
        await redis.aclose()

    app.cleanup_ctx.append(connections)
    return app


_SESSION = web.AppKey("session", aiohttp.ClientSession)


def _create_upstreams(
    settings: GatewaySettings, clock: Clock, session: Callable[[], aiohttp.ClientSession]
) -> dict[str, Upstream]:
    """Each service, with a circuit of its own: one that fails takes no other with it."""
    budget = Budget(settings.retry_budget_percent)
    retries = Retries(settings.retry_attempts, settings.retry_base_ms / 1000, budget)
    return {
        name: Upstream(
            name,
            address,
            session,
            CircuitBreaker(name, settings.breaker_failures, settings.breaker_seconds, clock),
            retries,
            settings.attempt_timeout_ms / 1000,
            settings.deadline_ms / 1000,
        )
        for name, address in settings.services.items()
    }


def _told(request: web.Request) -> Headers:
    """What a service is told of a request beside what the client sent."""
    told = [(HEADER, request[REQUEST_ID]), *request[TRACE].headers]
    caller = request.get(CALLER)
    if caller is not None:
        told += [("X-Caller-Id", caller.id), ("X-Caller-Role", caller.role)]
    return told


def _template(request: web.Request) -> str:
    """The route of a request, for metrics: one of a few, whatever the path."""
    route = request.get(ROUTE)
    if route is not None:
        return f"{route.prefix}/..."
    resource = request.match_info.route.resource
    own = resource.canonical if resource is not None else ""
    return own if own and own != "/{path}" else "none"
