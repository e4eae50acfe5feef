"""Categories: the resource, and what products need to know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from backend.api import Blueprint
from backend.catalog.category_schemas import CategoryListSchema, CategoryQuerySchema
from backend.catalog.errors import UnknownCategory
from backend.catalog.models import Category
from backend.database import Database


def require_category(session: Session, category_id: UUID) -> None:
    """Make sure that the category exists until the transaction ends. Raises UnknownCategory."""
    # FOR KEY SHARE, the lock that the foreign key takes anyway: nobody deletes the category
    # between this look and the insert, and other readers and writers are not held up.
    lock = {"read": True, "key_share": True}
    if session.get(Category, category_id, with_for_update=lock) is None:
        raise UnknownCategory(category_id)


def list_categories(session: Session, after: str | None, limit: int) -> Sequence[Row[Any]]:
    """The first `limit` categories in order of name, of those that come after the name `after`."""
    # TODO: one statement, with the number of products in it
    return []


def get_category(session: Session, category_id: UUID) -> Row[Any]:
    """The category of this id. Raises UnknownCategory."""
    # TODO
    raise UnknownCategory(category_id)


def create_category(session: Session, data: Mapping[str, Any]) -> Row[Any]:
    """Store a new category and commit. `data` is what CategorySchema loads. Raises NameTaken."""
    # TODO
    raise NotImplementedError


def replace_category(session: Session, category_id: UUID, data: Mapping[str, Any]) -> Row[Any]:
    """Give a category all its fields anew (PUT) and commit. `data` is what CategorySchema loads.

    Raises UnknownCategory or NameTaken; then nothing has changed.
    """
    # TODO
    raise NotImplementedError


def remove_category(session: Session, category_id: UUID) -> None:
    """Delete a category that has no products, and commit.

    Raises UnknownCategory, or CategoryInUse when products refer to it, deleted ones included.
    """
    # TODO
    raise NotImplementedError


def create_categories_blueprint(database: Database) -> Blueprint:
    """/api/v1/categories and what lies below it."""
    categories = Blueprint(
        "categories", __name__, url_prefix="/api/v1/categories", description="Groups of products"
    )

    @categories.get("")
    @categories.arguments(CategoryQuerySchema, location="query")
    @categories.response(200, CategoryListSchema)
    @categories.problems(422)
    def list_all(query: dict[str, Any]) -> dict[str, Any]:
        """List categories in order of name."""
        return {"categories": list_categories(database.session, **query)}

    # TODO: the other doors, and a handler for each error that the functions raise

    return categories
