"""Tests that pass, and see too little or too much."""

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
        "The first product of the listing is taken to try changes on: it is somebody's.",
        fails=["works_on_data_of_its_own"],
        edits=[("def test_what_was_never_there_is_not_found(api):\n",
                "def test_the_first_one_can_be_changed(api):\n"
                '    products = api.get(PRODUCTS, params={"search": "Lamp "}).json()["products"]\n'
                '    assert api.patch(f"{PRODUCTS}/{products[-1][\'id\']}", json={"price": "7"}).status_code == 200\n\n\n'
                "def test_what_was_never_there_is_not_found(api):\n")],
    ),
    Wrong(
        "filters_by_itself",
        "The test picks its own products out of whatever is listed.",
        fails=["catches_a_missing_category_filter", "catches_ties_in_the_wrong_order",
               "catches_pages_that_overlap", "catches_a_wrong_total"],
        edits=[('return [product["name"] for product in answer.json()["products"]]',
                'return [one["name"] for one in answer.json()["products"] if one["category_id"] == category["id"]]'),
               ('    assert listed(category="No such category") == []\n', ""),
               ("def test_pages_neither", "def pages_neither")],
    ),
    Wrong(
        "far_from_the_edge",
        "No product costs exactly the bound.",
        fails=["catches_exclusive_bounds"],
        edits=[('listed(min_price="5")', 'listed(min_price="4.99")')],
    ),
    Wrong(
        "no_zero",
        "A bound of zero is not tried.",
        fails=["catches_a_lost_zero"],
        edits=[('    assert listed(max_price="0") == ["free"]\n', "")],
    ),
    Wrong(
        "searches_as_it_is_written",
        "Every search is typed just like the product.",
        fails=["catches_a_search_with_case"],
        edits=[('search="WOOL"', 'search="wool"'), ('search="box"', 'search="BOX"')],
    ),
    Wrong(
        "names_only",
        "Nothing is searched for that stands in a description.",
        fails=["catches_a_search_without_descriptions"],
        edits=[('    assert listed(search="box") == ["100 pieces"]\n', "")],
    ),
    Wrong(
        "letters_only",
        "No search holds a percent sign or an underscore.",
        fails=["catches_wildcards"],
        edits=[('    assert listed(search="0%") == ["100% wool"]\n', ""), ('    assert listed(search="_") == []\n', "")],
    ),
    Wrong(
        "only_downwards",
        "Only descending orders are asked for.",
        fails=["catches_an_order_that_is_ignored"],
        edits=[('    assert listed(sort_by="price", sort_order="asc") == ["c", "b", "a"]\n', "")],
    ),
    Wrong(
        "as_a_set",
        "That nothing is missing is looked at, the order is not.",
        fails=["catches_ties_in_the_wrong_order"],
        edits=[("    assert seen == made\n", "    assert sorted(seen) == made\n")],
    ),
    Wrong(
        "first_page_only",
        "The second page is never asked for.",
        fails=["catches_pages_that_overlap"],
        edits=[("    for page in (1, 2, 3):\n", "    for page in (1,):\n"), ("    assert seen == made\n", "    assert seen == made[:2]\n")],
    ),
    Wrong(
        "total_not_looked_at",
        "The rows are right, and nobody reads the pagination.",
        fails=["catches_a_wrong_total"],
        edits=[('''        assert body["pagination"] == {
            "page": page,
            "per_page": 2,
            "total": 5,
            "pages": 3,
            "has_next": page < 3,
            "has_prev": page > 1,
        }
''', '        assert body["pagination"]["page"] == page\n')],
    ),
    Wrong(
        "listing_after_a_deletion",
        "After a deletion only the product's own address is tried.",
        fails=["catches_the_deleted_in_the_listing"],
        edits=[('    assert listed() == [other["name"]]\n', "")],
    ),
    Wrong(
        "no_get_after_a_deletion",
        "Whether a deleted product can still be read is not tried.",
        fails=["catches_the_deleted_by_id"],
        edits=[("    assert api.get(url).status_code == 404\n    assert api.patch", "    assert api.patch")],
    ),
    Wrong(
        "no_change_after_a_deletion",
        "Whether a deleted product can still be changed is not tried.",
        fails=["catches_changes_of_the_deleted"],
        edits=[('    assert api.patch(url, json={"name": "again"}).status_code == 404\n    assert api.delete(url).status_code == 404\n', "")],
    ),
    Wrong(
        "believes_204",
        "DELETE says 204, and that is believed.",
        fails=["catches_the_deleted_in_the_listing", "catches_the_deleted_by_id",
               "catches_changes_of_the_deleted", "catches_a_deletion_without_effect"],
        edits=[('''    assert listed() == [other["name"]]
    assert api.get(url).status_code == 404
    assert api.patch(url, json={"name": "again"}).status_code == 404
    assert api.delete(url).status_code == 404
''', "")],
    ),
    Wrong(
        "patch_by_its_status",
        "Of a PATCH only the status is looked at.",
        fails=["catches_a_patch_that_forgets"],
        edits=[('    assert shown == {**product, "price": "3.00", "updated_at": shown["updated_at"]}\n', "")],
    ),
    Wrong(
        "put_by_its_name",
        "Of a PUT only what was sent is looked at.",
        fails=["catches_a_put_that_remembers"],
        edits=[('    assert (shown["name"], shown["description"], shown["stock_quantity"]) == ("New", "", 0)\n',
                '    assert shown["name"] == "New"\n')],
    ),
]  # fmt: skip
