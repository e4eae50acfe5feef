"""No lock is held while thinking: the row is read, and written only if it is still the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from backend.api import Blueprint
from backend.catalog.errors import ProductNotFound, UnknownCategory
from backend.catalog.models import Category, Product
from backend.catalog.schemas import ProductSchema
from backend.database import Database, transaction

#: The version of a row: PostgreSQL's own number of the transaction that wrote it.
VERSION = text("products.xmin::text")


def get_product(session: Session, product_id: UUID) -> Product:
    """The active product of this id. Raises ProductNotFound."""
    for product in session.scalars(select(Product).where(Product.id == product_id)):
        if product.is_active:
            return product
    raise ProductNotFound(product_id)


def replace_product(session: Session, product_id: UUID, data: Mapping[str, Any]) -> Product:
    """Give a product all its fields anew (PUT) and commit."""
    _change(session, product_id, data)
    return get_product(session, product_id)


def modify_product(session: Session, product_id: UUID, changes: Mapping[str, Any]) -> Product:
    """Change the fields that are given (PATCH) and commit."""
    _change(session, product_id, changes)
    return get_product(session, product_id)


def remove_product(session: Session, product_id: UUID) -> None:
    """Delete a product softly. Commits."""
    _change(session, product_id, {"is_active": False})


def add_item(products: Blueprint, database: Database) -> None:
    """Add GET, PUT, PATCH and DELETE of one product to the products resource."""

    @products.get("/<uuid:product_id>")
    @products.response(200, ProductSchema)
    @products.problems(404)
    def show(product_id: UUID) -> Product:
        """Show a product."""
        return get_product(database.session, product_id)

    @products.put("/<uuid:product_id>")
    @products.arguments(ProductSchema)
    @products.response(200, ProductSchema)
    @products.problems(400, 404, 422)
    def put(data: dict[str, Any], product_id: UUID) -> Product:
        """Replace a product."""
        return replace_product(database.session, product_id, data)

    @products.patch("/<uuid:product_id>")
    @products.arguments(ProductSchema(partial=True))
    @products.response(200, ProductSchema)
    @products.problems(400, 404, 422)
    def patch(data: dict[str, Any], product_id: UUID) -> Product:
        """Modify a product."""
        return modify_product(database.session, product_id, data)

    @products.delete("/<uuid:product_id>")
    @products.problems(404)
    def delete(product_id: UUID) -> tuple[str, int]:
        """Remove a product."""
        remove_product(database.session, product_id)
        return "", 204


def _change(session: Session, product_id: UUID, values: Mapping[str, Any]) -> None:
    done = not values
    while not done:
        done = _tried(session, product_id, values)


def _tried(session: Session, product_id: UUID, values: Mapping[str, Any]) -> bool:
    """Write unless somebody else has written meanwhile."""
    with transaction(session):
        seen = session.execute(
            select(VERSION).select_from(Product).where(Product.id == product_id, Product.is_active)
        ).scalar()
        if seen is None:
            raise ProductNotFound(product_id)
        wanted = values.get("category_id")
        if wanted is not None and session.get(Category, wanted) is None:
            raise UnknownCategory(wanted)
        written = session.execute(
            update(Product)
            .where(Product.id == product_id, text("products.xmin::text = :seen"))
            .values(dict(values)),
            {"seen": seen},
            execution_options={"synchronize_session": False},
        )
    return bool(written.rowcount)
