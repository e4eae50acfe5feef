"""The products resource: what can be done with it, and what goes wrong when it cannot."""

from __future__ import annotations

from flask import Response

from backend.api import Blueprint
from backend.catalog.conditional import add_conditions
from backend.catalog.creation import add_creation
from backend.catalog.errors import ProductNotFound, UnknownCategory
from backend.catalog.item import add_item
from backend.catalog.listing import add_listing
from backend.catalog.search import add_search
from backend.database import Database
from backend.problems import InvalidInput, problem


def create_products_blueprint(database: Database) -> Blueprint:
    """/api/v1/products and what lies below it."""
    products = Blueprint(
        "products", __name__, url_prefix="/api/v1/products", description="Products for sale"
    )
    add_listing(products, database)
    add_search(products, database)
    add_creation(products, database)
    add_item(products, database)
    add_conditions(products, database)

    @products.errorhandler(ProductNotFound)
    def not_found(_error: ProductNotFound) -> Response:
        return problem(404, "There is no product with this id.")

    @products.errorhandler(UnknownCategory)
    def unknown_category(_error: UnknownCategory) -> Response:
        errors = {"category_id": ["There is no category with this id."]}
        return problem(422, InvalidInput.description, errors=errors)

    return products
