"""Clients are counted apart, in Redis, and told when they may come back."""

import uuid
from dataclasses import replace

import pytest
from redis import Redis

from backend.app import create_app
from backend.auth.roles import Role

PRODUCTS = "/api/v1/products"


@pytest.fixture
def redis(settings):
    with Redis.from_url(settings.redis_url, decode_responses=True) as redis:
        _forget(redis)
        yield redis
        _forget(redis)


def _forget(redis):
    for key in redis.scan_iter("ratelimit:*"):
        redis.delete(key)


@pytest.fixture
def make_app(settings, redis):
    """An application that lets a client make three requests in a hundred seconds."""

    def make(**changes):
        limits = {"rate_limit_requests": 3, "rate_limit_window_seconds": 100}
        return create_app(replace(settings, **limits, **changes))

    return make


def statuses(client, times, **options):
    return [client.get(PRODUCTS, **options).status_code for _ in range(times)]


def test_says_what_is_left_and_then_when_to_come_back(make_app):
    client = make_app().test_client()
    for remaining in (2, 1, 0):
        answer = client.get(PRODUCTS)
        assert answer.status_code == 200
        assert answer.headers["RateLimit-Policy"] == '"default";q=3;w=100'
        assert answer.headers["RateLimit"].startswith(f'"default";r={remaining};t=')
    refused = client.get(PRODUCTS)
    assert refused.status_code == 429
    assert refused.content_type == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 100
    assert refused.headers["RateLimit"] == f'"default";r=0;t={refused.headers["Retry-After"]}'


def test_two_processes_count_together(make_app):
    first, second = make_app().test_client(), make_app().test_client()
    assert statuses(first, 2) + statuses(second, 2) == [200, 200, 200, 429]


def test_a_window_ends_and_refused_requests_do_not_prolong_it(make_app, redis):
    client = make_app().test_client()
    statuses(client, 4)
    (key,) = redis.scan_iter("ratelimit:*")
    redis.expire(key, 7)
    assert client.get(PRODUCTS).status_code == 429
    assert 0 < redis.pttl(key) <= 7000
    redis.delete(key)
    assert statuses(client, 1) == [200]
    assert 90_000 < redis.pttl(key) <= 100_000


def test_each_holder_of_a_token_counts_for_himself(make_app, sign_in):
    app = make_app()
    assert statuses(sign_in(app, Role.EDITOR), 4)[-1] == 429
    assert statuses(sign_in(app, Role.VIEWER), 3) == [200] * 3
    assert statuses(app.test_client(), 4) == [200, 200, 200, 429]


def test_an_invented_token_is_nobody(make_app):
    client = make_app().test_client()
    tokens = [{"Authorization": f"Bearer {uuid.uuid4()}"} for _ in range(4)]
    answers = [client.patch(f"{PRODUCTS}/1", headers=headers).status_code for headers in tokens]
    assert answers == [401, 401, 401, 429]


@pytest.mark.parametrize(
    ("proxies", "header", "last"),
    [
        (0, "203.0.113.{}", 429),  # nobody is believed
        (1, "203.0.113.{}, 198.51.100.7", 429),  # what stands before the proxy's entry is a claim
        (1, "198.51.100.7, 203.0.113.{}", 200),
        (2, "203.0.113.{}, 10.0.0.1", 200),
    ],
)
def test_only_trusted_proxies_are_believed(make_app, proxies, header, last):
    client = make_app(trusted_proxies=proxies).test_client()
    answers = [
        client.get(PRODUCTS, headers={"X-Forwarded-For": header.format(number)})
        for number in range(4)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, last]


def test_probes_are_not_counted(make_app, redis):
    client = make_app().test_client()
    for _ in range(4):
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 200
    assert list(redis.scan_iter("ratelimit:*")) == []


def test_every_other_request_counts(make_app):
    client = make_app().test_client()
    assert client.head(PRODUCTS).status_code == 200
    assert client.options(PRODUCTS).status_code == 200
    assert client.get("/nowhere").headers["RateLimit"].startswith('"default";r=0;')
    assert client.get("/docs/").status_code == 429


def test_keys_tell_nobody_who_it_was(make_app, sign_in, redis, settings):
    app = make_app()
    statuses(sign_in(app, Role.EDITOR), 1)
    statuses(app.test_client(), 1)
    keys = list(redis.scan_iter("ratelimit:*"))
    assert len(keys) == 2
    for secret in ("127.0.0.1", "editor", *settings.access_tokens):
        assert not [key for key in keys if secret in key]


def test_without_redis_everybody_is_served(make_app, unused_port):
    client = make_app(redis_url=f"redis://127.0.0.1:{unused_port}/0").test_client()
    answers = [client.get(PRODUCTS) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert "RateLimit" not in answers[0].headers
