"""The tables of the catalog: categories and products."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from backend.database import Base


class Category(Base):
    """A named group of products."""

    __tablename__ = "categories"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    # TODO: name, description, created_at, and the rules about them


class Product(Base):
    """Something for sale. A deleted product stays as a row whose is_active is false."""

    __tablename__ = "products"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    # TODO: name, description, price, category_id, stock_quantity, is_active, attributes,
    #       created_at, updated_at
    # TODO: the relationship `category`, the rules and the index
