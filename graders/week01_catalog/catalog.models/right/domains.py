"""The classic Column style, with the rules kept by PostgreSQL domains instead of table checks."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Index, Integer, Numeric, String, text
from sqlalchemy.dialects.postgresql import DOMAIN, JSONB, UUID
from sqlalchemy.orm import relationship

from backend.database import Base

_Label = DOMAIN("label", String(100), check=text(r"VALUE !~ '^\s*$'"), metadata=Base.metadata)
_Title = DOMAIN("title", String(200), check=text(r"VALUE !~ '^\s*$'"), metadata=Base.metadata)
_Amount = DOMAIN(
    "amount",
    Numeric(10, 2),
    check=text("VALUE >= 0 AND VALUE < 'Infinity'"),
    metadata=Base.metadata,
)
_Count = DOMAIN("count_of", Integer, check=text("VALUE >= 0"), metadata=Base.metadata)


class Category(Base):
    """A named group of products."""

    __tablename__ = "categories"

    id = Column(UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()"))
    name = Column(_Label, nullable=False, unique=True)
    description = Column(String, nullable=False, server_default=text("''"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    products = relationship("Product", back_populates="category")


class Product(Base):
    """Something for sale."""

    __tablename__ = "products"

    id = Column(UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()"))
    name = Column(_Title, nullable=False)
    description = Column(String, nullable=False, server_default=text("''"))
    price = Column(_Amount, nullable=False)
    category_id = Column(UUID(as_uuid=True), ForeignKey(Category.id), nullable=False)
    stock_quantity = Column(_Count, nullable=False, server_default=text("0"))
    is_active = Column(Boolean, nullable=False, server_default=text("true"))
    attributes = Column(JSONB, nullable=False, server_default=text("'{}'"))
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    updated_at = Column(
        DateTime(timezone=True),
        nullable=False,
        server_default=text("now()"),
        onupdate=lambda: datetime.now(UTC),
    )
    category = relationship(Category, back_populates="products", lazy="joined")


Index("products_by_category", Product.category_id, Product.name)
