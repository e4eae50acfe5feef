"""Subscriptions: every change of stock is told, after its commit, and every stream ends."""

import json
from dataclasses import replace

import pytest
from redis import Redis

from backend.app import create_app
from backend.auth.roles import Role
from backend.graphql.stock_notices import channel
from backend.graphql.types import global_id

QUERY = """subscription($id: ID!) {
  stockChanged(id: $id) { name stockStatus stockQuantity category { name } }
}"""
STREAM = {"Accept": "text/event-stream"}


@pytest.fixture
def product(make_product):
    return make_product(stock_quantity=9)


@pytest.fixture
def open_stream(app, sign_in):
    """Subscribe to a product; the answer."""
    opened = []

    def open_stream(product, app=app, role=Role.EDITOR, **options):
        variables = {
            "id": product if isinstance(product, str) else global_id("Product", product.id)
        }
        body = {"query": QUERY, "variables": variables}
        options = {"headers": STREAM, **options}
        opened.append(sign_in(app, role).post("/graphql", json=body, **options))
        return opened[-1]

    yield open_stream
    for answer in opened:
        answer.close()


def events(answer):
    """The events of a stream, each as its name and data, as they come; heartbeats are None."""
    for chunk in answer.iter_encoded():
        if chunk == b":\n\n":
            yield None
            continue
        name, data = chunk.decode().removesuffix("\n\n").split("\n")
        data = data.removeprefix("data:").strip()
        yield name.removeprefix("event: "), json.loads(data) if data else None


def quantity(event):
    name, shown = event
    assert name == "next"
    return shown["data"]["stockChanged"]["stockQuantity"]


def test_tells_the_stock_and_each_change_of_it(open_stream, product, client, ask):
    answer = open_stream(product)
    assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
    stream = events(answer)
    assert next(stream) == (
        "next",
        {
            "data": {
                "stockChanged": {
                    "name": "Lamp",
                    "stockStatus": "IN_STOCK",
                    "stockQuantity": 9,
                    "category": {"name": "Lamps"},
                }
            }
        },
    )
    url = f"/api/v1/products/{product.id}"
    assert client.patch(url, json={"stock_quantity": 8}).status_code == 200
    assert quantity(next(stream)) == 8
    shown = client.get(url).json
    body = {name: shown[name] for name in ("name", "price", "category_id")}
    assert client.put(url, json={**body, "stock_quantity": 7}).status_code == 200
    assert quantity(next(stream)) == 7
    update = """mutation($id: ID!) {
      updateProduct(id: $id, input: {stockQuantity: 6}) { errors { field } }
    }"""
    ask(update, {"id": global_id("Product", product.id)})
    assert quantity(next(stream)) == 6
    reserved = client.post(
        f"{url}/reservations", json={"quantity": 2}, headers={"Idempotency-Key": str(product.id)}
    )
    assert quantity(next(stream)) == 4
    assert client.delete(reserved.headers["Location"]).status_code == 204
    assert quantity(next(stream)) == 6


def test_what_does_not_change_the_stock_is_not_told(open_stream, product, client):
    stream = events(open_stream(product))
    next(stream)
    url = f"/api/v1/products/{product.id}"
    client.patch(url, json={"name": "New"})
    client.patch(url, json={"stock_quantity": 9})
    client.patch(url, json={"stock_quantity": 5})
    assert quantity(next(stream)) == 5


def test_ends_when_the_product_is_deleted(open_stream, product, client, settings):
    stream = events(open_stream(product))
    next(stream)
    client.delete(f"/api/v1/products/{product.id}")
    with Redis.from_url(settings.redis_url) as redis:
        redis.publish(channel(redis, product.id), "changed")
    assert list(stream) == [("complete", None)]


def test_keeps_no_connection_while_it_waits(open_stream, settings, product, engine):
    app = create_app(replace(settings, database_pool_size=1, graphql_heartbeat_seconds=1))
    stream = events(open_stream(product, app))
    next(stream)
    assert app.test_client().get(f"/api/v1/products/{product.id}").status_code == 200
    assert next(stream) is None  # a heartbeat: it waits
    assert app.test_client().get(f"/api/v1/products/{product.id}").status_code == 200


def test_their_number_is_bounded_and_places_come_back(open_stream, settings, product):
    app = create_app(replace(settings, graphql_streams=1))
    first = open_stream(product, app)
    assert first.status_code == 200
    refused = open_stream(product, app)
    assert (refused.status_code, refused.mimetype) == (503, "application/problem+json")
    first.close()  # before anything of it was read
    again = open_stream(product, app)
    assert quantity(next(events(again))) == 9
    again.close()
    assert open_stream("nonsense", app).status_code == 400
    assert open_stream(product, app).status_code == 200


def test_ends_when_redis_is_gone(open_stream, product, settings):
    stream = events(open_stream(product))
    next(stream)
    with Redis.from_url(settings.redis_url) as redis:
        for one in redis.client_list(_type="pubsub"):
            redis.client_kill_filter(_id=one["id"])
    name, shown = next(stream)
    assert name == "next"
    assert shown["errors"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"
    assert list(stream) == [("complete", None)]


def test_without_redis_there_is_none(open_stream, product, settings, unused_port, client):
    app = create_app(replace(settings, redis_url=f"redis://127.0.0.1:{unused_port}/0"))
    assert open_stream(product, app).status_code == 503
    url = f"/api/v1/products/{product.id}"
    client.application = app
    assert client.patch(url, json={"stock_quantity": 1}).status_code == 200


def test_one_field_is_for_editors_here_too(open_stream, product):
    _, shown = next(events(open_stream(product, role=Role.VIEWER)))
    assert shown["data"]["stockChanged"]["stockQuantity"] is None
    assert shown["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
def test_a_subscription_is_a_stream(open_stream, product, accept):
    assert open_stream(product, headers={"Accept": accept}).status_code == 406


def test_a_query_is_none(client):
    answer = client.post("/graphql", json={"query": "{ __typename }"}, headers=STREAM)
    assert answer.status_code == 406


def test_an_unknown_product_is_told_at_once(open_stream, make_product):
    gone = make_product(is_active=False)
    answer = open_stream(gone)
    assert answer.status_code == 400
    assert json.loads(answer.data)["errors"][0]["extensions"]["code"] == "NOT_FOUND"
