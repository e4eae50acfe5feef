"""The tables keep their rules, whoever writes."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from backend.catalog.models import Category, Product


def test_postgresql_fills_in_the_defaults(session, category):
    session.execute(
        text("INSERT INTO products (name, price, category_id) VALUES ('Lamp', 10, :id)"),
        {"id": category.id},
    )
    product = session.scalars(select(Product)).one()
    assert isinstance(product.id, uuid.UUID)
    assert (product.description, product.stock_quantity, product.attributes) == ("", 0, {})
    assert product.is_active is True
    assert product.created_at == product.updated_at == session.scalar(select(func.now()))
    assert product.created_at.utcoffset() is not None
    assert product.category is category


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", None),
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 201),
        ("description", None),
        ("price", None),
        ("price", Decimal("-0.01")),
        ("price", Decimal("NaN")),
        ("price", Decimal("100000000")),
        ("category_id", None),
        ("category_id", uuid.UUID(int=0)),
        ("stock_quantity", None),
        ("stock_quantity", -1),
        ("is_active", None),
        ("attributes", None),
        ("created_at", None),
        ("updated_at", None),
    ],
)
def test_refuses_a_bad_product(session, make_product, column, value):
    product = make_product()
    with pytest.raises(DBAPIError):
        session.execute(
            text(f"UPDATE products SET {column} = :value WHERE id = :id"),
            {"value": value, "id": product.id},
        )


@pytest.mark.parametrize("price", [Decimal("0"), Decimal("99999999.99")])
def test_stores_the_extreme_prices(session, make_product, price):
    assert make_product(price=price).price == price


@pytest.mark.parametrize("name", ["Lamps", "", "  ", "x" * 101])
def test_refuses_a_bad_category(session, category, name):
    session.add(Category(name=name))
    with pytest.raises(DBAPIError):
        session.commit()


def test_a_category_with_products_stays(session, category, make_product):
    make_product(is_active=False)
    session.delete(category)
    with pytest.raises(IntegrityError):
        session.commit()


def test_updated_at_moves_with_every_update(session, make_product):
    product = make_product()
    created, moments = product.created_at, [product.updated_at]
    for quantity in (1, 2, 3):  # in one transaction
        product.stock_quantity = quantity
        session.flush()
        session.refresh(product)
        moments.append(product.updated_at)
    assert sorted(set(moments)) == moments
    assert product.created_at == created


@pytest.fixture
def many(session: Session, category: Category) -> None:
    """Enough products that the planner prefers an index to reading the table."""
    session.execute(
        text(
            "INSERT INTO products (name, price, category_id, created_at) "
            "SELECT 'p' || n, n, :id, now() - n * :step FROM generate_series(1, 20000) n"
        ),
        {"id": category.id, "step": timedelta(seconds=1)},
    )
    session.commit()
    session.execute(text("ANALYZE products"))


def test_the_default_order_needs_no_sort(session, many):
    newest = select(Product).where(Product.is_active)
    newest = newest.order_by(Product.created_at.desc(), Product.id).limit(20)
    plan = "\n".join(
        session.scalars(
            text(f"EXPLAIN {newest.compile(session.bind, compile_kwargs={'literal_binds': True})}")
        )
    )
    assert "ix_products_newest" in plan
    assert "Sort" not in plan


def test_a_narrow_price_range_is_read_from_an_index(session, many):
    plan = "\n".join(
        session.scalars(
            text("EXPLAIN SELECT * FROM products WHERE is_active AND price BETWEEN 10 AND 20")
        )
    )
    assert "ix_products_price" in plan
