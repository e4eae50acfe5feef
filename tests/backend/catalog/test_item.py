"""One product: changes are whole, and a deleted product is gone for everyone."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.catalog.categories import remove_category
from backend.catalog.errors import CategoryInUse, ProductNotFound, UnknownCategory
from backend.catalog.item import get_product, modify_product, remove_product, replace_product
from backend.catalog.models import Product


@pytest.fixture
def whole(category):
    return {
        "name": "New",
        "description": "",
        "price": Decimal("1.00"),
        "category_id": category.id,
        "stock_quantity": 0,
        "attributes": {},
    }


def test_finds_a_product(session, make_product):
    product = make_product()
    assert get_product(session, product.id) is product


def test_replaces_and_commits(session, engine, make_product, whole):
    product = make_product(description="old", stock_quantity=9, attributes={"old": True})
    replaced = replace_product(session, product.id, whole)
    assert replaced.updated_at > replaced.created_at
    with Session(engine) as other:
        stored = other.get(Product, product.id)
        assert {key: getattr(stored, key) for key in whole} == whole


def test_modifies_what_is_given_and_commits(session, engine, make_product):
    product = make_product(description="old", attributes={"old": True})
    modify_product(session, product.id, {"stock_quantity": 4})
    with Session(engine) as other:
        stored = other.get(Product, product.id)
        assert (stored.stock_quantity, stored.description, stored.name) == (4, "old", "Lamp")
        assert stored.attributes == {"old": True}


def test_no_change_is_no_update(session, make_product):
    product = make_product()
    before = product.updated_at
    assert modify_product(session, product.id, {}).updated_at == before


@pytest.mark.parametrize("change", [replace_product, modify_product])
def test_an_unknown_category_changes_nothing(session, engine, make_product, whole, change):
    product = make_product()
    with pytest.raises(UnknownCategory):
        change(session, product.id, {**whole, "category_id": uuid.uuid4()})
    session.commit()
    with Session(engine) as other:
        assert other.get(Product, product.id).name == "Lamp"


def test_a_removed_product_is_a_row_that_nobody_finds(session, engine, make_product, whole):
    product_id = make_product().id
    remove_product(session, product_id)
    with Session(engine) as other:
        stored = other.get(Product, product_id)
        assert stored.is_active is False
        removed_at = stored.updated_at
    for attempt in (
        lambda: get_product(session, product_id),
        lambda: replace_product(session, product_id, whole),
        lambda: modify_product(session, product_id, {}),
        lambda: remove_product(session, product_id),
    ):
        with pytest.raises(ProductNotFound):
            attempt()
    with Session(engine) as other:
        assert other.get(Product, product_id).updated_at == removed_at


def test_nothing_is_found_under_another_id(session, make_product):
    make_product()
    with pytest.raises(ProductNotFound):
        get_product(session, uuid.uuid4())


def test_of_many_deletions_one_succeeds(engine, make_product):
    product_id = make_product().id
    together = Barrier(4)

    def remove():
        with Session(engine) as session:
            session.connection()
            together.wait(30)
            try:
                remove_product(session, product_id)
            except ProductNotFound:
                return "not found"
            return "removed"

    with ThreadPoolExecutor(4) as pool:
        answers = [future.result(30) for future in [pool.submit(remove) for _ in range(4)]]
    assert sorted(answers) == ["not found"] * 3 + ["removed"]


def test_a_change_does_not_succeed_after_a_deletion(engine, make_product, wait_until_blocked):
    product_id = make_product().id

    def modify():
        with Session(engine) as session:
            session.execute(text("SET application_name = 'modification'"))
            modify_product(session, product_id, {"stock_quantity": 1})

    with ThreadPoolExecutor(1) as pool, Session(engine) as session:
        get_product(session, product_id).is_active = False
        session.flush()
        modification = pool.submit(modify)
        wait_until_blocked("modification")
        session.commit()
        with pytest.raises(ProductNotFound):
            modification.result(30)


def test_a_change_does_not_deadlock_with_the_deletion_of_its_category(
    engine, make_product, whole, wait_until_blocked
):
    """The deletion has the category and asks for its products; the change asks for the category."""
    product_id, category_id = make_product().id, whole["category_id"]

    def run(name, work, *arguments):
        with Session(engine) as session:
            session.execute(text(f"SET application_name = '{name}'"))
            work(session, *arguments)

    with ThreadPoolExecutor(2) as pool, Session(engine) as session:
        session.execute(text("SELECT FROM products FOR UPDATE"))
        change = pool.submit(run, "change", replace_product, product_id, whole)
        wait_until_blocked("change")
        deletion = pool.submit(run, "deletion", remove_category, category_id)
        wait_until_blocked("deletion")
        session.commit()
        change.result(30)
        with pytest.raises(CategoryInUse):
            deletion.result(30)


def test_two_changes_of_different_fields_both_stay(engine, make_product, wait_until_blocked):
    product_id = make_product().id

    def modify():
        with Session(engine) as session:
            session.execute(text("SET application_name = 'modification'"))
            modify_product(session, product_id, {"stock_quantity": 1})

    with ThreadPoolExecutor(1) as pool, Session(engine) as session:
        get_product(session, product_id).name = "Renamed"
        session.flush()
        modification = pool.submit(modify)
        wait_until_blocked("modification")
        session.commit()
        modification.result(30)
        session.expire_all()
        product = get_product(session, product_id)
        assert (product.name, product.stock_quantity) == ("Renamed", 1)
