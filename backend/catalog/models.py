"""The tables of the catalog.

PostgreSQL keeps every rule that it can, so a row is valid whoever wrote it: the API, a script or
a person with psql.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    func,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.database import Base


class Category(Base):
    """A named group of products."""

    __tablename__ = "categories"
    __table_args__ = (CheckConstraint("btrim(name) <> ''", name="name_not_blank"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    name: Mapped[str] = mapped_column(String(100), unique=True)
    description: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Product(Base):
    """Something for sale. A deleted product stays as a row whose is_active is false."""

    __tablename__ = "products"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, server_default="")
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    # RESTRICT: a category with products, deleted ones included, cannot disappear under them.
    category_id: Mapped[UUID] = mapped_column(ForeignKey("categories.id", ondelete="RESTRICT"))
    stock_quantity: Mapped[int] = mapped_column(server_default=text("0"))
    is_active: Mapped[bool] = mapped_column(server_default=true())
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    # clock_timestamp() also moves between two updates of one transaction; now() would not.
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.clock_timestamp()
    )

    category: Mapped[Category] = relationship()

    __table_args__ = (
        CheckConstraint("btrim(name) <> ''", name="name_not_blank"),
        # NUMERIC(10, 2) can hold NaN, which PostgreSQL sorts above every number: the upper bound
        # keeps it out.
        CheckConstraint("price BETWEEN 0 AND 99999999.99", name="price_in_range"),
        CheckConstraint("stock_quantity >= 0", name="stock_quantity_not_negative"),
        # Not partial: the foreign key must find deleted products too. It also serves the
        # category filter.
        Index(None, "category_id"),
        # The listing shows active products only. Its default order is answered from this index
        # without a sort; read backwards, it leaves only equal timestamps to be sorted by id.
        Index(
            "ix_products_newest", text("created_at DESC"), "id", postgresql_where=text("is_active")
        ),
        # The order by price, and both price bounds.
        Index("ix_products_price", "price", "id", postgresql_where=text("is_active")),
        # No index on name or updated_at: the order by name is rare, a B-tree does not help a
        # substring search, and one on updated_at would have to change with every update.
    )
