"""Metrics: every request is counted once, under what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families
from running_gateway import Running

from backend.gateway.metrics import Metrics
from workbench.checking.upstream import Answer


def values(text: str) -> dict[tuple[str, ...], float]:
    """name, route, method, status -> value."""
    return {
        (sample.name, *(sample.labels.get(label, "") for label in ("route", "method", "status"))):
            sample.value
        for family in text_string_to_metric_families(text) for sample in family.samples
        if "le" not in sample.labels
    }  # fmt: skip


async def returned(_: web.Request) -> web.Response:
    return web.Response(status=404)


async def aborted(_: web.Request) -> web.Response:
    raise web.HTTPConflict


async def raised(_: web.Request) -> web.Response:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("handler", "status"), [(returned, "404"), (aborted, "409"), (raised, "500")]
)
def test_what_came_of_it_is_counted(handler, status: str) -> None:
    ticks = iter([10.0, 12.5])

    async def main() -> dict[tuple[str, ...], float]:
        metrics = Metrics(lambda request: "/things/{id}", lambda: next(ticks))
        app = web.Application(middlewares=[metrics.middleware])
        app.router.add_get("/things/{id}", handler)
        async with TestClient(TestServer(app)) as client:
            with suppress(aiohttp.ClientError):
                await client.get("/things/7")
        return values((await metrics.show(None)).body.decode())

    found = asyncio.run(main())
    labels = ("/things/{id}", "GET", status)
    assert found["http_requests_total", *labels] == 1
    assert found["http_request_duration_seconds_sum", *labels] == 2.5
    assert found["http_requests_in_progress", "", "", ""] == 0


def test_a_client_that_leaves_is_counted() -> None:
    async def main() -> dict[tuple[str, ...], float]:
        metrics = Metrics(lambda request: "/")

        async def never(_: web.Request) -> web.Response:
            await asyncio.Event().wait()
            raise AssertionError

        asking = asyncio.create_task(metrics.middleware(_Get(), never))
        await asyncio.sleep(0)
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        return values((await metrics.show(None)).body.decode())

    assert asyncio.run(main())["http_requests_total", "/", "GET", "499"] == 1


def test_a_client_that_left_while_it_was_answered_is_counted() -> None:
    async def main() -> dict[tuple[str, ...], float]:
        metrics = Metrics(lambda request: "/")

        async def lost(_: web.Request) -> web.Response:
            raise ConnectionResetError

        with suppress(ConnectionResetError):
            await metrics.middleware(_Get(), lost)
        return values((await metrics.show(None)).body.decode())

    assert asyncio.run(main())["http_requests_total", "/", "GET", "499"] == 1


class _Get:
    method = "GET"


def test_two_applications_have_numbers_of_their_own() -> None:
    assert Metrics(lambda request: "/").registry is not Metrics(lambda request: "/").registry


def test_the_gateway_counts_by_route_and_not_by_path(start: Callable[..., Running]) -> None:
    gateway = start(retry_attempts=1)
    gateway.products.answer(Answer(200), Answer(201), Answer(500))
    for number in range(3):
        gateway.ask(f"/api/v1/products/{number}")
    gateway.ask("/nowhere/1")
    gateway.ask("/nowhere/2", "PROPFIND")
    gateway.ask("/api/v1/products/..", "GET")
    gateway.ask("/api/v1/dashboard/1")
    reply = gateway.ask("/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=")
    found = values(reply.text)
    assert {
        key[1:]: value for key, value in found.items() if key[0] == "http_requests_total"
    } == {
        ("/api/v1/products/...", "GET", "200"): 1,
        ("/api/v1/products/...", "GET", "201"): 1,
        ("/api/v1/products/...", "GET", "500"): 1,
        ("none", "GET", "404"): 1,
        ("none", "other", "404"): 1,
        ("none", "GET", "400"): 1,
        ("/api/v1/dashboard/{user_id}", "GET", "401"): 1,
    }  # fmt: skip


def test_circuits_are_told(start: Callable[..., Running]) -> None:
    gateway = start(retry_attempts=1, breaker_failures=1)
    gateway.products.answer(Answer(500))
    gateway.ask("/api/v1/products")
    text = gateway.ask("/metrics").text
    assert 'circuit_breaker_state{service="products",state="open"} 1.0' in text
    assert 'circuit_breaker_state{service="users",state="closed"} 1.0' in text
