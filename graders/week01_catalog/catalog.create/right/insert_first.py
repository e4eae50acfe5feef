"""Insert first, and translate the one error that the foreign key raises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from psycopg2.errors import ForeignKeyViolation
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.api import LOCATION, Blueprint
from backend.catalog.errors import UnknownCategory
from backend.catalog.models import Product
from backend.catalog.schemas import ProductSchema
from backend.database import Database


def create_product(session: Session, data: Mapping[str, Any]) -> Product:
    """Store a new product and commit."""
    product = Product(**data)
    session.add(product)
    try:
        session.commit()
    except IntegrityError as error:
        session.rollback()
        if isinstance(error.orig, ForeignKeyViolation):
            raise UnknownCategory(data["category_id"]) from None
        raise
    session.refresh(product)
    return product


def add_creation(products: Blueprint, database: Database) -> None:
    """Add POST to the products resource."""

    @products.route("", methods=["POST"])
    @products.arguments(ProductSchema)
    @products.response(201, ProductSchema, headers=LOCATION)
    @products.problems(400, 401, 403, 409, 413, 415, 422)
    def add_one(data: dict[str, Any]) -> tuple[Product, int, dict[str, str]]:
        """Create a product."""
        product = create_product(database.session, data)
        place = url_for("products.show", product_id=product.id, _external=True)
        return product, 201, {"Location": place}
