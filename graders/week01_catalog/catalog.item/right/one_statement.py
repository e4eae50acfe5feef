"""Each change is one UPDATE that finds the active row by itself: no look before it, no lock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.api import Blueprint
from backend.catalog.categories import require_category
from backend.catalog.errors import ProductNotFound
from backend.catalog.models import Product
from backend.catalog.schemas import ProductSchema
from backend.database import Database, transaction


def get_product(session: Session, product_id: UUID) -> Product:
    """The active product of this id. Raises ProductNotFound."""
    product = session.scalar(select(Product).filter_by(id=product_id, is_active=True))
    if product is None:
        raise ProductNotFound(product_id)
    return product


def replace_product(session: Session, product_id: UUID, data: Mapping[str, Any]) -> Product:
    """Give a product all its fields anew (PUT) and commit."""
    return modify_product(session, product_id, data)


def modify_product(session: Session, product_id: UUID, changes: Mapping[str, Any]) -> Product:
    """Change the fields that are given (PATCH) and commit."""
    if not changes:
        return get_product(session, product_id)
    with transaction(session):
        return _write(session, product_id, changes)


def remove_product(session: Session, product_id: UUID) -> None:
    """Delete a product softly. Commits."""
    with transaction(session):
        _write(session, product_id, {"is_active": False})


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
    @products.problems(400, 401, 403, 404, 409, 413, 415, 422)
    def replace(data: dict[str, Any], product_id: UUID) -> Product:
        """Replace a product."""
        return replace_product(database.session, product_id, data)

    @products.patch("/<uuid:product_id>")
    @products.arguments(ProductSchema(partial=True))
    @products.response(200, ProductSchema)
    @products.problems(400, 401, 403, 404, 409, 413, 415, 422)
    def modify(changes: dict[str, Any], product_id: UUID) -> Product:
        """Modify a product."""
        return modify_product(database.session, product_id, changes)

    @products.delete("/<uuid:product_id>")
    @products.response(204)
    @products.problems(401, 403, 404)
    def remove(product_id: UUID) -> None:
        """Remove a product."""
        remove_product(database.session, product_id)


def _write(session: Session, product_id: UUID, values: Mapping[str, Any]) -> Product:
    if "category_id" in values:
        require_category(session, values["category_id"])
    change = (
        update(Product)
        .where(Product.id == product_id, Product.is_active)
        .values(dict(values))
        .returning(Product)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    product = session.scalars(change).one_or_none()
    if product is None:
        raise ProductNotFound(product_id)
    return product
