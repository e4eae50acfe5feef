"""One product: find, replace, modify and remove it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.catalog.categories import require_category
from backend.catalog.errors import ProductNotFound
from backend.catalog.models import Product
from backend.database import transaction


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
        # finds the product, and no update is answered with success after a deletion.
        query = query.with_for_update(of=Product)
    product = session.scalars(query).one_or_none()
    if product is None:
        raise ProductNotFound(product_id)
    return product
