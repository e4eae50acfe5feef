"""How a product comes to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from backend.api import Blueprint
from backend.catalog.models import Product
from backend.database import Database


def create_product(session: Session, data: Mapping[str, Any]) -> Product:
    """Store a new product and commit. `data` is what ProductSchema loads.

    Raises UnknownCategory, and leaves nothing behind when it raises anything.
    """
    # TODO: the category, the row, the commit
    return Product(**data)


def add_creation(products: Blueprint, database: Database) -> None:
    """Add POST to the products resource."""
    # TODO: the door
