"""A table of requests and a small model in Python: what the listing shows is worked out twice."""

from __future__ import annotations

import pytest

PRODUCTS = "/api/v1/products"

GOODS = [
    {"name": "Oak table", "description": "", "price": "100.00", "stock_quantity": 2},
    {"name": "oak_stool", "description": "A small one", "price": "30.00"},
    {"name": "Poster", "description": "Printed on 100% cotton", "price": "0.00"},
    {"name": "Frame", "description": "For a poster", "price": "30.00"},
    {"name": "Nail", "description": "By the hundred", "price": "30.00", "stock_quantity": 900},
]

QUERIES = [
    {},
    {"min_price": "30"},
    {"max_price": "30"},
    {"max_price": "0"},
    {"min_price": "0.01", "max_price": "99.99"},
    {"search": "OAK"},
    {"search": "poster"},
    {"search": "k_s"},
    {"search": "_"},
    {"search": "%"},
    {"search": "nothing like it"},
    {"sort_by": "price", "sort_order": "asc"},
    {"sort_by": "price", "sort_order": "desc"},
    {"sort_by": "name", "sort_order": "asc"},
]


@pytest.fixture
def shop(make_product):
    return [make_product(**fields) for fields in GOODS]


def expected(shop, query):
    def matches(product):
        price, text = float(product["price"]), query.get("search", "").lower()
        low, high = float(query.get("min_price", 0)), float(query.get("max_price", 1e9))
        found = text in product["name"].lower() or text in product["description"].lower()
        return low <= price <= high and found

    column = query.get("sort_by", "created_at")
    key = {"price": lambda p: float(p["price"])}.get(column, lambda p: p[column])
    by_id = sorted(filter(matches, shop), key=lambda p: p["id"])
    return sorted(by_id, key=key, reverse=query.get("sort_order", "desc") == "desc")


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_the_listing_agrees_with_the_model(api, category, shop, query):
    wanted = expected(shop, query)
    got = []
    for page in range(1, 4):
        asked = {"category": category["name"], "per_page": 2, "page": page, **query}
        body = api.get(PRODUCTS, params=asked).json()
        assert body["pagination"]["total"] == len(wanted)
        got += body["products"]
    assert got == wanted


def test_changes_are_what_they_say(api, category, shop):
    product = shop[0]
    url = f"{PRODUCTS}/{product['id']}"
    patched = api.patch(url, json={"name": "Beech table"}).json()
    unchanged = set(product) - {"name", "updated_at"}
    assert {key: patched[key] for key in unchanged} == {key: product[key] for key in unchanged}
    assert api.get(url).json() == patched
    put = api.put(url, json={"name": "T", "price": "1", "category_id": category["id"]}).json()
    assert (put["description"], put["stock_quantity"], put["price"]) == ("", 0, "1.00")


def test_what_is_deleted_stays_deleted(api, category, shop):
    for product in shop:
        url = f"{PRODUCTS}/{product['id']}"
        answers = [api.delete(url), api.get(url), api.put(url, json=GOODS[0]), api.delete(url)]
        assert [answer.status_code for answer in answers][0::3] == [204, 404]
        assert answers[1].status_code == 404
        assert api.patch(url, json={"price": "1.00"}).status_code == 404
    body = api.get(PRODUCTS, params={"category": category["name"]}).json()
    assert (body["products"], body["pagination"]["total"]) == ([], 0)
