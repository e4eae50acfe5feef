"""Conditional requests (RFC 9110, 13): who has the product need not fetch it again, and who changes
it can make sure that it is still the one that he has seen.
"""

from __future__ import annotations

from flask import Response

from backend.api import Blueprint
from backend.database import Database


def add_conditions(products: Blueprint, database: Database) -> None:
    """Let the operations on one product obey If-Match and If-None-Match, and tell its ETag."""

    @products.before_request
    def compare() -> None:
        """Refuse a change whose If-Match does not name the product's state."""
        # TODO: what does the request change, and is it still what the client has seen?

    @products.after_request
    def tell(response: Response) -> Response:
        # TODO: name the state that is shown, and leave it out if the client has it.
        return response
