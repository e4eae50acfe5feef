"""How a product comes to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from backend.catalog.categories import require_category
from backend.catalog.models import Product
from backend.database import transaction


def create_product(session: Session, data: Mapping[str, Any]) -> Product:
    """Store a new product and commit. `data` is what ProductSchema loads.

    Raises UnknownCategory, and leaves nothing behind when it raises anything.
    """
    product = Product(**data)
    with transaction(session):
        require_category(session, data["category_id"])
        session.add(product)
    return product
