"""Objects of the ORM: attributes are set and flushed; counts come from a grouped outer join."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from backend.api import Blueprint
from backend.catalog.category_schemas import (
    CategoryListSchema,
    CategoryQuerySchema,
    CategorySchema,
)
from backend.catalog.errors import UnknownCategory
from backend.catalog.models import Category, Product
from backend.problems import problem


def require_category(session, category_id):
    lock = {"read": True, "key_share": True}
    if session.get(Category, category_id, with_for_update=lock) is None:
        raise UnknownCategory(category_id)


@dataclass
class Shown:
    """A category with its count."""

    category: Category
    product_count: int

    def __getattr__(self, name: str) -> Any:
        return getattr(self.category, name)


def counted():
    on = (Product.category_id == Category.id) & Product.is_active
    return (
        select(Category, func.count(Product.id))
        .select_from(Category)
        .outerjoin(Product, on)
        .group_by(Category.id)
    )


class Taken(Exception):
    """The name is given to another category."""


def store(session, category):
    session.add(category)
    try:
        session.commit()
    except IntegrityError as error:
        session.rollback()
        if error.orig.pgcode == "23505":
            raise Taken from None
        raise
    return find(session, category.id)


def find(session, category_id):
    row = session.execute(counted().where(Category.id == category_id)).one_or_none()
    if row is None:
        raise UnknownCategory(category_id)
    return Shown(*row)


def create_categories_blueprint(database):
    categories = Blueprint("categories", __name__, url_prefix="/api/v1/categories")

    @categories.route("", methods=["GET"])
    @categories.arguments(CategoryQuerySchema, location="query")
    @categories.response(200, CategoryListSchema)
    def index(query):
        rows = counted().order_by(Category.name)
        if query["after"] is not None:
            rows = rows.where(Category.name > query["after"])
        found = database.session.execute(rows.limit(query["limit"]))
        return {"categories": [Shown(*row) for row in found]}

    @categories.route("", methods=["POST"])
    @categories.arguments(CategorySchema)
    @categories.response(201, CategorySchema)
    def add(data):
        shown = store(database.session, Category(**data))
        return shown, {"Location": f"/api/v1/categories/{shown.id}"}

    @categories.route("/<uuid:key>", methods=["GET"])
    @categories.response(200, CategorySchema)
    def one(key):
        return find(database.session, key)

    @categories.route("/<uuid:key>", methods=["PUT"])
    @categories.arguments(CategorySchema)
    @categories.response(200, CategorySchema)
    def put(data, key):
        category = database.session.get(Category, key, with_for_update=True)
        if category is None:
            raise UnknownCategory(key)
        category.name, category.description = data["name"], data["description"]
        return store(database.session, category)

    @categories.route("/<uuid:key>", methods=["DELETE"])
    def delete(key):
        session = database.session
        category = session.get(Category, key)
        if category is None:
            raise UnknownCategory(key)
        session.delete(category)
        try:
            session.commit()
        except IntegrityError:
            session.rollback()
            return problem(409, "This category has products.")
        return Response(status=204)

    @categories.errorhandler(Taken)
    def taken(_):
        return problem(409, "The name is taken.", errors={"name": ["Taken."]})

    @categories.errorhandler(UnknownCategory)
    def unknown(_):
        return problem(404, "No such category.")

    return categories
