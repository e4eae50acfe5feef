"""Headers are taken apart by hand, and rows are locked and read with written SQL."""

from __future__ import annotations

import json
import re
import zlib
from hashlib import blake2b

from flask import Response, request
from sqlalchemy import text

from backend.api import Blueprint
from backend.database import Database
from backend.problems import problem

TAG = re.compile(r'(W/)?"([^"]*)"')

FIELDS = ("id", "name", "description", "price", "category_id", "stock_quantity", "attributes")

ROW = text(
    "SELECT id::text, name, description, price::text, category_id::text, stock_quantity,"
    " attributes FROM products WHERE id = :id AND is_active FOR UPDATE"
)


def name_of(fields: dict) -> str:
    known = json.dumps({key: fields[key] for key in FIELDS}, sort_keys=True).encode()
    return f"{blake2b(known, digest_size=12).hexdigest()}-{zlib.crc32(known):x}"


def listed(header: str, weak: bool) -> set[str]:
    return {tag for prefix, tag in TAG.findall(header) if weak or not prefix}


def add_conditions(products: Blueprint, database: Database) -> None:
    def compare() -> Response | None:
        wanted = request.headers.get("If-Match")
        if wanted is None or "product_id" not in (request.view_args or {}):
            return None
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return None
        row = database.session.execute(ROW, {"id": request.view_args["product_id"]}).mappings()
        found = row.one_or_none()
        if found is None or wanted.strip() == "*":
            return None
        if name_of(dict(found)) in listed(wanted, weak=False):
            return None
        return problem(412, "This is not what you have seen.")

    def tell(response: Response) -> Response:
        if response.status_code != 200 or "product_id" not in (request.view_args or {}):
            return response
        if not response.is_json:
            return response
        tag = name_of(response.json)
        header = request.headers.get("If-None-Match", "")
        known = header.strip() == "*" or tag in listed(header, weak=True)
        if known and request.method in ("GET", "HEAD"):
            response = Response(status=304)
        response.headers["ETag"] = f'"{tag}"'
        return response

    products.before_request(compare)
    products.after_request(tell)
