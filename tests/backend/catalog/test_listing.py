"""The listing against a model of it in Python, and the traps one by one."""

from contextlib import contextmanager
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, text

from backend.catalog.listing import list_products
from backend.catalog.models import Category, Product

EVERYTHING = {
    "page": 1,
    "per_page": 100,
    "category": None,
    "min_price": None,
    "max_price": None,
    "search": None,
    "sort_by": "created_at",
    "sort_order": "desc",
}


def names(session, **query):
    page = list_products(session, {**EVERYTHING, **query})
    return [item.name for item in page.items]


# Few values, so that many of them are equal. Letters beyond ASCII have no case in the C locale.
NAMES = st.text("aAbB%_\\/ é", min_size=1, max_size=4).filter(str.strip)
PRICES = st.sampled_from([Decimal(text) for text in ("0", "0.01", "1", "1.50", "2")])
CATEGORIES = ["Lamps", "lamps", "Lamp", "L%"]
PRODUCTS = st.lists(
    st.fixed_dictionaries(
        {
            "name": NAMES,
            "description": st.text("aB%_\\/", max_size=3),
            "price": PRICES,
            "category": st.sampled_from(CATEGORIES),
            "is_active": st.sampled_from([True, True, False]),
            "created_at": st.sampled_from(["2026-01-01T00:00Z", "2026-01-02T00:00Z"]),
            "updated_at": st.sampled_from(["2026-01-01T00:00Z", "2026-01-02T00:00Z"]),
        }
    ),
    max_size=12,
)
QUERIES = st.fixed_dictionaries(
    {
        "page": st.integers(1, 4),
        "per_page": st.integers(1, 5),
        "category": st.none() | st.sampled_from([*CATEGORIES, "Chairs"]),
        "min_price": st.none() | PRICES,
        "max_price": st.none() | PRICES,
        "search": st.none() | st.text("aAbB%_\\/", min_size=1, max_size=2),
        "sort_by": st.sampled_from(["name", "price", "created_at", "updated_at"]),
        "sort_order": st.sampled_from(["asc", "desc"]),
    }
)


def expected_page(products, query):
    """The model: the specification once more, over a list of products."""

    def matches(product):
        text = query["search"]
        return (
            product.is_active
            and query["category"] in (None, product.category.name)
            and (query["min_price"] is None or product.price >= query["min_price"])
            and (query["max_price"] is None or product.price <= query["max_price"])
            and (
                text is None
                or text.lower() in product.name.lower()
                or text.lower() in product.description.lower()
            )
        )

    found = sorted(filter(matches, products), key=lambda product: product.id)
    found.sort(
        key=lambda product: getattr(product, query["sort_by"]),
        reverse=query["sort_order"] == "desc",
    )
    start = (query["page"] - 1) * query["per_page"]
    return [product.id for product in found[start : start + query["per_page"]]], len(found)


@settings(
    max_examples=120,
    # The session is shared on purpose: every example empties the tables itself.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=PRODUCTS, queries=st.lists(QUERIES, min_size=1, max_size=6))
def test_agrees_with_the_model(session, rows, queries):
    session.rollback()
    session.execute(text("DELETE FROM products"))
    session.execute(text("DELETE FROM categories"))
    categories = {name: Category(name=name) for name in CATEGORIES}
    products = [Product(**{**row, "category": categories[row["category"]]}) for row in rows]
    session.add_all([*categories.values(), *products])
    session.flush()
    for product in products:
        session.refresh(product)
    for query in queries:
        page = list_products(session, query)
        ids, total = expected_page(products, query)
        assert [item.id for item in page.items] == ids
        assert (page.total, page.page, page.per_page) == (total, query["page"], query["per_page"])


def test_shows_active_products_only(session, make_product):
    make_product(name="hidden", is_active=False)
    make_product(name="shown")
    page = list_products(session, EVERYTHING)
    assert ([item.name for item in page.items], page.total) == (["shown"], 1)


def test_zero_is_a_bound_like_any_other(session, make_product):
    make_product(name="free", price=0)
    make_product(name="dear", price=1)
    assert names(session, max_price=Decimal(0)) == ["free"]
    assert names(session, min_price=Decimal(0), sort_by="price") == ["dear", "free"]


@pytest.mark.parametrize("character", ["%", "_", "\\", "/", "'", '"', "é", "[", "*", "."])
def test_search_takes_every_character_for_itself(session, make_product, character):
    make_product(name=f"in name {character}")
    make_product(name="in description", description=f"a{character}b")
    make_product(name="in neither", description="ab")
    assert sorted(names(session, search=character)) == ["in description", f"in name {character}"]


def test_pages_neither_overlap_nor_miss_tied_products(session, category):
    session.add_all(Product(name="same", price=1, category_id=category.id) for _ in range(50))
    session.commit()
    for sort_by in ("name", "price", "created_at", "updated_at"):
        for sort_order in ("asc", "desc"):
            seen = []
            for page in range(1, 6):
                query = {**EVERYTHING, "page": page, "per_page": 10}
                query.update(sort_by=sort_by, sort_order=sort_order)
                seen += [item.id for item in list_products(session, query).items]
            assert seen == sorted(set(seen))
            assert len(seen) == 50


def test_a_page_past_the_end_is_empty_and_knows_the_total(session, make_product):
    make_product()
    page = list_products(session, {**EVERYTHING, "page": 10_000})
    assert (list(page.items), page.total, page.has_next) == ([], 1, False)


@contextmanager
def counted_statements():
    """Every statement that any engine executes while the block runs."""
    statements = []

    def note(_connection, _cursor, statement, *_):
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("count", [0, 1, 30])
def test_takes_two_statements_whatever_the_size(session, category, app, count):
    session.add_all(Product(name=f"p{n}", price=n, category_id=category.id) for n in range(count))
    session.commit()
    with counted_statements() as statements:
        answer = app.test_client().get(
            "/api/v1/products?per_page=100&category=Lamps&search=p&min_price=0"
        )
    assert len(answer.json["products"]) == count
    assert len(statements) == 2
