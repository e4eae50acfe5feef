"""The tag is werkzeug's own, of the bytes that are sent; the writers' state is rendered anew."""

from __future__ import annotations

from flask import Response, current_app, request
from werkzeug.exceptions import PreconditionFailed

from backend.api import Blueprint
from backend.catalog.errors import ProductNotFound
from backend.catalog.models import Product
from backend.catalog.schemas import ProductSchema
from backend.database import Database


def add_conditions(products: Blueprint, database: Database) -> None:
    @products.before_request
    def compare() -> None:
        if request.method not in ("PUT", "PATCH", "DELETE") or "If-Match" not in request.headers:
            return
        product = database.session.get(
            Product,
            request.view_args["product_id"],
            with_for_update={"key_share": True},
            populate_existing=True,
        )
        if product is None or not product.is_active:
            raise ProductNotFound(request.view_args["product_id"])
        shown = current_app.json.response(ProductSchema().dump(product))
        shown.add_etag()
        if request.if_match.star_tag:
            return
        if not request.if_match.is_strong(shown.get_etag()[0]):
            raise PreconditionFailed()

    @products.after_request
    def tell(response: Response) -> Response:
        one = request.endpoint in ("products.show", "products.replace", "products.modify")
        if one and response.status_code == 200 and request.method != "OPTIONS":
            response.add_etag()
            response.make_conditional(request)  # which it leaves alone unless somebody reads
        return response
