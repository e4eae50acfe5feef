"""unittest and the standard library: no fixture of pytest, no client but urllib."""

from __future__ import annotations

import json
import os
import unittest
import uuid
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen


def ask(method, path, body=None):
    request = Request(  # noqa: S310 - BASE_URL is http
        os.environ["BASE_URL"] + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Bearer {os.environ['ACCESS_TOKEN']}",
        },
    )
    try:
        with urlopen(request) as answer:  # noqa: S310
            text = answer.read()
            return answer.status, json.loads(text) if text else None
    except HTTPError as error:
        return error.code, json.loads(error.read())


class Products(unittest.TestCase):
    def setUp(self):
        self.name = f"unit {uuid.uuid4()}"
        _, self.category = ask("POST", "/api/v1/categories", {"name": self.name})

    def make(self, name, price, **more):
        body = {"name": name, "price": price, "category_id": self.category["id"], **more}
        status, product = ask("POST", "/api/v1/products", body)
        self.assertEqual(status, 201)
        return product

    def page(self, **query):
        query = urlencode({"category": self.name, **query})
        status, body = ask("GET", f"/api/v1/products?{query}")
        self.assertEqual(status, 200)
        return body

    def names(self, **query):
        return [product["name"] for product in self.page(**query)["products"]]


class Listing(Products):
    def test_bounds(self):
        self.make("one", "1.00")
        self.make("nothing", "0.00")
        self.assertEqual(self.names(min_price=1), ["one"])
        self.assertEqual(self.names(max_price=0), ["nothing"])

    def test_search(self):
        self.make("Alpha", "1", description="first letter")
        self.make("50% off", "1", description="Sale")
        self.assertEqual(self.names(search="aLPHA"), ["Alpha"])
        self.assertEqual(self.names(search="sale"), ["50% off"])
        self.assertEqual(self.names(search="%"), ["50% off"])
        self.assertEqual(self.names(search="l_ha"), [])

    def test_order(self):
        for name, price in (("b", "1"), ("a", "2"), ("c", "3")):
            self.make(name, price)
        self.assertEqual(self.names(sort_by="name", sort_order="asc"), ["a", "b", "c"])
        self.assertEqual(self.names(sort_by="price", sort_order="desc"), ["c", "a", "b"])

    def test_pages(self):
        ids = sorted(self.make("same", "5")["id"] for _ in range(4))
        pages = [self.page(per_page=3, page=page, sort_by="price") for page in (1, 2, 3)]
        self.assertEqual([p["id"] for page in pages for p in page["products"]], ids)
        self.assertEqual({page["pagination"]["total"] for page in pages}, {4})


class Item(Products):
    def setUp(self):
        super().setUp()
        self.product = self.make("thing", "5.00", description="old", stock_quantity=3)
        self.path = f"/api/v1/products/{self.product['id']}"

    def test_patch(self):
        _, changed = ask("PATCH", self.path, {"price": "6.00"})
        del changed["updated_at"], self.product["updated_at"]
        self.assertEqual(changed, self.product | {"price": "6.00"})

    def test_put(self):
        body = {"name": "thing", "price": "5.00", "category_id": self.category["id"]}
        _, changed = ask("PUT", self.path, body)
        self.assertEqual((changed["description"], changed["stock_quantity"]), ("", 0))

    def test_delete(self):
        self.assertEqual(ask("DELETE", self.path), (204, None))
        self.assertEqual(self.names(), [])
        for method, body in (("GET", None), ("PATCH", {"name": "x"}), ("DELETE", None)):
            self.assertEqual(ask(method, self.path, body)[0], 404)
