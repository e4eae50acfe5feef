"""Users and orders: what they keep, for whom, and that each is a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import jwt
import pytest
from flask.testing import FlaskClient

from backend.services import orders, users

ADMIN = {"X-Caller-Id": "root", "X-Caller-Role": "admin"}
KEY = "a-key-of-the-tests-that-is-long-enough"


@pytest.fixture(scope="module")
def database_url(make_database: Callable[[], str]) -> str:
    url = make_database()
    for app in (users.create_users(url), orders.create_orders(url)) * 2:  # what is there stays
        done = app.test_cli_runner().invoke(args=["create-schema"])
        assert done.exit_code == 0, done.output
    return url


@pytest.fixture(scope="module")
def people(database_url: str) -> FlaskClient:
    return users.create_users(database_url).test_client()


@pytest.fixture(scope="module")
def shop(database_url: str) -> FlaskClient:
    return orders.create_orders(database_url).test_client()


def as_user(user_id: str) -> dict[str, str]:
    return {"X-Caller-Id": user_id, "X-Caller-Role": "user"}


@pytest.fixture
def user(people: FlaskClient) -> dict[str, Any]:
    body = {"name": "Ada", "email": f"{uuid.uuid4().hex}@example.org"}
    reply = people.post("/api/v1/users", json=body, headers=ADMIN)
    assert reply.status_code == 201
    assert reply.json is not None
    return reply.json


def test_a_user_is_shown_to_himself_and_to_admins(people: FlaskClient, user: Any) -> None:
    path = f"/api/v1/users/{user['id']}"
    for headers in (ADMIN, as_user(user["id"])):
        assert people.get(path, headers=headers).json == user
    for headers in ({}, as_user(str(uuid.uuid4()))):
        assert people.get(path, headers=headers).status_code == 403


def test_a_user_that_is_not_there(people: FlaskClient) -> None:
    reply = people.get(f"/api/v1/users/{uuid.uuid4()}", headers=ADMIN)
    assert reply.status_code == 404
    assert reply.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 422), ({"name": "", "email": "a@b.org"}, 422), ({"name": "a", "email": "b"}, 422),
     ({"name": "a", "email": "a@b.org", "x": 1}, 422), ([], 422),
     ({"name": "a\0", "email": "a@b.org"}, 422)],
)  # fmt: skip
def test_a_user_keeps_the_rules(people: FlaskClient, body: Any, status: int) -> None:
    assert people.post("/api/v1/users", json=body, headers=ADMIN).status_code == status
    assert people.post("/api/v1/users", json=body).status_code == 403


def test_a_body_is_json(people: FlaskClient) -> None:
    assert people.post("/api/v1/users", data="{}", headers=ADMIN).status_code == 415
    typed = {**ADMIN, "Content-Type": "application/json"}
    assert people.post("/api/v1/users", data="{", headers=typed).status_code == 400


def test_an_email_is_there_once(people: FlaskClient, user: Any) -> None:
    again = {"name": "Eve", "email": user["email"]}
    assert people.post("/api/v1/users", json=again, headers=ADMIN).status_code == 409


def test_orders_are_shown_newest_first_to_whom_they_belong(shop: FlaskClient) -> None:
    user_id = str(uuid.uuid4())
    headers = as_user(user_id)
    for total in ("1.5", 20, "99999999.99"):
        body = {"user_id": user_id, "total": total}
        reply = shop.post("/api/v1/orders", json=body, headers=headers)
        assert reply.status_code == 201
        assert shop.get(reply.headers["Location"], headers=headers).json == reply.json
    listing = shop.get("/api/v1/orders", query_string={"user_id": user_id}, headers=headers)
    assert listing.json is not None
    totals = [order["total"] for order in listing.json["orders"]]
    assert totals == ["99999999.99", "20.00", "1.50"]
    other = as_user(str(uuid.uuid4()))
    asked = shop.get("/api/v1/orders", query_string={"user_id": user_id}, headers=other)
    assert asked.status_code == 403
    assert shop.get(f"/api/v1/orders/{uuid.uuid4()}", headers=headers).status_code == 404
    assert shop.get("/api/v1/orders", headers=headers).status_code == 400


@pytest.mark.parametrize("total", ["-1", "0.001", "100000000", "NaN", None, "x"])
def test_a_total_is_money(shop: FlaskClient, total: Any) -> None:
    body = {"user_id": str(uuid.uuid4()), "total": total}
    assert shop.post("/api/v1/orders", json=body, headers=ADMIN).status_code == 422


@contextmanager
def started(*arguments: str, **environ: str) -> Iterator[str]:
    """A process of this Python, and the address that it says it serves on."""
    with subprocess.Popen(
        [sys.executable, *arguments], env=environ, stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            lines: list[str] = []
            for line in process.stdout:
                lines.append(line)
                if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                    yield found[0]
                    break
            else:
                raise AssertionError("".join(lines))
        finally:
            process.terminate()


def test_gateway_and_services_are_processes(database_url: str, services: Any, user: Any) -> None:
    with ExitStack() as stack:

        def serve(factory: str) -> str:
            listen = "--listen=127.0.0.1:0"
            arguments = ("-m", "waitress", listen, "--call", f"backend.services.{factory}")
            return stack.enter_context(started(*arguments, DATABASE_URL=database_url))

        people = serve("users:create_users")
        environ = {
            "USERS_URL": people,
            "ORDERS_URL": serve("orders:create_orders"),
            "PRODUCTS_URL": people,  # which has no products: the catalog has tests of its own
            "REDIS_URL": services.redis_url,
            "JWT_KEY": KEY,
        }
        url = stack.enter_context(started("-m", "backend.gateway", "0", **environ))
        claims = {"sub": user["id"], "role": "user", "typ": "access", "aud": "gateway",
                  "iss": "accounts", "exp": int(time.time()) + 600}  # fmt: skip
        headers = {"Authorization": f"Bearer {jwt.encode(claims, KEY, 'HS256')}"}
        with httpx.Client(base_url=url, headers=headers, timeout=30) as client:
            body = {"user_id": user["id"], "total": "5"}
            assert client.post("/api/v1/orders", json=body).status_code == 201
            shown = client.get(f"/api/v1/dashboard/{user['id']}").json()
    assert shown["user"]["name"] == "Ada"
    assert [order["total"]["amount"] for order in shown["orders"]] == ["5.00"]
    assert shown["missing"] == ["products"]
