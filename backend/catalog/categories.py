"""Categories: the resource, and what products need to know of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import Response, url_for
from psycopg2.errors import UniqueViolation
from sqlalchemy import Row, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.api import LOCATION, Blueprint
from backend.catalog.category_schemas import (
    CategoryListSchema,
    CategoryQuerySchema,
    CategorySchema,
)
from backend.catalog.errors import CategoryInUse, NameTaken, UnknownCategory
from backend.catalog.models import Category, Product
from backend.database import Database, transaction
from backend.problems import problem


def require_category(session: Session, category_id: UUID) -> None:
    """Make sure that the category exists until the transaction ends. Raises UnknownCategory."""
    # FOR KEY SHARE, the lock that the foreign key takes anyway: nobody deletes the category
    # between this look and the insert, and other readers and writers are not held up.
    lock = {"read": True, "key_share": True}
    if session.get(Category, category_id, with_for_update=lock) is None:
        raise UnknownCategory(category_id)


def list_categories(session: Session, after: str | None, limit: int) -> Sequence[Row[Any]]:
    """The first `limit` categories in order of name, of those that come after the name `after`."""
    query = _shown().order_by(Category.name).limit(limit)
    if after is not None:
        query = query.where(Category.name > after)
    return session.execute(query).all()


def get_category(session: Session, category_id: UUID) -> Row[Any]:
    """The category of this id. Raises UnknownCategory."""
    found = session.execute(_shown().where(Category.id == category_id)).one_or_none()
    if found is None:
        raise UnknownCategory(category_id)
    return found


def create_category(session: Session, data: Mapping[str, Any]) -> Row[Any]:
    """Store a new category and commit. `data` is what CategorySchema loads. Raises NameTaken."""
    with transaction(session), _unique_name(data["name"]):
        created = session.scalars(insert(Category).values(**data).returning(Category.id)).one()
        return get_category(session, created)


def replace_category(session: Session, category_id: UUID, data: Mapping[str, Any]) -> Row[Any]:
    """Give a category all its fields anew (PUT) and commit. `data` is what CategorySchema loads.

    Raises UnknownCategory or NameTaken; then nothing has changed.
    """
    with transaction(session), _unique_name(data["name"]):
        session.execute(update(Category).where(Category.id == category_id).values(**data))
        return get_category(session, category_id)


def remove_category(session: Session, category_id: UUID) -> None:
    """Delete a category that has no products, and commit.

    Raises UnknownCategory, or CategoryInUse when products refer to it, deleted ones included.
    """
    with transaction(session):
        try:
            removed = session.scalars(
                delete(Category).where(Category.id == category_id).returning(Category.id)
            ).one_or_none()
        except IntegrityError as error:
            raise CategoryInUse(category_id) from error
        if removed is None:
            raise UnknownCategory(category_id)


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

    @categories.post("")
    @categories.arguments(CategorySchema)
    @categories.response(201, CategorySchema, headers=LOCATION)
    @categories.problems(400, 401, 403, 409, 413, 415, 422)
    def create(data: dict[str, Any]) -> tuple[Row[Any], dict[str, str]]:
        """Create a category."""
        category = create_category(database.session, data)
        return category, {"Location": url_for("categories.show", category_id=category.id)}

    @categories.get("/<uuid:category_id>")
    @categories.response(200, CategorySchema)
    @categories.problems(404)
    def show(category_id: UUID) -> Row[Any]:
        """Show a category."""
        return get_category(database.session, category_id)

    @categories.put("/<uuid:category_id>")
    @categories.arguments(CategorySchema)
    @categories.response(200, CategorySchema)
    @categories.problems(400, 401, 403, 404, 409, 413, 415, 422)
    def replace(data: dict[str, Any], category_id: UUID) -> Row[Any]:
        """Replace a category: a description that is left out becomes empty."""
        return replace_category(database.session, category_id, data)

    @categories.delete("/<uuid:category_id>")
    @categories.response(204)
    @categories.problems(401, 403, 404, 409)
    def remove(category_id: UUID) -> None:
        """Remove a category that has no products."""
        remove_category(database.session, category_id)

    @categories.errorhandler(UnknownCategory)
    def not_found(_error: UnknownCategory) -> Response:
        return problem(404, "There is no category with this id.")

    @categories.errorhandler(NameTaken)
    def name_taken(_error: NameTaken) -> Response:
        errors = {"name": ["Another category has this name."]}
        return problem(409, "Choose another name.", errors=errors)

    @categories.errorhandler(CategoryInUse)
    def in_use(_error: CategoryInUse) -> Response:
        return problem(409, "Products belong to this category, or did before they were deleted.")

    return categories


def _shown() -> Select[Any]:
    """Categories as they are shown, each with the number of its products that are for sale."""
    products = select(func.count()).where(Product.category_id == Category.id, Product.is_active)
    return select(
        Category.id,
        Category.name,
        Category.description,
        products.scalar_subquery().label("product_count"),
        Category.created_at,
    )


@contextmanager
def _unique_name(name: str) -> Iterator[None]:
    """Raise NameTaken when what happens inside breaks the rule that names are unique.

    A look for the name beforehand would see nothing of a request that is storing it right now.
    """
    try:
        yield
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):
            raise NameTaken(name) from error
        raise
