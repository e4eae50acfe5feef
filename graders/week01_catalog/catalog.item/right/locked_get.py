"""The row is fetched by its key and locked at once; views are one class; the key speaks last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView
from psycopg2 import errors
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.api import Blueprint
from backend.catalog.errors import ProductNotFound, UnknownCategory
from backend.catalog.models import Product
from backend.catalog.schemas import ProductSchema
from backend.database import Database


def get_product(session: Session, product_id: UUID, for_update: bool = False) -> Product:
    """The active product of this id. Raises ProductNotFound."""
    lock = {"key_share": True} if for_update else None
    product = session.get(Product, product_id, with_for_update=lock, populate_existing=True)
    if product is None or not product.is_active:
        session.rollback()
        raise ProductNotFound(product_id)
    return product


def replace_product(session: Session, product_id: UUID, data: Mapping[str, Any]) -> Product:
    """Give a product all its fields anew (PUT) and commit."""
    product = get_product(session, product_id, for_update=True)
    product.name = data["name"]
    product.description = data["description"]
    product.price = data["price"]
    product.category_id = data["category_id"]
    product.stock_quantity = data["stock_quantity"]
    product.attributes = data["attributes"]
    return _saved(session, product)


def modify_product(session: Session, product_id: UUID, changes: Mapping[str, Any]) -> Product:
    """Change the fields that are given (PATCH) and commit."""
    product = get_product(session, product_id, for_update=True)
    for name in changes:
        setattr(product, name, changes[name])
    return _saved(session, product)


def remove_product(session: Session, product_id: UUID) -> None:
    """Delete a product softly. Commits."""
    get_product(session, product_id, for_update=True).is_active = False
    session.commit()


def add_item(products: Blueprint, database: Database) -> None:
    """Add GET, PUT, PATCH and DELETE of one product to the products resource."""

    @products.route("/<uuid:product_id>", endpoint="show")
    class Item(MethodView):
        @products.response(200, ProductSchema)
        @products.problems(404)
        def get(self, product_id: UUID) -> Product:
            return get_product(database.session, product_id)

        @products.arguments(ProductSchema)
        @products.response(200, ProductSchema)
        @products.problems(404, 422)
        def put(self, data: dict[str, Any], product_id: UUID) -> Product:
            return replace_product(database.session, product_id, data)

        @products.arguments(ProductSchema(partial=True))
        @products.response(200, ProductSchema)
        @products.problems(404, 422)
        def patch(self, data: dict[str, Any], product_id: UUID) -> Product:
            return modify_product(database.session, product_id, data)

        @products.response(204)
        @products.problems(404)
        def delete(self, product_id: UUID) -> Response:
            remove_product(database.session, product_id)
            return Response(status=204)


def _saved(session: Session, product: Product) -> Product:
    key = product.category_id
    try:
        session.commit()
    except IntegrityError as error:
        session.rollback()
        if isinstance(error.orig, errors.ForeignKeyViolation):
            raise UnknownCategory(key) from None
        raise
    return product
