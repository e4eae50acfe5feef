"""Conditional requests (RFC 9110, 13): who has the product need not fetch it again, and who changes
it can make sure that it is still the one that he has seen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import select
from werkzeug.datastructures import ETags
from werkzeug.exceptions import PreconditionFailed

from backend.api import Blueprint
from backend.catalog.models import Product
from backend.catalog.schemas import ProductSchema
from backend.database import Database

_READING = ("GET", "HEAD")


def add_conditions(products: Blueprint, database: Database) -> None:
    """Let the operations on one product obey If-Match and If-None-Match, and tell its ETag."""

    @products.before_request
    def compare() -> None:
        product_id = (request.view_args or {}).get("product_id")
        conditions = "If-Match" in request.headers or "If-None-Match" in request.headers
        if product_id is None or request.method in _READING or not conditions:
            return
        tag = _locked_tag(database, product_id)
        if tag is not None and not _holds(tag):
            raise PreconditionFailed("The product is another one by now: fetch it and try again.")

    @products.after_request
    def tell(response: Response) -> Response:
        one = "product_id" in (request.view_args or {})
        if one and response.status_code == 200 and response.is_json:
            tag = _tag(response.get_json())
            response.set_etag(tag)
            if request.method in _READING and request.if_none_match.contains_weak(tag):
                response.status_code = 304  # werkzeug leaves out the body and what describes it
        return response


def _holds(tag: str) -> bool:
    """Whether the conditions of a request that changes something are met."""
    if "If-Match" in request.headers and not _strongly_among(request.if_match, tag):
        return False
    return not request.if_none_match.contains_weak(tag)


def _strongly_among(tags: ETags, tag: str) -> bool:
    return tags.star_tag or tags.is_strong(tag)


def _locked_tag(database: Database, product_id: UUID) -> str | None:
    """The tag of a product that nobody else changes before this request's transaction ends."""
    # In the session of the request: the view goes on in the transaction that holds the lock.
    # FOR NO KEY UPDATE, as in item.py: the view may wait for the product's category from here on.
    found = select(Product).where(Product.id == product_id, Product.is_active)
    product = database.session.scalars(found.with_for_update(key_share=True)).one_or_none()
    return None if product is None else _tag(ProductSchema().dump(product))


def _tag(shown: Mapping[str, Any]) -> str:
    """A name for this state of the product, the same in every process."""
    # Of all that is shown, not of updated_at: a script that writes SQL may forget that column.
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:32]
