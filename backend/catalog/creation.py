"""How a product comes to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from backend.api import LOCATION, Blueprint
from backend.catalog.categories import require_category
from backend.catalog.models import Product
from backend.catalog.schemas import ProductSchema
from backend.database import Database, transaction


def create_product(session: Session, data: Mapping[str, Any]) -> Product:
    """Store a new product and commit. `data` is what ProductSchema loads.

    Raises UnknownCategory, and leaves nothing behind when it raises anything.
    """
    product = Product(**data)
    with transaction(session):
        require_category(session, data["category_id"])
        session.add(product)
    return product


def add_creation(products: Blueprint, database: Database) -> None:
    """Add POST to the products resource."""

    @products.post("")
    @products.arguments(ProductSchema)
    @products.response(201, ProductSchema, headers=LOCATION)
    @products.problems(400, 401, 403, 409, 413, 415, 422)
    def create(data: dict[str, Any]) -> tuple[Product, dict[str, str]]:
        """Create a product."""
        product = create_product(database.session, data)
        return product, {"Location": url_for("products.show", product_id=product.id)}
