"""The gateway's settings: what must be there, and what is refused at the start."""

from __future__ import annotations

import pytest

from backend.gateway.app import create_gateway
from backend.gateway.settings import GatewaySettings
from backend.settings import SettingsError

GOOD = {
    "USERS_URL": "http://127.0.0.1:1",
    "ORDERS_URL": "http://orders:2/",
    "PRODUCTS_URL": "https://products",
    "REDIS_URL": "redis://127.0.0.1",
    "JWT_KEY": "x" * 32,
}


def test_the_rest_has_defaults() -> None:
    settings = GatewaySettings.from_environ(GOOD)
    assert settings.services["orders"] == "http://orders:2"
    assert (settings.breaker_failures, settings.jwt_audience) == (5, "gateway")
    assert "x" * 32 not in repr(settings)


def test_all_can_be_chosen() -> None:
    chosen = {"BREAKER_SECONDS": "7", "JWT_AUDIENCE": "shop", "TRUSTED_PROXIES": "0"}
    settings = GatewaySettings.from_environ({**GOOD, **chosen})
    assert (settings.breaker_seconds, settings.jwt_audience) == (7, "shop")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("USERS_URL", ""),
        ("USERS_URL", "127.0.0.1:5000"),
        ("ORDERS_URL", "ftp://orders"),
        ("PRODUCTS_URL", "http://products/api"),
        ("REDIS_URL", ""),
        ("JWT_KEY", ""),
        ("JWT_KEY", "x" * 31),
        ("BREAKER_FAILURES", "0"),
        ("RETRY_BUDGET_PERCENT", "-1"),
        ("MOST_REQUESTS", "many"),
        ("DRAIN_MS", "1.5"),
    ],
)
def test_what_cannot_be_used_is_refused_at_the_start(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        create_gateway(GatewaySettings.from_environ({**GOOD, name: value}))
