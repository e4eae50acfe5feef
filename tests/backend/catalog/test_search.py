"""The search: which words find what, in which order, and that nothing anyone types breaks it."""

import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from backend.catalog.search import search_products

SEARCH = "/api/v1/products/search"


def names(session, q, limit=20):
    return [product.name for product in search_products(session, q, limit)]


def test_finds_words_in_any_form_across_name_and_description(session, make_product):
    make_product(name="Desk lamp", description="Bends both ways")
    make_product(name="Oak desk", description="Bright enough without lamps")
    make_product(name="Mug")
    assert names(session, "the LAMPS for a desk") == ["Desk lamp", "Oak desk"]
    assert names(session, '"desk lamp"') == ["Desk lamp"]
    assert names(session, "desk -bending") == ["Oak desk"]
    assert names(session, "lam") == []
    assert names(session, "the of") == []


def test_a_name_outweighs_any_description_and_the_id_decides_ties(session, make_product):
    make_product(id=uuid.UUID(int=1), name="Board", description="lamp " * 50)
    for number in (4, 3, 2):
        make_product(id=uuid.UUID(int=number), name="Lamp")
    found = search_products(session, "lamp", 3)
    assert [product.id.int for product in found] == [2, 3, 4]
    assert names(session, "lamp")[-1] == "Board"


def test_deleted_products_are_not_found(session, make_product):
    make_product(is_active=False)
    assert names(session, "lamp") == []


@pytest.mark.parametrize("letters", ["0123456789", "零一二三四五六七八九"])
def test_a_long_description_is_stored_and_its_beginning_searched(
    client, session, category, letters
):
    """No word comes twice, so the vector grows with the text: at 1 MiB PostgreSQL refuses it."""
    words = ["".join(letters[int(digit)] for digit in f"{number:05}") for number in range(60_000)]
    description = " ".join(words)
    body = {"name": "Novel", "description": description, "price": "1", "category_id": category.id}
    assert client.post("/api/v1/products", json=body).status_code == 201
    assert names(session, f"{words[0]} {words[2000]}") == ["Novel"]


@pytest.mark.parametrize("q", ["-" * 100, "-!" * 50, "'", '"', "(", ":*", "or", "\\", "lamp &"])
def test_odd_texts_are_answered(client, q):
    assert client.get(SEARCH, query_string={"q": q}).status_code == 200


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(q=st.text("-\"' !&|():*<>\\aé", min_size=1, max_size=100).filter(str.strip))
def test_whatever_is_typed_is_answered(client, q):
    assert client.get(SEARCH, query_string={"q": q}).status_code == 200


@pytest.mark.parametrize(
    ("field", "query"),
    [
        ("q", ""),
        ("q", "q="),
        ("q", "q=%20"),
        ("q", "q=a%00"),
        ("q", f"q={'x' * 101}"),
        ("limit", "q=a&limit=0"),
        ("limit", "q=a&limit=51"),
        ("page", "q=a&page=1"),
    ],
)
def test_a_bad_query_names_the_field(client, field, query):
    answer = client.get(f"{SEARCH}?{query}")
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_is_answered_from_its_index(session, make_product, engine):
    make_product()
    statements = []

    def note(_connection, cursor, statement, parameters, *_):
        statements.append(cursor.mogrify(statement, parameters).decode())

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert names(session, "lamp") == ["Lamp"]
    finally:
        event.remove(engine, "before_cursor_execute", note)
    session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = session.connection().exec_driver_sql(f"EXPLAIN {statements[-1]}").scalars().all()
    assert any("Bitmap Index Scan on ix_products_words" in line for line in plan)
