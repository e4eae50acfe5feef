"""Reading is public; writing takes a token, and a role that is high enough."""

import re
from dataclasses import replace

import pytest

from backend.app import create_app
from backend.auth.roles import Role, required_role
from backend.settings import Settings

PRODUCTS = "/api/v1/products"


def put(client, **headers):
    return client.put(f"{PRODUCTS}/00000000-0000-4000-8000-000000000000", json={}, headers=headers)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("path", [PRODUCTS, "/api/v1/openapi.json", "/nowhere"])
def test_reading_is_public(method, path):
    assert required_role(method, path) is None


@pytest.mark.parametrize(
    ("path", "role"),
    [
        (PRODUCTS, Role.EDITOR),
        (f"{PRODUCTS}/1", Role.EDITOR),
        (f"{PRODUCTS}s", Role.ADMIN),
        ("/api/v1/reservations/1", Role.EDITOR),
        ("/api/v1/categories", Role.ADMIN),
        ("/", Role.ADMIN),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PURGE"])
def test_what_nobody_thought_of_is_closed(method, path, role):
    assert required_role(method, path) is role


@pytest.mark.parametrize(
    ("header", "challenge"),
    [
        (None, "Bearer"),
        ("Basic dXNlcjpzZWNyZXQ=", "Bearer"),
        ("Bearer", "Bearer"),
        ("nonsense", "Bearer"),
        ("Bearer unknown", "Bearer error=invalid_token"),
    ],
)
def test_without_a_known_token_it_is_401(app, header, challenge):
    answer = put(app.test_client(), **({"Authorization": header} if header else {}))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].strip() == challenge
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("role", "status"), [(Role.VIEWER, 403), (Role.EDITOR, 404), (Role.ADMIN, 404)]
)
def test_the_role_decides(app, sign_in, category, role, status):
    body = {"name": "Lamp", "price": 1, "category_id": str(category.id)}
    url = f"{PRODUCTS}/00000000-0000-4000-8000-000000000000"
    assert sign_in(app, role).put(url, json=body).status_code == status


def test_a_door_nobody_has_a_key_for_stays_closed(settings, sign_in):
    closed = create_app(replace(settings, access_tokens={}))
    assert put(sign_in(closed)).status_code == 401
    assert closed.test_client().get(PRODUCTS).status_code == 200


def test_a_new_token_opens_the_door(app, settings):
    printed = app.test_cli_runner().invoke(args=["new-token", "editor"]).output
    token = re.search("token, .*: (.+)", printed)[1]
    entry = re.search("ACCESS_TOKENS: (.+)", printed)[1]
    environ = {"DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url}
    tokens = Settings.from_environ({**environ, "ACCESS_TOKENS": entry}).access_tokens
    opened = create_app(replace(settings, access_tokens=tokens))
    assert put(opened.test_client(), Authorization=f"Bearer {token}").status_code == 422
    assert put(opened.test_client(), Authorization=f"bearer {token}").status_code == 422
