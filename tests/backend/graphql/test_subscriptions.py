"""Subscriptions: every change of stock is told, after its commit, and every stream ends."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from redis import Redis
from sqlalchemy import update

from backend.app import create_app
from backend.auth.roles import Role
from backend.catalog.models import Product
from backend.database import Database
from backend.graphql.stock_changes import publish_stock_changes
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


def test_ends_when_the_product_is_deleted(open_stream, product, client):
    stream = events(open_stream(product))
    next(stream)
    client.delete(f"/api/v1/products/{product.id}")
    assert list(stream) == [("complete", None)]


def test_keeps_no_connection_while_it_waits(open_stream, settings, product, engine):
    app = create_app(replace(settings, database_pool_size=1, graphql_heartbeat_seconds=1))
    stream = events(open_stream(product, app))

    def show():
        return app.test_client().get(f"/api/v1/products/{product.id}").status_code

    # In a thread of their own the requests share no context with the stream.
    with ThreadPoolExecutor(1) as others:
        next(stream)
        assert others.submit(show).result() == 200
        assert next(stream) is None  # a heartbeat: it waits
        assert others.submit(show).result() == 200


def test_keeps_no_connection_after_its_end(open_stream, settings, product, client):
    app = create_app(replace(settings, database_pool_size=1))
    answer = open_stream(product, app)
    stream = events(answer)
    next(stream)
    client.delete(f"/api/v1/products/{product.id}")
    assert list(stream) == [("complete", None)]
    answer.close()
    with ThreadPoolExecutor(1) as others:
        show = others.submit(app.test_client().get, f"/api/v1/products/{product.id}")
        assert show.result().status_code == 404


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


def test_what_fails_in_between_is_told_and_logged(
    open_stream, product, client, monkeypatch, caplog
):
    stream = events(open_stream(product))
    next(stream)

    def fail(*_):
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("backend.graphql.stock_changes.get_product", fail)
    client.patch(f"/api/v1/products/{product.id}", json={"stock_quantity": 1})
    name, shown = next(stream)
    assert (name, shown["errors"][0]["extensions"]["code"]) == ("next", "INTERNAL_SERVER_ERROR")
    assert "secret" not in str(shown)
    assert "secret" in caplog.text
    assert list(stream) == [("complete", None)]


@pytest.fixture
def heard(settings):
    """What is published for this module's database: a function that returns what came since."""
    with Redis.from_url(settings.redis_url) as redis, redis.pubsub() as pubsub:
        prefix = f"stock:{redis.connection_pool.connection_kwargs['db']}:"
        pubsub.psubscribe(f"{prefix}*")
        pubsub.get_message(timeout=10)

        def heard():
            redis.publish(f"{prefix}end", "")
            messages = iter(
                lambda: pubsub.get_message(timeout=10)["channel"].decode(), f"{prefix}end"
            )
            return sorted(name.removeprefix(prefix) for name in messages)

        yield heard


def test_nothing_is_published_of_a_rollback(app, settings, product, heard):
    database = Database(settings.database_url, 1)
    with Redis.from_url(settings.redis_url) as redis:
        publish_stock_changes(database, redis)
        with database.sessions() as session:
            found = session.get(Product, product.id)
            found.stock_quantity = 1
            session.flush()
            session.execute(update(Product).values(stock_quantity=2))
            assert heard() == []
            session.rollback()
            found.name = "New"
            session.commit()
            assert heard() == []
            found.stock_quantity = 1
            session.execute(update(Product).values(stock_quantity=2))
            session.commit()
            assert heard() == sorted([str(product.id), "some"])
            found.is_active = False
            session.commit()
            assert heard() == [str(product.id)]
    database.engine.dispose()


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


@pytest.mark.parametrize(
    "accept",
    [
        "application/json",
        "application/graphql-response+json",
        "application/json, text/event-stream;q=0",
    ],
)
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
