"""The view of the listing wrapped, under keys that hold a digest as bytes, which are no text."""

from __future__ import annotations

import hashlib
import json
import secrets
from decimal import Decimal

from flask import Flask, Response, request
from redis import Redis, RedisError

from backend.cache.shelf import Shelf
from backend.cache.single_flight import SingleFlight
from backend.catalog.schemas import ListingQuerySchema
from backend.parsing import StrictParser

PATH = "/api/v1/products"
parser = StrictParser(unknown=None)


def canonical(query):
    def plain(value):
        return format(value.normalize(), "f") if isinstance(value, Decimal) else value

    pairs = {name: plain(value) for name, value in query.items()}
    return json.dumps(pairs, sort_keys=True, default=str)


def register_listing_cache(
    app: Flask, redis: Redis, shelf: Shelf, flight: SingleFlight, seconds: int
) -> None:
    rules = app.url_map.iter_rules()
    endpoint = next(one.endpoint for one in rules if one.rule == PATH and "GET" in one.methods)
    view = app.view_functions[endpoint]

    def cached() -> Response:
        query = parser.parse(ListingQuerySchema(), request, location="query")
        try:
            key = shelf.label().encode() + hashlib.sha256(canonical(query).encode()).digest()
            found = look(key)
        except RedisError:
            return mark(app.make_response(view()), "BYPASS")
        if found is not None:
            return mark(found, "HIT")
        response = app.make_response(view())
        if response.status_code == 200:
            text = json.dumps({"type": response.content_type, "page": response.get_json()})
            try:
                redis.set(key, text, ex=seconds - secrets.randbelow(seconds // 5 + 1))
            except RedisError:
                return mark(response, "BYPASS")
        return mark(response, "MISS")

    def look(key):
        try:
            kept = json.loads(redis.get(key) or b"null")
            return Response(json.dumps(kept["page"]), content_type=kept["type"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        except RedisError as error:
            if "WRONGTYPE" in str(error):
                return None
            raise

    def mark(response, how):
        if response.status_code == 200:
            response.headers["X-Cache"] = how
        return response

    app.view_functions[endpoint] = cached
