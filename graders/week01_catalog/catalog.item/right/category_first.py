"""Locks in the order of a deletion of the category: the category first, then all of the product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.api import Blueprint
from backend.catalog.categories import require_category
from backend.catalog.errors import ProductNotFound
from backend.catalog.models import Product
from backend.catalog.schemas import ProductSchema
from backend.database import Database, transaction


def get_product(session: Session, product_id: UUID) -> Product:
    """The active product of this id. Raises ProductNotFound."""
    return _one(session.scalar(_active(product_id)), product_id)


def replace_product(session: Session, product_id: UUID, data: Mapping[str, Any]) -> Product:
    """Give a product all its fields anew (PUT) and commit."""
    return modify_product(session, product_id, data)


def modify_product(session: Session, product_id: UUID, changes: Mapping[str, Any]) -> Product:
    """Change the fields that are given (PATCH) and commit."""
    with transaction(session):
        if "category_id" in changes:
            require_category(session, changes["category_id"])
        product = _one(session.scalar(_active(product_id).with_for_update()), product_id)
        for name, value in changes.items():
            setattr(product, name, value)
        if session.is_modified(product):
            product.updated_at = func.clock_timestamp()
    return product


def remove_product(session: Session, product_id: UUID) -> None:
    """Delete a product softly. Commits."""
    with transaction(session):
        product = _one(session.scalar(_active(product_id).with_for_update()), product_id)
        product.is_active = False


def add_item(products: Blueprint, database: Database) -> None:
    """Add GET, PUT, PATCH and DELETE of one product to the products resource."""

    @products.get("/<uuid:product_id>")
    @products.response(200, ProductSchema)
    @products.problems(404)
    def show(product_id: UUID) -> Product:
        return get_product(database.session, product_id)

    @products.put("/<uuid:product_id>")
    @products.arguments(ProductSchema)
    @products.response(200, ProductSchema)
    @products.problems(404, 422)
    def replace(data: dict[str, Any], product_id: UUID) -> Product:
        return replace_product(database.session, product_id, data)

    @products.patch("/<uuid:product_id>")
    @products.arguments(ProductSchema(partial=True))
    @products.response(200, ProductSchema)
    @products.problems(404, 422)
    def modify(changes: dict[str, Any], product_id: UUID) -> Product:
        return modify_product(database.session, product_id, changes)

    @products.delete("/<uuid:product_id>")
    @products.response(204)
    @products.problems(404)
    def remove(product_id: UUID) -> None:
        remove_product(database.session, product_id)


def _active(product_id: UUID) -> Any:
    return select(Product).where(Product.id == product_id, Product.is_active)


def _one(product: Product | None, product_id: UUID) -> Product:
    if product is None:
        raise ProductNotFound(product_id)
    return product
