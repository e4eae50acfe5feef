"""Tests that pass, and see too little or too much.

A run against all the faulty systems takes long, so answers that overlook one thing each are put together
where the things have nothing to do with each other.
"""

from workbench.alternatives import Wrong

WRONG = [
    Wrong(
        "alone_in_the_world",
        "The listing is expected to hold nothing but the test's own products.",
        fails=["passes_where_nothing_is_wrong"],
        edits=[('params={"category": category["name"], **query})\n        assert', "params=query)\n        assert")],
    ),
    Wrong(
        "asks_for_more_than_is_promised",
        "A test demands what nobody promised.",
        fails=["passes_where_nothing_is_wrong"],
        edits=[("    assert api.delete(url).status_code == 404\n", "    assert api.delete(url).status_code == 410\n")],
    ),
    Wrong(
        "trips_over_itself",
        "A category with a fixed name can be made only once.",
        fails=["passes_again"],
        edits=[('    make_product(name="Lamp")\n    assert listed() == ["Lamp"]\n',
                '    api.post("/api/v1/categories", json={"name": "Tests"}).raise_for_status()\n'
                '    make_product(name="Lamp")\n    assert listed() == ["Lamp"]\n'),
               ("def test_a_listing_is_of_one_category(listed,", "def test_a_listing_is_of_one_category(api, listed,")],
    ),
    Wrong(
        "takes_what_is_there",
        "A product that the listing happens to show is taken to try changes on: it is somebody's.",
        fails=["works_on_data_of_its_own"],
        edits=[("def test_what_was_never_there_is_not_found(api):\n",
                "def test_whatever_is_listed_can_be_changed(api):\n"
                '    products = api.get(PRODUCTS, params={"search": "Lamp 4"}).json()["products"]\n'
                "    for product in products:\n"
                '        api.patch(f"{PRODUCTS}/{product[\'id\']}", json={"price": "7"}).raise_for_status()\n\n\n'
                "def test_what_was_never_there_is_not_found(api):\n")],
    ),
    Wrong(
        "filters_by_itself",
        "The test picks its own products out of whatever is listed, so it sees neither the filter nor the total.",
        fails=["catches_a_missing_category_filter", "catches_ties_in_the_wrong_order",
               "catches_pages_that_overlap", "catches_a_wrong_total"],
        edits=[('params={"category": category["name"], **query})\n        assert',
                'params={"category": category["name"], "per_page": 100, **query})\n        assert'),
               ('return [product["name"] for product in answer.json()["products"]]',
                'return [one["name"] for one in answer.json()["products"] if one["category_id"] == category["id"]]'),
               ('    assert listed(category="No such category") == []\n', ""),
               ("def test_pages_neither", "def pages_neither")],
    ),
    Wrong(
        "examples_that_are_always_right",
        "No product costs exactly the bound, none costs nothing, and every search is typed just like the name.",
        fails=["catches_exclusive_bounds", "catches_a_lost_zero", "catches_a_search_with_case",
               "catches_a_search_without_descriptions", "catches_wildcards"],
        edits=[('listed(min_price="5")', 'listed(min_price="4.99")'),
               ('    assert len(listed(min_price="0")) == 3\n', ""),
               ('    assert listed(max_price="0") == ["free"]\n', ""),
               ('search="WOOL"', 'search="wool"'),
               ('    assert listed(search="box") == ["100 pieces"]\n', ""),
               ('    assert listed(search="0%") == ["100% wool"]\n', ""),
               ('    assert listed(search="_") == []\n', "")],
    ),
    Wrong(
        "first_page_as_a_set",
        "Only one direction is asked for, only one page, and of that neither the order nor the total is looked at.",
        fails=["catches_an_order_that_is_ignored", "catches_ties_in_the_wrong_order",
               "catches_pages_that_overlap", "catches_a_wrong_total"],
        edits=[('    assert listed(sort_by="price", sort_order="asc") == ["c", "b", "a"]\n', ""),
               ("    for page in (1, 2, 3):\n", "    for page in (1,):\n"),
               ('''        assert body["pagination"] == {
            "page": page,
            "per_page": 2,
            "total": 5,
            "pages": 3,
            "has_next": page < 3,
            "has_prev": page > 1,
        }
''', '        assert body["pagination"]["page"] == page\n'),
               ("    assert seen == made\n", "    assert set(seen) < set(made)\n")],
    ),
    Wrong(
        "believes_what_it_is_told",
        "A polite answer is believed: only the status and the fields that were sent are looked at, and nothing is asked again.",
        fails=["catches_the_deleted_in_the_listing", "catches_the_deleted_by_id",
               "catches_changes_of_the_deleted", "catches_a_deletion_without_effect",
               "catches_a_patch_that_forgets", "catches_a_put_that_remembers"],
        edits=[('''    assert listed() == [other["name"]]
    assert api.get(url).status_code == 404
    assert api.patch(url, json={"name": "again"}).status_code == 404
    assert api.delete(url).status_code == 404
''', ""),
               ('    assert shown == {**product, "price": "3.00", "updated_at": shown["updated_at"]}\n',
                '    assert shown["price"] == "3.00"\n'),
               ('    assert (shown["name"], shown["description"], shown["stock_quantity"]) == ("New", "", 0)\n',
                '    assert shown["name"] == "New"\n')],
    ),
]  # fmt: skip
