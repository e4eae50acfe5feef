"""The products resource keeps its promises: the listing, and the life of one product."""

from __future__ import annotations

import uuid

import pytest

PRODUCTS = "/api/v1/products"


@pytest.fixture
def listed(api, category):
    """The names on a page of the category's listing, in order."""

    def names(**query):
        answer = api.get(PRODUCTS, params={"category": category["name"], **query})
        assert answer.status_code == 200
        return [product["name"] for product in answer.json()["products"]]

    return names


def test_a_listing_is_of_one_category(listed, make_product):
    make_product(name="Lamp")
    assert listed() == ["Lamp"]
    assert listed(category="No such category") == []


def test_price_bounds_are_inclusive_and_may_be_zero(listed, make_product):
    for name, price in (("free", "0.00"), ("cheap", "5.00"), ("dear", "9.50")):
        make_product(name=name, price=price)
    assert sorted(listed(min_price="5")) == ["cheap", "dear"]
    assert sorted(listed(max_price="5")) == ["cheap", "free"]
    assert listed(max_price="0") == ["free"]
    assert len(listed(min_price="0")) == 3


def test_a_search_is_literal_and_blind_to_case(listed, make_product):
    make_product(name="100% wool")
    make_product(name="100 pieces", description="A BOX of them")
    assert listed(search="0%") == ["100% wool"]
    assert listed(search="WOOL") == ["100% wool"]
    assert listed(search="box") == ["100 pieces"]
    assert listed(search="_") == []


def test_the_order_is_the_one_asked_for(listed, make_product):
    for name, price in (("b", "2.00"), ("c", "1.00"), ("a", "3.00")):
        make_product(name=name, price=price)
    assert listed() == ["a", "c", "b"]  # the newest first
    assert listed(sort_by="price", sort_order="asc") == ["c", "b", "a"]
    assert listed(sort_by="name", sort_order="desc") == ["c", "b", "a"]


def test_pages_neither_repeat_nor_skip(api, category, make_product):
    made = sorted(make_product(price="1.00")["id"] for _ in range(5))
    seen = []
    for page in (1, 2, 3):
        query = {"category": category["name"], "sort_by": "price", "per_page": 2, "page": page}
        body = api.get(PRODUCTS, params=query).json()
        seen += [product["id"] for product in body["products"]]
        assert body["pagination"] == {
            "page": page,
            "per_page": 2,
            "total": 5,
            "pages": 3,
            "has_next": page < 3,
            "has_prev": page > 1,
        }
    assert seen == made


def test_a_product_is_shown_as_it_was_created(api, make_product):
    product = make_product(name=" Lamp ", price=19.9, attributes={"watts": 5})
    assert (product["name"], product["price"]) == ("Lamp", "19.90")
    answer = api.get(f"{PRODUCTS}/{product['id']}")
    assert (answer.status_code, answer.json()) == (200, product)


def test_a_put_replaces_all_that_is_not_sent(api, category, make_product):
    product = make_product(description="Bright", stock_quantity=4)
    body = {"name": "New", "price": "2.00", "category_id": category["id"]}
    answer = api.put(f"{PRODUCTS}/{product['id']}", json=body)
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["name"], shown["description"], shown["stock_quantity"]) == ("New", "", 0)
    assert shown["created_at"] == product["created_at"]


def test_a_patch_keeps_all_that_is_not_sent(api, make_product):
    product = make_product(description="Bright", stock_quantity=4)
    answer = api.patch(f"{PRODUCTS}/{product['id']}", json={"price": "3.00"})
    assert answer.status_code == 200
    shown = answer.json()
    assert shown["updated_at"] > product["updated_at"]
    assert shown == {**product, "price": "3.00", "updated_at": shown["updated_at"]}


def test_a_deleted_product_is_gone_everywhere(api, listed, make_product):
    product, other = make_product(name="gone"), make_product(name="there")
    url = f"{PRODUCTS}/{product['id']}"
    assert api.delete(url).status_code == 204
    assert listed() == [other["name"]]
    assert api.get(url).status_code == 404
    assert api.patch(url, json={"name": "again"}).status_code == 404
    assert api.delete(url).status_code == 404


def test_what_was_never_there_is_not_found(api):
    assert api.get(f"{PRODUCTS}/{uuid.uuid4()}").status_code == 404


@pytest.mark.parametrize("change", [{"price": "9.999"}, {"is_active": False}, {"name": " "}])
def test_a_change_that_breaks_a_rule_is_refused(api, make_product, change):
    product = make_product()
    url = f"{PRODUCTS}/{product['id']}"
    answer = api.patch(url, json=change)
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == set(change)
    assert api.get(url).json() == product


def test_a_product_needs_a_category_that_exists(api, make_product):
    product = make_product()
    url = f"{PRODUCTS}/{product['id']}"
    answer = api.patch(url, json={"name": "New", "category_id": str(uuid.uuid4())})
    assert answer.status_code == 422
    assert api.get(url).json() == product
