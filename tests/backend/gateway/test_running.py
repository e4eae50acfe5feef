"""A gateway in operation: health, a graceful end, and more than it can do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from running_gateway import WAIT, Running

from workbench.checking.upstream import Answer

PATH = "/api/v1/products"


def test_a_service_that_is_down_makes_no_gateway_unready(start: Callable[..., Running]) -> None:
    gateway = start(retry_attempts=1, breaker_failures=1)
    gateway.users.answer(Answer(500))
    gateway.products.answer(Answer(500))
    gateway.ask(PATH)
    assert gateway.ask("/healthz").json() == {"status": "alive"}
    circuits = {"users": "closed", "orders": "closed", "products": "open"}
    assert gateway.ask("/readyz").json() == {"status": "ready", "circuits": circuits}


def test_before_it_ends_it_is_not_ready_and_serves(start: Callable[..., Running]) -> None:
    gateway = start(drain_ms=60_000)
    gateway.ask(PATH)  # keeps a connection open
    gateway.shutdown()
    while gateway.ask("/readyz").status_code == 200:  # until the loop has come to it
        pass
    assert gateway.ask("/readyz").status_code == 503
    assert gateway.ask("/healthz").status_code == 200
    assert gateway.ask(PATH).status_code == 200


def test_what_is_under_way_is_finished(start: Callable[..., Running]) -> None:
    gateway = start()
    with ThreadPoolExecutor() as pool:
        with gateway.products.hold() as held:
            asking = pool.submit(gateway.ask, PATH)
            assert held.reached(1, WAIT)
            gateway.shutdown()
            with pytest.raises(httpx.ConnectError):
                ask_for_ever(gateway)
        assert asking.result().status_code == 200


def ask_for_ever(gateway: Running) -> None:
    """Each time on a new connection: it ends when nobody listens any more."""
    while True:
        httpx.get(f"{gateway.url}/healthz", timeout=WAIT)


def test_what_takes_too_long_is_given_up(start: Callable[..., Running]) -> None:
    gateway = start(shutdown_ms=1)
    with ThreadPoolExecutor() as pool, gateway.products.hold() as held:
        asking = pool.submit(gateway.ask, PATH)
        assert held.reached(1, WAIT)
        gateway.shutdown()
        assert held.left(1, WAIT)
        assert isinstance(asking.exception(), httpx.HTTPError)


def test_more_than_it_can_do_is_refused_at_once(start: Callable[..., Running]) -> None:
    gateway = start(most_requests=2)
    gateway.products.answer(Answer(200))
    with ThreadPoolExecutor() as pool:
        with gateway.products.hold() as held:
            asking = [pool.submit(gateway.ask, PATH) for _ in range(2)]
            assert held.reached(2, WAIT)
            reply = gateway.ask(PATH)
            assert (reply.status_code, reply.headers["retry-after"]) == (503, "1")
            assert gateway.ask("/healthz").status_code == 200
        assert [one.result().status_code for one in asking] == [200, 200]
    assert gateway.ask(PATH).status_code == 200
    assert len(gateway.products.asked) == 3


def test_a_defect_tells_the_client_nothing(start: Callable[..., Running], monkeypatch) -> None:
    monkeypatch.setattr("backend.gateway.app.forward", None)
    reply = start().ask(PATH)
    assert reply.status_code == 500
    assert reply.headers["content-type"] == "application/problem+json"
    assert "NoneType" not in reply.text
    assert reply.json()["request_id"] == reply.headers["x-request-id"]
