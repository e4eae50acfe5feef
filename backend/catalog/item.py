"""One product: find, replace, modify and remove it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.api import ETAG, IF_MATCH, IF_NONE_MATCH, Blueprint
from backend.catalog.categories import require_category
from backend.catalog.errors import ProductNotFound
from backend.catalog.models import Product
from backend.catalog.schemas import ProductSchema
from backend.database import Database, transaction


def get_product(session: Session, product_id: UUID) -> Product:
    """The active product of this id. Raises ProductNotFound."""
    return _find(session, product_id, lock=False)


def replace_product(session: Session, product_id: UUID, data: Mapping[str, Any]) -> Product:
    """Give a product all its fields anew (PUT) and commit. `data` is what ProductSchema loads.

    Raises ProductNotFound or UnknownCategory; then nothing has changed.
    """
    return _update(session, product_id, data)


def modify_product(session: Session, product_id: UUID, changes: Mapping[str, Any]) -> Product:
    """Change the fields that are given (PATCH), leave the others as they are, and commit.

    Raises ProductNotFound or UnknownCategory; then nothing has changed.
    """
    return _update(session, product_id, changes)


def remove_product(session: Session, product_id: UUID) -> None:
    """Delete a product softly: the row stays, and nothing finds it any more. Commits.

    Raises ProductNotFound, also for a product that is deleted already.
    """
    with transaction(session):
        _find(session, product_id, lock=True).is_active = False


def add_item(products: Blueprint, database: Database) -> None:
    """Add GET, PUT, PATCH and DELETE of one product to the products resource."""

    @products.get("/<uuid:product_id>")
    @products.doc(parameters=[IF_NONE_MATCH])
    @products.response(200, ProductSchema, headers=ETAG)
    @products.alt_response(304, description="Not Modified", headers=ETAG)
    @products.problems(404)
    def show(product_id: UUID) -> Product:
        """Show a product."""
        return get_product(database.session, product_id)

    @products.put("/<uuid:product_id>")
    @products.arguments(ProductSchema)
    @products.doc(parameters=[IF_MATCH])
    @products.response(200, ProductSchema, headers=ETAG)
    @products.problems(400, 401, 403, 404, 409, 412, 413, 415, 422)
    def replace(data: dict[str, Any], product_id: UUID) -> Product:
        """Replace a product: a field that is left out goes back to its default."""
        return replace_product(database.session, product_id, data)

    @products.patch("/<uuid:product_id>")
    @products.arguments(ProductSchema(partial=True))
    @products.doc(parameters=[IF_MATCH])
    @products.response(200, ProductSchema, headers=ETAG)
    @products.problems(400, 401, 403, 404, 409, 412, 413, 415, 422)
    def modify(changes: dict[str, Any], product_id: UUID) -> Product:
        """Modify a product: a field that is left out stays as it is."""
        return modify_product(database.session, product_id, changes)

    @products.delete("/<uuid:product_id>")
    @products.doc(parameters=[IF_MATCH])
    @products.response(204)
    @products.problems(401, 403, 404, 412)
    def remove(product_id: UUID) -> None:
        """Remove a product."""
        remove_product(database.session, product_id)


def _update(session: Session, product_id: UUID, values: Mapping[str, Any]) -> Product:
    with transaction(session):
        product = _find(session, product_id, lock=True)
        if "category_id" in values:
            require_category(session, values["category_id"])
        for field, value in values.items():
            setattr(product, field, value)
    return product


def _find(session: Session, product_id: UUID, *, lock: bool) -> Product:
    query = select(Product).where(Product.id == product_id, Product.is_active)
    if lock:
        # A writer waits for the writer before it and then looks again: of two deletions one
        # finds the product, and no update is answered with success after a deletion. The lock is
        # FOR NO KEY UPDATE: a deletion of the category, which an update is about to look for, asks
        # the foreign key for this row, and with FOR UPDATE each would wait for the other.
        query = query.with_for_update(of=Product, key_share=True)
    product = session.scalars(query).one_or_none()
    if product is None:
        raise ProductNotFound(product_id)
    return product
