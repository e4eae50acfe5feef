"""An envelope around the page, a readable key, and Redis' own commands instead of the shelf's."""

from __future__ import annotations

import hashlib
import secrets
from functools import wraps
from typing import Any

from flask import Flask, Response, jsonify, request
from flask import json as flask_json
from redis import Redis, exceptions

from backend.cache.shelf import Shelf
from backend.cache.single_flight import SingleFlight
from backend.catalog.schemas import ListingQuerySchema
from backend.parsing import StrictParser

VERSION = 3


def _name(query: dict[str, Any]) -> str:
    parts = []
    for field, value in sorted(query.items()):
        if field.endswith("_price") and value is not None:
            value = value.normalize()
        text = "" if value is None else f"={value}"
        # With its length before it, a value ends where it says.
        parts.append(f"{len(text)}:{text}")
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def register_listing_cache(
    app: Flask, redis: Redis, shelf: Shelf, flight: SingleFlight, seconds: int
) -> None:
    """Wrap the view of the listing."""
    parser = StrictParser(unknown=None)

    def open_envelope(raw: bytes | None) -> dict | None:
        try:
            envelope = flask_json.loads(raw.decode())
            return envelope["page"] if envelope["version"] == VERSION else None
        except Exception:  # noqa: BLE001 - whatever lies there, it is not ours
            return None

    def cached(view):
        @wraps(view)
        def wrapper() -> Response:
            query = parser.parse(ListingQuerySchema(), request, location="query")
            mark = "MISS"
            try:
                key = shelf.label() + _name(query)
                page = open_envelope(redis.get(key))
            except exceptions.ResponseError:
                page = None
            except exceptions.RedisError:
                page, mark = None, "BYPASS"
            if page is not None:
                response = jsonify(page)
                response.headers["X-Cache"] = "HIT"
                return response
            response = app.make_response(view())
            response.headers["X-Cache"] = mark
            if mark == "MISS" and response.is_json and response.status_code == 200:
                text = flask_json.dumps({"version": VERSION, "page": response.get_json()})
                milliseconds = seconds * 1000 - secrets.randbelow(seconds * 200)
                try:
                    redis.set(key, text, px=milliseconds)
                except exceptions.RedisError:
                    app.logger.warning("not kept")
            return response

        return wrapper

    for rule in app.url_map.iter_rules():
        if rule.rule == "/api/v1/products" and "GET" in rule.methods:
            app.view_functions[rule.endpoint] = cached(app.view_functions[rule.endpoint])
