"""Stock is set aside once for each request and given back once, whoever comes at the same time."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from backend.catalog.errors import ProductNotFound
from backend.catalog.item import modify_product
from backend.catalog.models import Product
from backend.inventory.errors import (
    KeyReused,
    NotEnoughStock,
    ReservationNotFound,
    ReservationReleased,
)
from backend.inventory.models import Reservation
from backend.inventory.reservations import release, reserve

PRODUCTS, RESERVATIONS = "/api/v1/products", "/api/v1/reservations"


@pytest.fixture
def product(make_product):
    return make_product(stock_quantity=5)


@pytest.fixture
def stock(engine):
    """How many of a product are left."""

    def stock(product_id):
        with engine.connect() as connection:
            return connection.scalar(select(Product.stock_quantity).where(Product.id == product_id))

    return stock


@pytest.fixture
def in_background(engine):
    """Run a function with a session of its own, known to PostgreSQL by a name."""

    def run(name, function, *arguments):
        with Session(engine) as session:
            session.execute(text(f"SET application_name = '{name}'"))
            done = function(session, *arguments)
            return done.id if done is not None else None

    with ThreadPoolExecutor(8) as pool:
        yield lambda *work: pool.submit(run, *work)


def count(session):
    return session.scalar(select(func.count()).select_from(Reservation))


def post(client, product_id, quantity=2, key="first"):
    headers = {} if key is None else {"Idempotency-Key": key}
    url = f"{PRODUCTS}/{product_id}/reservations"
    return client.post(url, json={"quantity": quantity}, headers=headers)


def test_the_life_of_a_reservation(client, product, stock):
    made = post(client, product.id)
    assert made.status_code == 201
    reservation = made.json
    assert set(reservation) == {"id", "product_id", "quantity", "created_at"}
    assert (reservation["product_id"], reservation["quantity"]) == (str(product.id), 2)
    assert made.headers["Location"] == f"{RESERVATIONS}/{reservation['id']}"
    assert stock(product.id) == 3

    again = post(client, product.id)
    assert (again.status_code, again.json) == (201, reservation)
    assert again.headers["Location"] == made.headers["Location"]
    assert stock(product.id) == 3

    url = made.headers["Location"]
    assert client.get(url).json == reservation
    released = client.delete(url)
    assert (released.status_code, released.data) == (204, b"")
    assert stock(product.id) == 5
    for answer in (client.get(url), client.delete(url)):
        assert answer.status_code == 404
        assert answer.content_type == "application/problem+json"
    assert post(client, product.id).status_code == 409
    assert stock(product.id) == 5


@pytest.mark.parametrize("key", [None, "", "x" * 256, "bell \x07"])
def test_a_request_needs_a_key(client, product, stock, key):
    answer = post(client, product.id, key=key)
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json["detail"]
    assert stock(product.id) == 5


@pytest.mark.parametrize("quantity", [0, -1, 1.5, "2", True, None, 2**31])
def test_a_quantity_is_a_number_of_things(client, product, stock, quantity):
    answer = post(client, product.id, quantity)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["quantity"]
    assert stock(product.id) == 5


def test_what_cannot_be_had_changes_nothing_and_uses_no_key(client, product, stock, make_product):
    deleted = make_product(stock_quantity=5, is_active=False)
    for product_id, quantity, status in (
        (product.id, 6, 409),
        (deleted.id, 1, 404),
        (uuid.uuid4(), 1, 404),
    ):
        assert post(client, product_id, quantity).status_code == status
    assert (stock(product.id), stock(deleted.id)) == (5, 5)
    assert post(client, product.id, 5).status_code == 201
    assert stock(product.id) == 0


def test_a_key_means_one_request(client, product, stock, make_product):
    other = make_product(stock_quantity=5)
    post(client, product.id)
    for answer in (post(client, product.id, 1), post(client, other.id)):
        assert answer.status_code == 422
        assert "errors" not in answer.json
    assert (stock(product.id), stock(other.id)) == (3, 5)


def test_a_repetition_does_not_depend_on_what_is_left(session, product, stock):
    made = reserve(session, product.id, 5, "all").id
    product.is_active = False
    session.commit()
    assert reserve(session, product.id, 5, "all").id == made
    release(session, made)
    assert stock(product.id) == 5  # of a deleted product, too


def test_the_table_keeps_its_own_rules(session, product):
    good = {"product_id": product.id, "quantity": 1, "idempotency_key": "a"}
    session.add(Reservation(**good))
    session.commit()
    for bad in (
        good,
        good | {"idempotency_key": "b", "quantity": 0},
        good | {"idempotency_key": ""},
        good | {"idempotency_key": "b", "product_id": uuid.uuid4()},
    ):
        session.add(Reservation(**bad))
        with pytest.raises(DBAPIError):
            session.commit()
        session.rollback()
    with pytest.raises(DBAPIError):
        session.execute(text("DELETE FROM products"))


def hold(session, product):
    """Lock a product until the session commits."""
    session.execute(select(Product.id).where(Product.id == product.id).with_for_update())


def test_buyers_never_get_more_than_there_is(
    session, product, stock, in_background, wait_until_blocked
):
    hold(session, product)
    buyers = [in_background(f"buyer {n}", reserve, product.id, 2, f"key {n}") for n in range(4)]
    for n in range(4):
        wait_until_blocked(f"buyer {n}")
    session.commit()
    errors = [buyer.exception(30) for buyer in buyers]
    assert errors.count(None) == 2
    assert {type(error) for error in errors if error} == {NotEnoughStock}
    assert (stock(product.id), count(session)) == (1, 2)


def test_two_requests_with_one_key_reserve_once(
    session, product, stock, in_background, wait_until_blocked
):
    hold(session, product)
    twins = [in_background(name, reserve, product.id, 2, "key") for name in ("one", "other")]
    wait_until_blocked("one")
    wait_until_blocked("other")
    session.commit()
    assert len({twin.result(30) for twin in twins}) == 1
    assert (stock(product.id), count(session)) == (3, 1)


def test_one_key_for_two_products_is_good_for_one(
    session, product, stock, make_product, in_background, wait_until_blocked
):
    other = make_product(stock_quantity=5)
    session.add(Reservation(product_id=other.id, quantity=1, idempotency_key="key"))
    session.flush()
    twin = in_background("twin", reserve, product.id, 2, "key")
    wait_until_blocked("twin")
    session.commit()
    with pytest.raises(KeyReused):
        twin.result(30)
    assert stock(product.id) == 5


def test_a_change_of_the_product_and_two_reservations_succeed(
    session, product, stock, in_background, wait_until_blocked
):
    """No deadlock: none of them shares the product while it waits to have it alone."""
    # The foreign key's lock goes beside this one.
    session.execute(
        select(Product.id).where(Product.id == product.id).with_for_update(key_share=True)
    )
    work = {"change": (modify_product, product.id, {"name": "Renamed"})}
    work |= {f"buyer {n}": (reserve, product.id, 2, f"key {n}") for n in range(2)}
    started = []
    for name, arguments in work.items():
        started.append(in_background(name, *arguments))
        wait_until_blocked(name)
    session.commit()
    for one in started:
        one.result(30)
    assert (stock(product.id), product.name) == (1, "Renamed")


def test_a_product_that_is_just_being_deleted_is_not_reserved(
    session, product, stock, in_background, wait_until_blocked
):
    product.is_active = False
    session.flush()
    buyer = in_background("buyer", reserve, product.id, 2, "key")
    wait_until_blocked("buyer")
    session.commit()
    with pytest.raises(ProductNotFound):
        buyer.result(30)
    assert stock(product.id) == 5


def test_of_two_releases_one_gives_back(session, product, stock, in_background, wait_until_blocked):
    made = reserve(session, product.id, 2, "key").id
    hold(session, product)
    both = [in_background(name, release, made) for name in ("one", "other")]
    wait_until_blocked("one")
    wait_until_blocked("other")
    session.commit()
    errors = [one.exception(30) for one in both]
    assert errors.count(None) == 1
    assert {type(error) for error in errors if error} == {ReservationNotFound}
    assert stock(product.id) == 5
    with pytest.raises(ReservationReleased):
        reserve(session, product.id, 2, "key")
