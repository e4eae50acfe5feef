"""The products resource keeps its promises: the listing, and the life of one product."""

from __future__ import annotations

PRODUCTS = "/api/v1/products"


def test_a_product_is_listed_in_its_category(api, category, make_product):
    make_product(name="Lamp")
    answer = api.get(PRODUCTS, params={"category": category["name"]})
    assert answer.status_code == 200
    assert [product["name"] for product in answer.json()["products"]] == ["Lamp"]


# TODO: a test for each promise that a faulty system might break
