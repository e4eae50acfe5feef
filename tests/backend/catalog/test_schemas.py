"""What the schemas accept, refuse and show."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from backend.catalog.page_schema import ProductPageSchema
from backend.catalog.pages import ProductPage
from backend.catalog.schemas import ListingQuerySchema, ProductSchema

CATEGORY = "7f1c2a9e-64a2-4f0e-8c1b-0d9a3b5c7e11"
MINIMAL = {"name": "Lamp", "price": "19.90", "category_id": CATEGORY}
CENT = Decimal("0.01")
MAX_PRICE = Decimal("99999999.99")


def errors_of(schema, data):
    with pytest.raises(ValidationError) as caught:
        schema.load(data)
    return caught.value.normalized_messages()


def product_errors(**changes):
    return errors_of(ProductSchema(), {**MINIMAL, **changes})


def test_fills_in_what_may_be_left_out():
    assert ProductSchema().load(MINIMAL) == {
        "name": "Lamp",
        "description": "",
        "price": Decimal("19.90"),
        "category_id": UUID(CATEGORY),
        "stock_quantity": 0,
        "attributes": {},
    }


def test_every_product_has_attributes_of_its_own():
    ProductSchema().load(MINIMAL)["attributes"]["colour"] = "red"
    assert ProductSchema().load(MINIMAL)["attributes"] == {}


def test_names_everything_that_is_missing():
    assert set(errors_of(ProductSchema(), {})) == {"name", "price", "category_id"}


def test_a_change_needs_nothing_and_fills_in_nothing():
    assert ProductSchema(partial=True).load({}) == {}
    assert ProductSchema(partial=True).load({"price": 0}) == {"price": 0}


@pytest.mark.parametrize("field", ["id", "created_at", "updated_at", "is_active", "colour"])
def test_refuses_what_a_client_may_not_write(field):
    assert set(product_errors(**{field: None})) == {field}


@given(st.decimals(0, MAX_PRICE, places=2))
def test_keeps_every_amount_of_cents_exactly(price):
    loaded = ProductSchema().load({**MINIMAL, "price": str(price)})
    assert loaded["price"] == price
    assert ProductSchema().dump(loaded)["price"] == f"{price:.2f}"


@given(st.decimals(0, MAX_PRICE, places=2))
def test_takes_a_json_number_for_what_it_says(price):
    number = json.loads(str(price))
    assert ProductSchema().load({**MINIMAL, "price": number})["price"] == price


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_accepts_a_decimal_only_when_it_is_a_price(number):
    price = number.is_finite() and 0 <= number <= MAX_PRICE and number % CENT == 0
    data = {**MINIMAL, "price": str(number)}
    if price:
        assert ProductSchema().load(data)["price"] == number
    else:
        assert set(errors_of(ProductSchema(), data)) == {"price"}


@pytest.mark.parametrize(
    "price",
    [
        "9.999",
        9.999,
        "-0.01",
        "100000000",
        "99999999.991",
        "1e8",
        "1e-9",
        "1e999999",
        "NaN",
        "Infinity",
        "-sNaN",
        float("inf"),
        "",
        "ten",
        None,
        True,
        [],
        {},
    ],
)
def test_refuses_what_is_no_price(price):
    assert set(product_errors(price=price)) == {"price"}


@given(st.text())
def test_a_name_is_stripped_before_it_is_measured(text):
    name = text.strip()
    data = {**MINIMAL, "name": text}
    if 1 <= len(name) <= 200 and "\0" not in name:
        assert ProductSchema().load(data)["name"] == name
    else:
        assert set(errors_of(ProductSchema(), data)) == {"name"}


def test_a_name_has_200_characters_at_most():
    assert ProductSchema().load({**MINIMAL, "name": f" {'é' * 200}\n"})["name"] == "é" * 200
    assert set(product_errors(name="é" * 201)) == {"name"}


@pytest.mark.parametrize("name", ["", " ", "\t\n\u00a0\u3000", None, 5, ["Lamp"]])
def test_refuses_what_is_no_name(name):
    assert set(product_errors(name=name)) == {"name"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "La\0mp"),
        ("description", "\0"),
        ("attributes", {"a": "\0"}),
        ("attributes", {"\0": 1}),
        ("attributes", {"a": [{"b": ["ok", "c\0"]}]}),
        ("attributes", {"a": {"b\0": None}}),
    ],
)
def test_refuses_nul_wherever_it_hides(field, value):
    assert set(product_errors(**{field: value})) == {field}


@pytest.mark.parametrize("quantity", [0, 1, 2**31 - 1])
def test_accepts_a_stock_quantity(quantity):
    loaded = ProductSchema().load({**MINIMAL, "stock_quantity": quantity})
    assert loaded["stock_quantity"] == quantity


@pytest.mark.parametrize("quantity", [-1, 2**31, 5.5, 5.0, "5", True, None, [], 10**30])
def test_refuses_what_is_no_stock_quantity(quantity):
    assert set(product_errors(stock_quantity=quantity)) == {"stock_quantity"}


@pytest.mark.parametrize("attributes", [None, [], "{}", 1, True])
def test_attributes_are_an_object(attributes):
    assert set(product_errors(attributes=attributes)) == {"attributes"}


@pytest.mark.parametrize("category_id", [None, "", "Lamps", 5, CATEGORY[:-1]])
def test_a_category_id_is_a_uuid(category_id):
    assert set(product_errors(category_id=category_id)) == {"category_id"}


def test_shows_a_page():
    moment = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
    product = SimpleNamespace(
        id=UUID(CATEGORY),
        name="Lamp",
        description="",
        price=Decimal("5"),
        category_id=UUID(CATEGORY),
        stock_quantity=0,
        is_active=True,
        attributes={"watts": 5},
        created_at=moment,
        updated_at=moment,
    )
    shown = ProductPageSchema().dump(ProductPage([product], page=2, per_page=1, total=3))
    assert shown == {
        "products": [
            {
                "id": CATEGORY,
                "name": "Lamp",
                "description": "",
                "price": "5.00",
                "category_id": CATEGORY,
                "stock_quantity": 0,
                "attributes": {"watts": 5},
                "created_at": "2026-05-04T03:02:01+00:00",
                "updated_at": "2026-05-04T03:02:01+00:00",
            }
        ],
        "pagination": {
            "page": 2,
            "per_page": 1,
            "total": 3,
            "pages": 3,
            "has_next": True,
            "has_prev": True,
        },
    }


def test_a_listing_without_a_query():
    assert ListingQuerySchema().load({}) == {
        "page": 1,
        "per_page": 20,
        "category": None,
        "min_price": None,
        "max_price": None,
        "search": None,
        "sort_by": "created_at",
        "sort_order": "desc",
    }


@pytest.mark.parametrize(
    ("given_query", "loaded"),
    [
        ({"page": "10000", "per_page": "100"}, {"page": 10000, "per_page": 100}),
        ({"min_price": "0", "max_price": "0.00"}, {"min_price": 0, "max_price": 0}),
        ({"max_price": "99999999.99"}, {"max_price": MAX_PRICE}),
        ({"search": " a b "}, {"search": "a b"}),
        ({"search": " "}, {"search": None}),
        ({"search": f" {'x' * 100} "}, {"search": "x" * 100}),
        ({"category": " Lamps"}, {"category": " Lamps"}),
        ({"sort_by": "price", "sort_order": "asc"}, {"sort_by": "price", "sort_order": "asc"}),
    ],
)
def test_reads_a_query(given_query, loaded):
    result = ListingQuerySchema().load(given_query)
    assert {key: result[key] for key in loaded} == loaded


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *[("page", text) for text in ("0", "-1", "10001", "1.5", "", "one", "9" * 30)],
        *[("per_page", text) for text in ("0", "101", "all")],
        *[
            (bound, text)
            for bound in ("min_price", "max_price")
            for text in ("-0.01", "100000000", "nan", "inf", "", "cheap")
        ],
        ("category", "\0"),
        ("search", "a\0"),
        ("search", "x" * 101),
        ("sort_by", "id"),
        ("sort_by", "Price"),
        ("sort_order", "down"),
        ("colour", "red"),
    ],
)
def test_refuses_a_query(field, text):
    assert set(errors_of(ListingQuerySchema(), {field: text})) == {field}


def test_the_bounds_must_not_cross():
    crossed = {"min_price": "2", "max_price": "1"}
    assert set(errors_of(ListingQuerySchema(), crossed)) == {"min_price"}
    assert ListingQuerySchema().load({"min_price": "1", "max_price": "1.00"})
