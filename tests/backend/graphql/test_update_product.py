"""updateProduct: what is left out stays, what is deleted is not found, and no change is lost."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.catalog.categories import remove_category
from backend.catalog.errors import CategoryInUse
from backend.graphql.types import global_id
from backend.graphql.update_product import UpdateProduct

UPDATE = """mutation($id: ID!, $input: UpdateProductInput!, $version: String) {
  updateProduct(id: $id, input: $input, expectedVersion: $version) {
    product { name description price version category { name } }
    errors { field code messages }
  }
}"""


@pytest.fixture
def update(ask):
    def update(product, version=None, **changes):
        gid = product if isinstance(product, str) else global_id("Product", product.id)
        variables = {"id": gid, "input": changes, "version": version}
        return ask(UPDATE, variables)["data"]["updateProduct"]

    return update


def only(answer):
    (error,) = answer["errors"]
    assert answer["product"] is None
    return error["field"], error["code"]


def test_what_is_left_out_stays(update, make_product):
    product = make_product(description="Bends", price=5)
    changed = update(product, name="Desk lamp")
    assert changed["errors"] == []
    assert changed["product"]["name"] == "Desk lamp"
    assert changed["product"]["description"] == "Bends"
    assert changed["product"]["price"] == "5.00"
    assert update(product, description="")["product"]["description"] == ""


@pytest.mark.parametrize("field", ["name", "description", "price", "categoryId", "attributes"])
def test_null_is_not_absent(update, make_product, field):
    assert only(update(make_product(), **{field: None})) == (field, "INVALID")


def test_the_rules_are_those_of_rest(update, make_product):
    product = make_product()
    assert only(update(product, price=-1)) == ("price", "INVALID")
    unknown = global_id("Category", uuid.uuid4())
    assert only(update(product, categoryId=unknown)) == ("categoryId", "NOT_FOUND")
    assert only(update(product, categoryId="nonsense")) == ("categoryId", "INVALID")


def test_what_is_deleted_is_not_found(update, make_product):
    gone = make_product(is_active=False)
    assert only(update(gone, name="Back")) == ("id", "NOT_FOUND")
    assert only(update(gone, version="x", name="Back")) == ("id", "NOT_FOUND")
    assert only(update(global_id("Product", uuid.uuid4()), name="x")) == ("id", "NOT_FOUND")
    assert only(update("nonsense", name="x")) == ("id", "INVALID")


def test_a_version_is_good_once(update, make_product, client):
    product = make_product()
    version = update(product)["product"]["version"]
    assert update(product, version, name="First")["errors"] == []
    assert only(update(product, version, name="Second")) == ("expectedVersion", "CONFLICT")
    assert client.get(f"/api/v1/products/{product.id}").json["name"] == "First"


def wait_until_waiting(engine, number, *futures):
    """Wait until so many connections wait for a lock, and none of the futures is done."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as looker:
        while looker.scalar(waiting) < number:
            assert not any(future.done() for future in futures)


def test_of_two_with_the_same_version_one_wins(update, make_product, engine):
    product = make_product()
    version = update(product)["product"]["version"]
    with Session(engine) as holder, ThreadPoolExecutor(2) as pool:
        holder.execute(text("SELECT 1 FROM products FOR UPDATE"))
        changes = [pool.submit(update, product, version, name=name) for name in ("One", "Two")]
        wait_until_waiting(engine, 2, *changes)
        holder.rollback()
        answers = [change.result() for change in changes]
    assert sorted(len(answer["errors"]) for answer in answers) == [0, 1]


def test_a_change_does_not_deadlock_with_the_deletion_of_its_category(
    update, make_product, engine, category
):
    """The deletion has the category and asks for its products; the change asks for the category."""
    product = make_product()
    version = update(product)["product"]["version"]
    changes = {"categoryId": global_id("Category", category.id), "name": "Stool"}

    def delete():
        with Session(engine) as session:
            remove_category(session, category.id)

    with Session(engine) as holder, ThreadPoolExecutor(2) as pool:
        holder.execute(text("SELECT 1 FROM products FOR UPDATE"))
        change = pool.submit(update, product, version, **changes)
        wait_until_waiting(engine, 1, change)
        deletion = pool.submit(delete)
        wait_until_waiting(engine, 2, change, deletion)
        holder.rollback()
        assert change.result()["errors"] == []
        with pytest.raises(CategoryInUse):
            deletion.result()


def test_what_was_not_found_holds_no_lock(make_product, session):
    gid = global_id("Product", make_product(is_active=False).id)
    info = SimpleNamespace(context=SimpleNamespace(session=session))
    answer = UpdateProduct.mutate(None, info, id=gid, input={}, expected_version="1")
    assert [error.code for error in answer.errors] == ["NOT_FOUND"]
    assert not session.in_transaction()
