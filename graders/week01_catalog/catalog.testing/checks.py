"""The learner's tests are run against the reference, which must pass, and against faulty systems,
each of which they must catch."""

from __future__ import annotations

from workbench.checking import App, CheckFailed, check, expect

#: A run takes 2 to 3 s; with ten processes that wait for two cores, more than 20 were seen.
RUN_SECONDS = 45.0

FILE = "backend/acceptance/test_products.py"

LISTING, ITEM = "backend/catalog/listing.py", "backend/catalog/item.py"

#: What pytest's exit codes mean.
ENDED = {0: "all tests passed", 1: "a test failed", 2: "pytest could not read the file",
         3: "pytest broke", 4: "pytest could not start", 5: "there are no tests",
         None: "it did not end in time"}  # fmt: skip


#: How many products others have, in two categories.
OTHERS = 2 * 61

#: Those of them that nobody has touched since `crowded`.
UNTOUCHED = """
    SELECT products.id FROM products JOIN categories ON categories.id = category_id
    CROSS JOIN LATERAL (SELECT substring(products.name FROM '^Lamp ([0-9]+)$')::integer) AS made (n)
    WHERE categories.name IN ('Lamps', 'Acceptance')
      AND (products.description, price, stock_quantity, is_active, updated_at)
        = ('100% wool box', n, 0, n % 5 > 0, products.created_at)
"""


def crowded(app: App) -> None:
    """A system that holds other people's products already."""
    app.sql("INSERT INTO categories (name) VALUES ('Lamps'), ('Acceptance')")
    app.sql(
        """
        INSERT INTO products (name, description, price, category_id, is_active)
        SELECT 'Lamp ' || n, '100% wool box', n, id, n % 5 > 0
        FROM categories, generate_series(0, 60) AS n
        """
    )


def passes(app: App, against: App) -> None:
    """The suite has tests, and all pass against that system."""
    run = app.run_suite(FILE, against, RUN_SECONDS)
    if run.exit_code != 0:
        raise CheckFailed("all tests pass against a system without a fault",
                          f"{ENDED.get(run.exit_code, 'it ended oddly')}\n{run.output[-1500:]}",
                          f"pytest {FILE}",
                          "the first failure: is what it asks for promised?")  # fmt: skip


def catches(app: App, path: str, *edits: tuple[str, str]) -> None:
    """The suite fails against a system with this fault.

    It is as crowded and untouched as the first one was, and whatever a run has written is gone: by
    nothing but the fault can a suite tell it from a system where its tests must pass.
    """
    with app.faulty(path, edits) as faulty:
        crowded(faulty)
        run = app.run_suite(FILE, faulty, RUN_SECONDS)
    if run.exit_code != 1:
        raise CheckFailed("a test fails against a system with this fault",
                          f"{ENDED.get(run.exit_code, 'it ended oddly')}\n{run.output[-600:]}",
                          f"pytest {FILE}",
                          "data with which the fault would show: more rows, equal values, other "
                          "letters, a second request")  # fmt: skip


@check(points=2, on=crowded, seconds=60)
def passes_where_nothing_is_wrong(app: App) -> None:
    """Against a system without a fault all tests pass, whatever products it holds already."""
    passes(app, app)


@check(points=1, after=passes_where_nothing_is_wrong, on=crowded, seconds=60)
def passes_again(app: App) -> None:
    """The tests pass a second time on the same system: they do not trip over what they left."""
    passes(app, app)


@check(points=1, after=passes_again, on=crowded)
def works_on_data_of_its_own(app: App) -> None:
    """The tests leave the products of others as they are."""
    rows = app.sql(UNTOUCHED)
    expect.equal(len(rows), OTHERS, "products of others that are as they were",
                 look="whose ids you use, and what your tests did to them")  # fmt: skip


@check(points=1, after=passes_again, on=crowded, seconds=60)
def catches_a_missing_category_filter(app: App) -> None:
    """Caught: the listing ignores `category`."""
    catches(app, LISTING, ('query["category"] is not None', "False"))


@check(points=1, after=passes_again, on=crowded, seconds=60)
def catches_exclusive_bounds(app: App) -> None:
    """Caught: a product that costs exactly `min_price` is missing."""
    catches(
        app, LISTING, ('Product.price >= query["min_price"]', 'Product.price > query["min_price"]')
    )


@check(points=1, after=passes_again, on=crowded, seconds=60)
def catches_a_lost_zero(app: App) -> None:
    """Caught: `max_price=0` is taken for no bound at all."""
    catches(app, LISTING, ('query["max_price"] is not None', 'query["max_price"]'))


@check(points=1, after=passes_again, on=crowded, seconds=60)
def catches_a_search_with_case(app: App) -> None:
    """Caught: `search` finds only the same capitals."""
    catches(
        app,
        LISTING,
        ("Product.name.icontains(", "Product.name.contains("),
        ("Product.description.icontains(", "Product.description.contains("),
    )


@check(points=1, after=passes_again, on=crowded, seconds=60)
def catches_a_search_without_descriptions(app: App) -> None:
    """Caught: `search` does not look into descriptions."""
    catches(
        app,
        LISTING,
        ('                Product.description.icontains(query["search"], autoescape=True),\n', ""),
    )


@check(points=1, after=passes_again, on=crowded, seconds=60)
def catches_wildcards(app: App) -> None:
    """Caught: `%` and `_` in a search match anything."""
    catches(
        app,
        LISTING,
        (
            'Product.name.icontains(query["search"], autoescape=True)',
            'Product.name.icontains(query["search"])',
        ),
        (
            'Product.description.icontains(query["search"], autoescape=True)',
            'Product.description.icontains(query["search"])',
        ),
    )


@check(points=1, after=passes_again, on=crowded, seconds=60)
def catches_an_order_that_is_ignored(app: App) -> None:
    """Caught: `sort_order=asc` is answered in descending order."""
    catches(
        app,
        LISTING,
        ('column.desc() if query["sort_order"] == "desc" else column.asc()', "column.desc()"),
    )


@check(points=1, after=passes_again, on=crowded, seconds=60)
def catches_ties_in_the_wrong_order(app: App) -> None:
    """Caught: among equal prices the ids run downwards."""
    catches(app, LISTING, (".order_by(order, Product.id)", ".order_by(order, Product.id.desc())"))


@check(points=1, after=passes_again, on=crowded, seconds=60)
def catches_pages_that_overlap(app: App) -> None:
    """Caught: the second page begins with the last product of the first one."""
    catches(
        app,
        LISTING,
        (
            '.offset((query["page"] - 1) * query["per_page"])',
            '.offset(max(0, (query["page"] - 1) * query["per_page"] - 1))',
        ),
    )


@check(points=1, after=passes_again, on=crowded, seconds=60)
def catches_a_wrong_total(app: App) -> None:
    """Caught: `total` counts the products of the page instead of all."""
    catches(app, LISTING, ('query["per_page"], total)', 'query["per_page"], len(items))'))


@check(points=1, after=passes_again, on=crowded, seconds=60)
def catches_the_deleted_in_the_listing(app: App) -> None:
    """Caught: a deleted product is still listed."""
    catches(app, LISTING, ("= [Product.is_active]", "= []"))


@check(points=1, after=passes_again, on=crowded, seconds=60)
def catches_the_deleted_by_id(app: App) -> None:
    """Caught: a deleted product can still be read."""
    catches(
        app,
        ITEM,
        (
            ".where(Product.id == product_id, Product.is_active)",
            ".where(Product.id == product_id, *([Product.is_active] if lock else []))",
        ),
    )


@check(points=1, after=passes_again, on=crowded, seconds=60)
def catches_changes_of_the_deleted(app: App) -> None:
    """Caught: a deleted product can still be changed."""
    catches(
        app,
        ITEM,
        (
            ".where(Product.id == product_id, Product.is_active)",
            ".where(Product.id == product_id, *([] if lock else [Product.is_active]))",
        ),
    )


@check(points=1, after=passes_again, on=crowded, seconds=60)
def catches_a_deletion_without_effect(app: App) -> None:
    """Caught: DELETE answers 204 and deletes nothing."""
    catches(app, ITEM, ("lock=True).is_active = False", "lock=True)"))


@check(points=1, after=passes_again, on=crowded, seconds=60)
def catches_a_patch_that_forgets(app: App) -> None:
    """Caught: PATCH puts the fields that are not sent back to their defaults."""
    catches(
        app,
        ITEM,
        (
            "return _update(session, product_id, changes)",
            "return _update(session, product_id,"
            ' {"description": "", "stock_quantity": 0, **changes})',
        ),
    )


@check(points=1, after=passes_again, on=crowded, seconds=60)
def catches_a_put_that_remembers(app: App) -> None:
    """Caught: PUT keeps the fields that are not sent."""
    catches(
        app,
        ITEM,
        (
            "return _update(session, product_id, data)",
            "return _update(session, product_id, {key: data[key] for key in data if data[key]})",
        ),
    )
