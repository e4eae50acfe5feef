"""The listing's answers are kept, told apart, and given up when Redis is not there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from redis import Redis

from backend.app import create_app
from workbench.bench.tenancy import Tenancy

PRODUCTS = "/api/v1/products"


@pytest.fixture(scope="module")
def redis_url(services) -> Iterator[str]:
    with Tenancy(services) as tenancy:
        tenant = tenancy.create_tenant()
        yield tenancy.redis_url(tenant)
        tenancy.drop_tenant(tenant)


@pytest.fixture
def redis(redis_url):
    with Redis.from_url(redis_url) as client:
        client.flushdb()
        yield client


@pytest.fixture(scope="module")
def cached_app(settings, redis_url):
    cached = replace(settings, redis_url=redis_url, cache_seconds=1000, redis_timeout_ms=10_000)
    return create_app(cached)


@pytest.fixture
def shop(cached_app, redis, make_product, sign_in):
    make_product(name="Lamp", price=5)
    return sign_in(cached_app)


def mark(client, query=""):
    return client.get(f"{PRODUCTS}?{query}").headers["X-Cache"]


def test_answers_the_same_from_the_copy(shop):
    first, second = shop.get(PRODUCTS), shop.get(PRODUCTS)
    assert (first.headers["X-Cache"], second.headers["X-Cache"]) == ("MISS", "HIT")
    assert (second.data, second.content_type) == (first.data, first.content_type)


@pytest.mark.parametrize("other", ["page=1&min_price=5", "min_price=5.00&search=", "min_price=05"])
def test_spellings_share_an_entry(shop, other):
    assert [mark(shop, "min_price=5"), mark(shop, other)] == ["MISS", "HIT"]


@pytest.mark.parametrize(
    "other", ["category=None&search=x", "category=a%26search%3Dx", "search=a", "max_price=0", ""]
)
def test_other_queries_do_not(shop, other):
    assert [mark(shop, "category=a&search=x"), mark(shop, other)] == ["MISS", "MISS"]


def test_keeps_text_for_a_while(shop, redis):
    mark(shop, "category=" + "x" * 3000)
    (key,) = redis.keys("cache:*")
    assert len(key) < 200
    assert 800 <= redis.ttl(key) <= 1000
    assert redis.get(key).startswith(b"{")


@pytest.mark.parametrize("alien", [b"no JSON", b"[]", b"null", b"\xff", b"{}", b"[" * 100_000])
def test_what_it_cannot_have_written_is_a_miss(shop, redis, alien):
    mark(shop)
    (key,) = redis.keys("cache:*")
    redis.set(key, alien)
    assert [mark(shop), mark(shop)] == ["MISS", "HIT"]


def test_errors_are_not_kept(shop, redis):
    assert shop.get(f"{PRODUCTS}?page=0").status_code == 422
    assert redis.keys("cache:*") == []


def test_a_change_puts_the_copies_out_of_use(shop):
    product = shop.get(PRODUCTS).json["products"][0]
    assert mark(shop) == "HIT"
    assert shop.patch(f"{PRODUCTS}/{product['id']}", json={"price": -1}).status_code == 422
    assert mark(shop) == "HIT"
    assert shop.patch(f"{PRODUCTS}/{product['id']}", json={"price": 6}).status_code == 200
    changed = shop.get(PRODUCTS)
    assert changed.headers["X-Cache"] == "MISS"
    assert changed.json["products"][0]["price"] == "6.00"


def test_a_shop_without_redis_is_open(settings, unused_port, make_product, sign_in):
    make_product(name="Lamp", price=5)
    nowhere = f"redis://127.0.0.1:{unused_port}/0"
    client = sign_in(create_app(replace(settings, redis_url=nowhere, cache_seconds=1000)))
    reply = client.get(PRODUCTS)
    assert reply.headers["X-Cache"] == "BYPASS"
    (lamp,) = reply.json["products"]
    assert client.patch(f"{PRODUCTS}/{lamp['id']}", json={"price": 6}).status_code == 200


def test_there_is_no_cache_unless_it_is_asked_for(client):
    assert "X-Cache" not in client.get(PRODUCTS).headers
