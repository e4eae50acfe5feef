"""A look without a lock for the message; the foreign key guards the moment after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from backend.api import LOCATION, Blueprint
from backend.catalog.errors import UnknownCategory
from backend.catalog.models import Category, Product
from backend.catalog.schemas import ProductSchema
from backend.database import Database


def create_product(session: Session, data: Mapping[str, Any]) -> Product:
    """Store a new product and commit."""
    with session.begin():
        if not session.scalar(select(exists().where(Category.id == data["category_id"]))):
            raise UnknownCategory(data["category_id"])
        return session.scalars(insert(Product).values(**data).returning(Product)).one()


def add_creation(products: Blueprint, database: Database) -> None:
    """Add POST to the products resource."""

    def create(data: dict[str, Any]) -> tuple[Product, dict[str, str]]:
        """Create a product."""
        product = create_product(database.session, data)
        return product, {"Location": f"{products.url_prefix}/{product.id}"}

    documented = products.problems(400, 401, 403, 409, 413, 415, 422)(create)
    shown = products.response(201, ProductSchema, headers=LOCATION)(documented)
    products.post("")(products.arguments(ProductSchema)(shown))
