"""Answers of the listing, kept in Redis for a while."""

from __future__ import annotations

from flask import Flask, Response, request
from redis import Redis

from backend.cache.shelf import Shelf
from backend.cache.single_flight import SingleFlight
from backend.catalog.schemas import ListingQuerySchema
from backend.parsing import StrictParser

_LISTING = "/api/v1/products"

_parser = StrictParser(unknown=None)


def register_listing_cache(
    app: Flask, redis: Redis, shelf: Shelf, flight: SingleFlight, seconds: int
) -> None:
    """Answer the listing of `app` from Redis for `seconds` at most, and say so in X-Cache."""
    endpoint = next(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule == _LISTING and "GET" in (rule.methods or ())
    )
    view = app.view_functions[endpoint]

    def cached() -> Response:
        query = _parser.parse(ListingQuerySchema(), request, location="query")  # noqa: F841
        # TODO: a key for the query, a look into Redis, and only then the view
        return app.make_response(view())

    app.view_functions[endpoint] = cached
