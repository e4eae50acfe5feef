"""Rate limits: who is counted as one client, for all gateways, and what more of them are told."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from redis import Redis
from running_gateway import Running, running, token

from backend.gateway.rate_limiting import address_of

PATH = "/api/v1/orders"


@pytest.fixture(autouse=True)
def _nobody_was_counted(redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        for key in redis.scan_iter("gateway:ratelimit:*"):
            redis.delete(key)


def test_more_than_the_limit_is_429(start: Callable[..., Running], user: str) -> None:
    gateway = start(rate_limit_requests=2, rate_limit_window_seconds=100)
    replies = [gateway.ask(PATH, caller=user) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [200, 200, 429, 429]
    assert len(gateway.orders.asked) == 2
    assert replies[0].headers["ratelimit-policy"] == '"default";q=2;w=100'
    left = [re.fullmatch(r'"default";r=(\d);t=\d+', reply.headers["ratelimit"])
            for reply in replies]  # fmt: skip
    assert [found and found[1] for found in left] == ["1", "0", "0", "0"]
    assert 0 < int(replies[2].headers["retry-after"]) <= 100


def test_a_caller_has_one_count_in_all_gateways(
    start: Callable[..., Running], redis_url: str, user: str
) -> None:
    gateway = start(rate_limit_requests=1)
    with running(redis_url, rate_limit_requests=1) as other:
        assert gateway.ask(PATH, caller=user).status_code == 200
        assert other.ask(PATH, caller=user).status_code == 429
        assert other.ask(PATH, caller="somebody else").status_code == 200


def test_bad_tokens_are_counted_by_their_address(start: Callable[..., Running]) -> None:
    gateway = start(rate_limit_requests=2)
    key = "another-key-that-is-long-enough-too"
    forged = [f"Bearer {token(str(number), key=key)}" for number in range(3)]
    replies = [gateway.ask(PATH, headers={"Authorization": one}) for one in forged]
    assert [reply.status_code for reply in replies] == [401, 401, 429]


def test_bytes_that_are_no_text_are_an_address_too(start: Callable[..., Running]) -> None:
    gateway = start(rate_limit_requests=1, trusted_proxies=1)
    statuses = [gateway.ask("/api/v1/products", headers={"X-Forwarded-For": sent}).status_code
                for sent in (b"\xff", b"\xfe", b"\xff")]  # fmt: skip
    assert statuses == [200, 200, 429]


def test_operators_are_not_counted(start: Callable[..., Running]) -> None:
    gateway = start(rate_limit_requests=1)
    for path in ("/healthz", "/readyz", "/metrics") * 2:
        assert gateway.ask(path).status_code == 200


def test_without_redis_nobody_is_limited(start: Callable[..., Running], unused_port: int) -> None:
    gateway = start(redis_url=f"redis://127.0.0.1:{unused_port}", rate_limit_requests=1)
    for _ in range(3):
        assert gateway.ask("/api/v1/products").status_code == 200


@pytest.mark.parametrize(
    ("proxies", "sent", "address"),
    [
        (0, ["9.9.9.9"], "peer"),
        (1, [], "peer"),
        (1, ["9.9.9.9"], "9.9.9.9"),
        (1, ["forged, 9.9.9.9"], "9.9.9.9"),
        (1, ["forged", "9.9.9.9"], "9.9.9.9"),
        (2, ["forged, 9.9.9.9, 10.0.0.1"], "9.9.9.9"),
        (2, ["9.9.9.9"], "peer"),
    ],
)
def test_only_our_proxies_say_who_asks(proxies: int, sent: list[str], address: str) -> None:
    headers = SimpleNamespace(getall=lambda name, default: sent or default)
    request = SimpleNamespace(headers=headers, remote="peer")
    assert address_of(request, proxies) == address
