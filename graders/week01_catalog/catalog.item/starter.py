"""One product: find, replace, modify and remove it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.api import Blueprint
from backend.catalog.models import Product
from backend.catalog.schemas import ProductSchema
from backend.database import Database


def get_product(session: Session, product_id: UUID) -> Product:
    """The active product of this id. Raises ProductNotFound."""
    # TODO
    return Product(id=product_id, name="", price=0)


def replace_product(session: Session, product_id: UUID, data: Mapping[str, Any]) -> Product:
    """Give a product all its fields anew (PUT) and commit. `data` is what ProductSchema loads.

    Raises ProductNotFound or UnknownCategory; then nothing has changed.
    """
    # TODO
    return get_product(session, product_id)


def modify_product(session: Session, product_id: UUID, changes: Mapping[str, Any]) -> Product:
    """Change the fields that are given (PATCH), leave the others as they are, and commit.

    Raises ProductNotFound or UnknownCategory; then nothing has changed.
    """
    # TODO
    return get_product(session, product_id)


def remove_product(session: Session, product_id: UUID) -> None:
    """Delete a product softly: the row stays, and nothing finds it any more. Commits.

    Raises ProductNotFound, also for a product that is deleted already.
    """
    # TODO


def add_item(products: Blueprint, database: Database) -> None:
    """Add GET, PUT, PATCH and DELETE of one product to the products resource."""

    @products.get("/<uuid:product_id>")
    @products.response(200, ProductSchema)
    @products.problems(404)
    def show(product_id: UUID) -> Product:
        """Show a product."""
        return get_product(database.session, product_id)

    # TODO: the other three doors
