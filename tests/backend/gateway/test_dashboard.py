"""The dashboard: for whom it is, what it is made of, and what it is without a part."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from running_gateway import WAIT, Running

from workbench.checking.upstream import Answer

USER = {"id": "u", "name": "Ada", "email": "ada@example.org", "password": "secret"}
ORDER = {"id": "o", "status": "placed", "total": 12.5, "created_at": "2026-11-01T00:00:00+00:00"}
PRODUCT = {"id": "p", "name": "Lamp", "price": "9.90", "stock_quantity": 2}
DOCUMENTS = {"users": USER, "orders": {"orders": [ORDER]}, "products": {"products": [PRODUCT]}}

SHOWN = {
    "user": {"id": "u", "name": "Ada", "email": "ada@example.org"},
    "orders": [{**ORDER, "total": {"amount": "12.50", "currency": "EUR"}}],
    "products": [
        {
            "id": "p",
            "name": "Lamp",
            "price": {"amount": "9.90", "currency": "EUR"},
            "availability": {"in_stock": True, "quantity": 2},
        }
    ],
    "missing": [],
}


@pytest.fixture
def gateway(gateway: Running) -> Running:
    fill(gateway)
    return gateway


def fill(gateway: Running) -> None:
    for name, document in DOCUMENTS.items():
        gateway.services[name].answer(Answer.json(document))


def test_it_is_made_of_three_answers(gateway: Running, user: str) -> None:
    reply = gateway.ask(f"/api/v1/dashboard/{user}", caller=user)
    assert (reply.status_code, reply.json()) == (200, SHOWN)
    targets = [gateway.services[name].asked[0].target for name in DOCUMENTS]
    assert targets == [
        f"/api/v1/users/{user}",
        f"/api/v1/orders?user_id={user}",
        "/api/v1/products?per_page=5",
    ]
    asked = gateway.orders.asked[0]
    assert asked.header("x-caller-id") == user
    assert asked.header("x-request-id") == reply.headers["x-request-id"]
    assert asked.header("traceparent")


def test_all_are_asked_at_once(gateway: Running, user: str) -> None:
    with ThreadPoolExecutor() as pool:
        with (
            gateway.users.hold() as one,
            gateway.orders.hold() as two,
            gateway.products.hold() as three,
        ):
            reply = pool.submit(gateway.ask, f"/api/v1/dashboard/{user}", caller=user)
            assert all(held.reached(1, WAIT) for held in (one, two, three))
        assert reply.result().json() == SHOWN


def test_it_is_ones_own_or_for_admins(gateway: Running, user: str) -> None:
    path = f"/api/v1/dashboard/{user}"
    assert gateway.ask(path, caller="somebody").status_code == 403
    assert gateway.users.asked == ()
    assert gateway.ask(path, caller="somebody", role="admin").status_code == 200
    assert gateway.ask(f"/api/v1/dashboard/{user.upper()}", caller=user).status_code == 200


@pytest.mark.parametrize("segment", ["x", "1%3Fadmin=1", "x%26user_id=y", "%7B%7D"])
def test_an_id_that_is_none_gets_nowhere(gateway: Running, segment: str) -> None:
    reply = gateway.ask(f"/api/v1/dashboard/{segment}", caller="a", role="admin")
    assert reply.status_code == 404
    assert gateway.users.asked == ()


def test_a_user_that_is_not_there_has_no_dashboard(gateway: Running, user: str) -> None:
    gateway.users.answer(Answer.json({}, 404))
    assert gateway.ask(f"/api/v1/dashboard/{user}", caller=user).status_code == 404


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, b'{"orders": []}'),
        Answer(403),
        Answer(404),
        Answer(302, headers=[("location", "/")]),
        Answer(None),
        Answer(200, b"{", dropped=True),
        Answer(200, b"<html>"),
        Answer(200, b"[]"),
        Answer(200, b'{"orders": null}'),
        Answer(200, b" " * (1024 * 1024) + b'{"orders": []}'),
    ],
    ids=lambda answer: f"{answer.status} {bytes(answer.body)[:14]!r}",
)
def test_a_part_that_fails_is_marked(gateway: Running, user: str, answer: Any) -> None:
    gateway.orders.answer(answer)
    reply = gateway.ask(f"/api/v1/dashboard/{user}", caller=user)
    assert reply.status_code == 200
    assert reply.json() == {**SHOWN, "orders": None, "missing": ["orders"]}


def test_a_part_that_is_too_slow_is_marked(start: Callable[..., Running], user: str) -> None:
    gateway = start(dashboard_deadline_ms=1000)
    fill(gateway)
    with gateway.products.hold() as held:
        reply = gateway.ask(f"/api/v1/dashboard/{user}", caller=user)
        assert reply.json()["products"] is None
        assert "products" in reply.json()["missing"]
        assert held.left(1, WAIT)


def test_without_any_part_there_is_none(gateway: Running, user: str) -> None:
    for service in gateway.services.values():
        service.answer(Answer(500))
    reply = gateway.ask(f"/api/v1/dashboard/{user}", caller=user)
    assert reply.status_code == 503
    assert reply.headers["retry-after"]
