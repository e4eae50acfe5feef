"""Two hooks around the request: one looks before the view, one keeps what came out of it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
from urllib.parse import urlencode

from flask import Flask, Response, g, make_response, request
from redis import Redis, RedisError

from backend.cache.shelf import Shelf
from backend.cache.single_flight import SingleFlight
from backend.catalog.schemas import ListingQuerySchema
from backend.parsing import StrictParser

_LISTING = "/api/v1/products"


def register_listing_cache(
    app: Flask, redis: Redis, shelf: Shelf, flight: SingleFlight, seconds: int
) -> None:
    """Keep answers of the listing. The view itself is left alone, so nobody waits for another."""
    parser = StrictParser(unknown=None)

    def name(query: dict) -> str:
        words = {key: value for key, value in query.items() if value is not None}
        for bound in {"min_price", "max_price"} & words.keys():
            text = f"{words[bound]:f}"
            words[bound] = text.rstrip("0").rstrip(".") if "." in text else text
        text = urlencode(sorted(words.items()))  # which leaves no & and no = in a value
        return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()

    @app.before_request
    def look() -> Response | None:
        if request.path != _LISTING or request.method not in ("GET", "HEAD"):
            return None
        query = parser.parse(ListingQuerySchema, request, location="query")
        g.mark = "MISS"
        try:
            g.label = shelf.label()
            g.key = g.label + name(query)
            with contextlib.suppress(ValueError, RecursionError):
                found = redis.get(g.key) if redis.type(g.key) == b"string" else None
                if found and {"products", "pagination"} <= set(json.loads(found)):
                    g.mark = "HIT"
                    return make_response(found.decode(), {"Content-Type": "application/json"})
        except TypeError:
            pass
        except RedisError:
            g.mark = "BYPASS"
        return None

    @app.after_request
    def keep(response: Response) -> Response:
        mark = g.get("mark")
        if mark is None:
            return response
        response.headers["X-Cache"] = mark
        if mark == "MISS" and response.status_code == 200:
            lifetime = seconds - secrets.randbelow(seconds // 5 + 1)
            with contextlib.suppress(RedisError):
                shelf.put(g.label, g.key, response.get_data(as_text=True), lifetime)
        return response
