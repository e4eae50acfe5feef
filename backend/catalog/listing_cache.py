"""Answers of the listing, kept in Redis for a while."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from flask import Flask, Response, current_app, request
from redis import Redis, RedisError, ResponseError

from backend.cache.shelf import Shelf
from backend.cache.single_flight import SingleFlight
from backend.catalog.schemas import ListingQuerySchema
from backend.parsing import StrictParser

_HEADER = "X-Cache"
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
    view: Callable[[], Any] = app.view_functions[endpoint]

    def cached() -> Response:
        query = _parser.parse(ListingQuerySchema(), request, location="query")
        try:
            label = shelf.label()
            key = label + _digest(query)
            found = _read(redis, key)
        except RedisError as error:
            # Asked once: every further question would cost the caller another timeout.
            current_app.logger.warning("the cache does not answer: %s", error)
            return _marked(app.make_response(view()), "BYPASS")
        if found is not None:
            return _hit(found)

        def make() -> Response:
            response = app.make_response(view())
            if response.status_code == 200:
                _keep(shelf, label, key, response.get_data(as_text=True), _lifetime(seconds))
            return _marked(response, "MISS")

        def look() -> Response | None:
            text = _read(redis, key)
            return None if text is None else _hit(text)

        return flight.run(key, look, make)

    app.view_functions[endpoint] = cached


def _digest(query: Mapping[str, Any]) -> str:
    """One name for all spellings of a query, and of no other: 64 hexadecimal digits.

    query: what ListingQuerySchema loads, so that defaults and order do not matter any more.
    """
    plain = {
        name: str(value.normalize()) if isinstance(value, Decimal) else value
        for name, value in query.items()
    }
    # JSON quotes what stands in a value, so no value can pass for two.
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def _lifetime(seconds: int) -> int:
    """From 80 to 100 % of `seconds`, so that what was stored together does not expire together."""
    return random.randint(max(1, seconds * 4 // 5), seconds)  # noqa: S311 - no secret


def _read(redis: Redis, key: str) -> str | None:
    """The copy under a key, None for none or for what this cache cannot have written."""
    try:
        value: Any = redis.get(key)
        text = None if value is None else value.decode()
        page = None if text is None else json.loads(text)
    except (ResponseError, ValueError, RecursionError):  # another type, no text, no JSON
        return None
    return text if isinstance(page, dict) and {"products", "pagination"} <= page.keys() else None


def _keep(shelf: Shelf, label: str, key: str, text: str, seconds: int) -> None:
    try:
        shelf.put(label, key, text, seconds)
    except RedisError as error:
        current_app.logger.warning("a copy could not be kept: %s", error)


def _hit(text: str) -> Response:
    return _marked(Response(text, content_type="application/json"), "HIT")


def _marked(response: Response, mark: str) -> Response:
    response.headers[_HEADER] = mark
    return response
