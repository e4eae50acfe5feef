"""Plain tables, mapped onto plain classes afterwards; updated_at is kept by a trigger."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    DDL,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    Numeric,
    String,
    Table,
    Text,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.orm import relationship

from backend.database import Base


def _key() -> Column[Any]:
    return Column("id", UUID, primary_key=True, server_default=text("gen_random_uuid()"))


def _moment(name: str) -> Column[Any]:
    return Column(
        name, DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")
    )


_categories = Table(
    "categories",
    Base.metadata,
    _key(),
    Column(
        "name",
        String(100),
        CheckConstraint(r"name ~ '\S'", name="visible"),
        nullable=False,
        unique=True,
    ),
    Column("description", Text, nullable=False, server_default=""),
    _moment("created_at"),
)

_products = Table(
    "products",
    Base.metadata,
    _key(),
    Column("name", String(200), CheckConstraint(r"name ~ '\S'", name="visible"), nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column(
        "price",
        Numeric(10, 2),
        CheckConstraint("price >= 0 AND price <> 'NaN'", name="amount"),
        nullable=False,
    ),
    Column("category_id", UUID, ForeignKey("categories.id"), nullable=False, index=True),
    Column(
        "stock_quantity",
        Integer,
        CheckConstraint("stock_quantity >= 0", name="countable"),
        nullable=False,
        server_default="0",
    ),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    Column("attributes", JSONB, nullable=False, server_default="{}"),
    _moment("created_at"),
    _moment("updated_at"),
)

event.listen(
    _products,
    "after_create",
    DDL("""
        CREATE FUNCTION products_touch() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.updated_at := clock_timestamp();
            RETURN NEW;
        END $$;
        CREATE TRIGGER products_touch BEFORE UPDATE ON products
            FOR EACH ROW EXECUTE FUNCTION products_touch();
    """),
)


class Category:
    """A named group of products."""

    def __init__(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)


class Product:
    """Something for sale."""

    def __init__(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)


Base.registry.map_imperatively(Category, _categories)
Base.registry.map_imperatively(
    Product,
    _products,
    properties={"category": relationship(Category)},
    # The trigger changes the row behind the session's back.
    eager_defaults=True,
)
