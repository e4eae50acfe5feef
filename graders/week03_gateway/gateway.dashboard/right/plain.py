"""No aggregation.py: a class with asyncio.wait_for, and cards written where they are needed."""

from __future__ import annotations

import asyncio
import re
import uuid

from aiohttp import web

from backend.gateway import transformation
from backend.gateway.authentication import CALLER

PATH = "/api/v1/dashboard/{user_id}"
MOST_BYTES = 1024 * 1024
PRODUCTS = 5

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class NotFound(Exception):
    """The service knows no such thing."""


class Dashboard:
    def __init__(self, upstreams, seconds, headers):
        self.upstreams, self.seconds, self.headers = upstreams, seconds, headers

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        wanted = request.match_info["user_id"].lower()
        if not ID.fullmatch(wanted):
            raise web.HTTPNotFound(text="No such user.")
        caller = request[CALLER]
        if caller.role != "admin" and uuid.UUID(caller.id) != uuid.UUID(wanted):
            raise web.HTTPForbidden(text="Not yours.")
        headers = {**dict(self.headers(request)), "accept": "application/json"}
        user, orders, products = await asyncio.gather(
            self.ask("users", f"/api/v1/users/{wanted}", headers, transformation.user_card),
            self.ask("orders", f"/api/v1/orders?user_id={wanted}", headers, self.orders),
            self.ask("products", f"/api/v1/products?per_page={PRODUCTS}", headers, self.products),
        )
        if user == 404:
            raise web.HTTPNotFound(text="No such user.")
        parts = {"products": products, "user": user, "orders": orders}
        parts = {name: None if isinstance(part, int) else part for name, part in parts.items()}
        missing = [
            {"user": "users"}.get(name, name) for name, part in parts.items() if part is None
        ]
        if len(missing) == 3:
            error = web.HTTPServiceUnavailable(text="Nobody is there.")
            error.headers["Retry-After"] = "30"
            raise error
        response = web.json_response({"missing": missing, **parts})
        response.headers["Cache-Control"] = "private, no-store"
        return response

    async def ask(self, name, target, headers, shape):
        """The part, the status that was answered instead, or 0."""
        try:
            return await asyncio.wait_for(self._ask(name, target, headers, shape), self.seconds)
        except Exception:  # noqa: BLE001 - it is missing
            return 0

    async def _ask(self, name, target, headers, shape):
        answer = await self.upstreams[name].send("GET", target, headers.items())
        async with answer:
            if answer.status != 200:
                return answer.status
            try:
                await answer.content.readexactly(MOST_BYTES + 1)
            except asyncio.IncompleteReadError as short:
                return shape(transformation.read_json(short.partial))
            answer.close()
            return 413

    def orders(self, document):
        return [*map(transformation.order_card, transformation.items(document, "orders"))]

    def products(self, document):
        found = transformation.items(document, "products")
        return [*map(transformation.product_card, found[:PRODUCTS])]


def create_dashboard(upstreams, seconds, headers):
    dashboard = Dashboard(upstreams, seconds, headers)

    async def show(request: web.Request) -> web.StreamResponse:
        return await dashboard(request)

    return show
