"""The products resource over HTTP: nothing but translation between requests and the catalog."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, url_for

from backend.api import Blueprint
from backend.catalog.creation import create_product
from backend.catalog.errors import ProductNotFound, UnknownCategory
from backend.catalog.item import get_product, modify_product, remove_product, replace_product
from backend.catalog.listing import list_products
from backend.catalog.models import Product
from backend.catalog.page_schema import ProductPageSchema
from backend.catalog.pages import ListingQuery, ProductPage
from backend.catalog.schemas import ListingQuerySchema, ProductSchema
from backend.database import Database
from backend.problems import InvalidInput, problem

LOCATION = {"Location": {"schema": {"type": "string", "format": "uri-reference"}}}


def create_products_blueprint(database: Database) -> Blueprint:
    """/api/v1/products and /api/v1/products/<id>."""
    blueprint = Blueprint(
        "products", __name__, url_prefix="/api/v1/products", description="Products for sale"
    )

    @blueprint.get("")
    @blueprint.arguments(ListingQuerySchema, location="query")
    @blueprint.response(200, ProductPageSchema)
    @blueprint.problems(422)
    def list_page(query: ListingQuery) -> ProductPage:
        """List products, one page at a time."""
        return list_products(database.session, query)

    @blueprint.post("")
    @blueprint.arguments(ProductSchema)
    @blueprint.response(201, ProductSchema, headers=LOCATION)
    @blueprint.problems(400, 409, 413, 415, 422)
    def create(data: dict[str, Any]) -> tuple[Product, dict[str, str]]:
        """Create a product."""
        product = create_product(database.session, data)
        return product, {"Location": url_for("products.show", product_id=product.id)}

    @blueprint.get("/<uuid:product_id>")
    @blueprint.response(200, ProductSchema)
    @blueprint.problems(404)
    def show(product_id: UUID) -> Product:
        """Show a product."""
        return get_product(database.session, product_id)

    @blueprint.put("/<uuid:product_id>")
    @blueprint.arguments(ProductSchema)
    @blueprint.response(200, ProductSchema)
    @blueprint.problems(400, 404, 409, 413, 415, 422)
    def replace(data: dict[str, Any], product_id: UUID) -> Product:
        """Replace a product: a field that is left out goes back to its default."""
        return replace_product(database.session, product_id, data)

    @blueprint.patch("/<uuid:product_id>")
    @blueprint.arguments(ProductSchema(partial=True))
    @blueprint.response(200, ProductSchema)
    @blueprint.problems(400, 404, 409, 413, 415, 422)
    def modify(changes: dict[str, Any], product_id: UUID) -> Product:
        """Modify a product: a field that is left out stays as it is."""
        return modify_product(database.session, product_id, changes)

    @blueprint.delete("/<uuid:product_id>")
    @blueprint.response(204)
    @blueprint.problems(404)
    def remove(product_id: UUID) -> None:
        """Remove a product."""
        remove_product(database.session, product_id)

    @blueprint.errorhandler(ProductNotFound)
    def not_found(_error: ProductNotFound) -> Response:
        return problem(404, "There is no product with this id.")

    @blueprint.errorhandler(UnknownCategory)
    def unknown_category(_error: UnknownCategory) -> Response:
        errors = {"category_id": ["There is no category with this id."]}
        return problem(422, InvalidInput.description, errors=errors)

    return blueprint
