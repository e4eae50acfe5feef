"""The dashboard: what one user sees first, made of the answers of three services."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler

from backend.gateway.aggregation import gather
from backend.gateway.authentication import CALLER
from backend.gateway.errors import Unavailable
from backend.gateway.request_id import REQUEST_ID
from backend.gateway.transformation import items, order_card, product_card, read_json, user_card
from backend.gateway.upstream import Headers, Upstream

PATH = "/api/v1/dashboard/{user_id}"

#: How much of an answer is read: a service's mistake must not fill our memory.
MOST_BYTES = 1024 * 1024

PRODUCTS = 5

logger = logging.getLogger(__name__)


class NotFound(Exception):
    """The service knows no such thing."""


def create_dashboard(
    upstreams: Mapping[str, Upstream],
    seconds: float,
    headers: Callable[[web.Request], Headers],
) -> Handler:
    """The handler of PATH, for the user himself and for admins.

    seconds: the deadline for all services together; headers: what the services are told.
    """

    async def show(request: web.Request) -> web.Response:
        # A UUID, written anew: nothing of what the client sent gets into a service's URL.
        try:
            user_id = str(UUID(request.match_info["user_id"]))
        except ValueError:
            raise web.HTTPNotFound(text="There is no such user.") from None
        caller = request[CALLER]
        if not caller.may_see(user_id):
            raise web.HTTPForbidden(text="This is somebody else's dashboard.")
        told = [*headers(request), ("Accept", "application/json")]
        targets = {
            "users": (f"/api/v1/users/{user_id}", user_card),
            "orders": (f"/api/v1/orders?{urlencode({'user_id': user_id})}", _orders),
            "products": (f"/api/v1/products?{urlencode({'per_page': PRODUCTS})}", _products),
        }
        parts = await gather(
            {
                name: partial(_ask, upstreams[name], target, told, shape)
                for name, (target, shape) in targets.items()
            },
            seconds,
        )
        if isinstance(parts["users"], NotFound):
            raise web.HTTPNotFound(text="There is no such user.")
        missing = [name for name, part in parts.items() if isinstance(part, BaseException)]
        for name in missing:
            logger.warning("request %s: no %s (%r)", request.get(REQUEST_ID), name, parts[name])
        if len(missing) == len(parts):
            raise web.HTTPServiceUnavailable(
                text="None of the services answers.", headers={"Retry-After": "1"}
            )
        body: dict[str, Any] = {
            name.removesuffix("s") if name == "users" else name: (None if name in missing else part)
            for name, part in parts.items()
        }
        body["missing"] = missing
        # What is not whole is not kept: the next one may be.
        return web.Response(
            body=json.dumps(body).encode(),
            content_type="application/json",
            headers={"Cache-Control": "no-store"},
        )

    return show


def _orders(document: object) -> list[dict[str, Any]]:
    return [order_card(order) for order in items(document, "orders")]


def _products(document: object) -> list[dict[str, Any]]:
    return [product_card(product) for product in items(document, "products")][:PRODUCTS]


async def _ask(
    upstream: Upstream, target: str, headers: Headers, shape: Callable[[Any], Any]
) -> Any:
    """A service's document in our shape. Raises Unavailable or NotFound."""
    answer = await upstream.send("GET", target, headers)
    try:
        if answer.status == 404:
            raise NotFound(upstream.name)
        if answer.status != 200:
            raise Unavailable(upstream.name, f"It answered {answer.status}.")
        body = await _read(answer)
        return shape(read_json(body))
    except (TimeoutError, aiohttp.ClientError, ValueError, AttributeError) as error:
        raise Unavailable(upstream.name, "Its answer cannot be read.") from error
    finally:
        answer.close()


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > MOST_BYTES:
            raise ValueError("too long")
    return body
