"""Creating a product: all of it, or nothing."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from backend.catalog.creation import create_product
from backend.catalog.errors import UnknownCategory
from backend.catalog.models import Category, Product


@pytest.fixture
def data(category):
    return {
        "name": "Lamp",
        "description": "bright",
        "price": Decimal("19.90"),
        "category_id": category.id,
        "stock_quantity": 3,
        "attributes": {"watts": [5, 7.5], "dims": None},
    }


def count(engine):
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(Product))


def test_stores_and_commits_what_it_is_given(session, engine, data):
    product = create_product(session, data)
    with Session(engine) as other:
        stored = other.get(Product, product.id)
        assert {key: getattr(stored, key) for key in data} == data
        assert stored.is_active


def test_an_unknown_category_leaves_nothing(session, engine, data):
    with pytest.raises(UnknownCategory):
        create_product(session, {**data, "category_id": uuid.uuid4()})
    session.commit()
    assert count(engine) == 0


def test_a_refused_product_leaves_nothing_and_a_usable_session(session, engine, data):
    with pytest.raises(DBAPIError):
        create_product(session, {**data, "price": Decimal("NaN")})
    assert count(engine) == 0
    create_product(session, data)
    assert count(engine) == 1


def test_a_category_cannot_vanish_meanwhile(engine, data, category, wait_until_blocked):
    """The deletion waits for the creation that has looked the category up, and then is refused."""
    looked_up, waiting = threading.Event(), threading.Event()

    class Observed(Session):
        def add(self, instance, **options):
            looked_up.set()
            assert waiting.wait(30)
            super().add(instance, **options)

    def create():
        with Observed(engine) as session:
            create_product(session, data)

    def delete():
        with Session(engine) as session:
            session.execute(text("SET application_name = 'deletion'"))
            session.delete(session.get(Category, category.id))
            session.commit()

    with ThreadPoolExecutor(2) as pool:
        creation = pool.submit(create)
        assert looked_up.wait(30)
        deletion = pool.submit(delete)
        wait_until_blocked("deletion")
        waiting.set()
        creation.result(30)
        with pytest.raises(IntegrityError):
            deletion.result(30)
    assert count(engine) == 1
