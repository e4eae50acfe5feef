"""One statement of SQL inserts the row from its category, if there is one. The body by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, request
from marshmallow import ValidationError
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.exceptions import UnsupportedMediaType

from backend.api import Blueprint
from backend.catalog.errors import UnknownCategory
from backend.catalog.models import Product
from backend.catalog.schemas import ProductSchema
from backend.database import Database
from backend.parsing import parse_json
from backend.problems import InvalidInput

INSERT = text(
    """
    INSERT INTO products (name, description, price, category_id, stock_quantity, attributes)
    SELECT :name, :description, :price, id, :stock_quantity, CAST(:attributes AS jsonb)
    FROM categories WHERE id = :category_id FOR KEY SHARE
    RETURNING *
    """
)


def create_product(session: Session, data: Mapping[str, Any]) -> Product:
    """Store a new product and commit."""
    row = session.execute(INSERT, {**data, "attributes": json.dumps(data["attributes"])}).first()
    if row is None:
        session.rollback()
        raise UnknownCategory(data["category_id"])
    session.commit()
    return Product(**row._mapping)


def add_creation(products: Blueprint, database: Database) -> None:
    """Add POST to the products resource."""

    @products.post("")
    @products.doc(
        requestBody={"content": {"application/json": {"schema": ProductSchema}}},
        responses={
            201: {
                "description": "Created",
                "content": {"application/json": {"schema": ProductSchema}},
            }
        },
    )
    @products.problems(400, 401, 403, 409, 413, 415, 422)
    def create() -> Response:
        """Create a product."""
        if request.mimetype != "application/json":
            raise UnsupportedMediaType
        try:
            data = ProductSchema().load(parse_json(request.get_data()))
        except ValidationError as error:
            raise InvalidInput(error.normalized_messages()) from None
        shown = ProductSchema().dump(create_product(database.session, data))
        answer = Response(json.dumps(shown), 201, content_type="application/json")
        answer.headers["Location"] = f"products/{shown['id']}"
        return answer
