"""Authentication: which tokens are good, and what the caller is told of those that are not."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import jwt
import pytest
from running_gateway import KEY, Running, token

from backend.gateway.authentication import Authenticator, Caller, NotAuthenticated
from backend.settings import SettingsError
from workbench.checking.upstream import Answer

KNOWS = Authenticator(KEY, "gateway", "accounts")


@pytest.mark.parametrize("key", ["", "x" * 31])
def test_a_key_that_can_be_guessed_is_refused_at_the_start(key: str) -> None:
    with pytest.raises(SettingsError, match="JWT_KEY"):
        Authenticator(key, "gateway", "accounts")


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER  "])
def test_a_good_token_is_known(scheme: str) -> None:
    assert KNOWS.caller(scheme + token("ada", "admin")) == Caller("ada", "admin")
    assert KNOWS.caller(scheme + token("ada", aud=["other", "gateway"])) == Caller("ada", "user")


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 1},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": int(time.time()) + 600},
        {"aud": "other"},
        {"aud": None},
        {"iss": "other"},
        {"iss": None},
        {"typ": "refresh"},
        {"typ": None},
        {"role": None},
        {"role": "root"},
        {"role": ["admin"]},
        {"sub": None},
        {"sub": ""},
        {"sub": 5},
        {"key": "another-key-that-is-long-enough-too"},
    ],
)
def test_other_tokens_are_not(claims: dict[str, Any]) -> None:
    with pytest.raises(NotAuthenticated) as refused:
        KNOWS.caller(f"Bearer {token(**{'subject': 'ada', **claims})}")
    assert refused.value.challenge == 'Bearer error="invalid_token"'


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_token_does_not_choose_how_it_is_signed() -> None:
    body = token("ada").split(".")[1]
    strong = jwt.encode({"sub": "ada"}, KEY, "HS256").split(".")[2]
    for algorithm in ("none", "HS512", "RS256", "hs256"):
        for signature in ("", strong):
            sent = f"{_part({'alg': algorithm, 'typ': 'JWT'})}.{body}.{signature}"
            with pytest.raises(NotAuthenticated):
                KNOWS.caller(f"Bearer {sent}")
    claims = jwt.decode(token("ada"), KEY, ["HS256"], audience="gateway")
    with pytest.raises(NotAuthenticated):
        KNOWS.caller(f"Bearer {jwt.encode(claims, KEY * 2, 'HS512')}")


@pytest.mark.parametrize("form", ["Basic {}", "{}", "Bearer{}", "Bearer", "Bearer ", "Token {}",
                                  "Basic Bearer {}", ""])  # fmt: skip
def test_only_the_scheme_bearer_is_taken(form: str) -> None:
    with pytest.raises(NotAuthenticated) as refused:
        KNOWS.caller(form.format(token("ada")))
    assert refused.value.challenge == "Bearer"


@pytest.mark.parametrize("form", ["{0} {0}", "a {0}", "{0} b", "{0}!", "{0},", "\udce9", "a.b.c"])
def test_the_token_is_all_that_follows(form: str) -> None:
    with pytest.raises(NotAuthenticated) as refused:
        KNOWS.caller("Bearer " + form.format(token("ada")))
    assert refused.value.challenge == 'Bearer error="invalid_token"'


def test_without_a_token_nobody_gets_in(gateway: Running, user: str) -> None:
    for path in (f"/api/v1/users/{user}", "/api/v1/orders", f"/api/v1/dashboard/{user}"):
        reply = gateway.ask(path)
        assert reply.status_code == 401
        assert reply.headers["www-authenticate"] == "Bearer"
    reply = gateway.ask("/api/v1/orders", headers={"Authorization": f"Basic {token(user)}"})
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    assert [service.asked for service in gateway.services.values()] == [(), (), ()]


def test_who_is_anybodys_business_needs_no_token(gateway: Running) -> None:
    gateway.products.answer(Answer.json({}))
    reply = gateway.ask("/api/v1/products", headers={"Authorization": "Bearer of-the-catalog"})
    assert reply.status_code == 200
    assert gateway.products.asked[0].header("authorization") == "Bearer of-the-catalog"


def test_an_error_behind_the_door_is_no_question_of_who_asks(gateway: Running, user: str) -> None:
    gateway.orders.answer(Answer(500, b"jwt.ExpiredSignatureError"))
    assert gateway.ask("/api/v1/orders", caller=user).status_code == 500
