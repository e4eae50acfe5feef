"""Version 2 of the products, to be read only so far, and how version 1 tells of it."""

from __future__ import annotations

from datetime import datetime

from marshmallow import Schema

from backend.api import Blueprint
from backend.database import Database

LOW_STOCK = 5  # from so few on, a product is said to be running out
MOST_RELATED = 5


class RelatedProductSchema(Schema):
    """A product as it is named beside another one."""

    # TODO: its fields


class CategoryNameSchema(Schema):
    """A category as it is named in a product."""

    # TODO: its fields


class ProductV2Schema(Schema):
    """A product as version 2 shows it: nothing of it changes when version 1's schema does."""

    # TODO: its fields


class ProductPageV2Schema(Schema):
    """A page of the listing as version 2 shows it."""

    # TODO: its fields


def create_products_v2_blueprint(database: Database) -> Blueprint:
    """/api/v2/products and what lies below it."""
    # TODO: the listing, and one product
    return Blueprint(
        "products-v2", __name__, url_prefix="/api/v2/products", description="Products for sale"
    )


def announce_v2(products: Blueprint, deprecated_at: datetime, sunset_at: datetime) -> None:
    """Let the reads of version 1 say that version 2 follows (RFC 9745, RFC 8594, RFC 5829)."""
    # TODO: three headers
