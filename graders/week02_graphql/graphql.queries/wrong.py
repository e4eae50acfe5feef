"""Mistakes that people make with the entrances to a graph."""

from workbench.alternatives import Wrong

CATEGORIES = (
    "        first = select(models.Category).order_by(models.Category.name)\n"
    '        found = first.limit(checked_size("limit", limit))\n'
    "        return info.context.session.scalars(found).all()\n"
)
LOADED = (
    "        try:\n"
    "            query = ListingQuerySchema().load(given)\n"
    "        except ValidationError as error:\n"
    "            raise _refused(error) from None\n"
)

SORTED = (
    "        sort_by=ProductSort(required=True, default_value=ProductSort.CREATED_AT),\n"
    "        sort_order=SortOrder(required=True, default_value=SortOrder.DESC),\n"
)
LOAD = "        try:\n            query = ListingQuerySchema()"

WRONG = [
    Wrong(
        "truthy_bounds",
        "A bound of zero is taken for none.",
        fails=["tells_zero_from_null"],
        edits=[("            if value is not None\n",
                '            if value is not None and (value or "price" not in name)\n')],
    ),
    Wrong(
        "null_is_a_value",
        "The listing's schema knows no null, and what is null breaks its rules.",
        fails=["tells_zero_from_null"],
        edits=[("            if value is not None\n", "")],
    ),
    Wrong(
        "deleted_by_id",
        "A deleted product is found by its id.",
        fails=["knows_nothing_of_deleted_products"],
        edits=[("        return get_product(info.context.session, key)\n",
                "        return info.context.session.get(models.Product, key)\n")],
    ),
    Wrong(
        "not_found_is_a_defect",
        "Nobody catches what get_product raises.",
        fails=["finds_things_by_their_ids"],
        edits=[("    except ProductNotFound:\n        return None\n",
                "    except ProductNotFound:\n        raise\n")],
    ),
    Wrong(
        "any_kind",
        "A product is looked up by the key of a category.",
        fails=["refuses_ids_of_other_kinds"],
        edits=[('        return _product(info, key_of(id, "Product"))\n',
                "        return _product(info, parse_global_id(id)[1])\n")],
    ),
    Wrong(
        "oldest_first",
        "The default order is ascending.",
        fails=["sorts_products", "tells_what_is_there_now"],
        edits=[("default_value=SortOrder.DESC", "default_value=SortOrder.ASC")],
    ),
    Wrong(
        "sorted_upwards",
        "Who names what to sort by gets it ascending.",
        fails=["sorts_products", "has_these_fields_and_no_others"],
        edits=[(SORTED, "        sort_by=ProductSort(),\n        sort_order=SortOrder(),\n"),
               (LOAD, '        given.setdefault("sort_order", "asc" if "sort_by" in given else "desc")\n'
                      + LOAD)],
    ),
    Wrong(
        "whole_cents",
        "A bound is rounded before anybody compares with it.",
        fails=["filters_products"],
        edits=[(LOAD, '        for name in given.keys() & {"min_price", "max_price"}:\n'
                      "            given[name] = round(given[name], 2)\n" + LOAD)],
    ),
    Wrong(
        "tidied_names",
        "A category is found by a name that it does not have.",
        fails=["filters_products"],
        edits=[(LOAD, '        if "category" in given:\n'
                      '            given["category"] = given["category"].strip()\n' + LOAD)],
    ),
    Wrong(
        "nul_removed",
        "What no text may hold is taken out of it in silence.",
        fails=["says_which_arguments_break_a_rule"],
        edits=[(LOAD, '        if "search" in given:\n'
                      '            given["search"] = given["search"].replace("\\0", "")\n' + LOAD)],
    ),
    Wrong(
        "empty_items",
        "The list may hold nulls, says its type: every client has to look.",
        fails=["has_these_fields_and_no_others"],
        edits=[("        graphene.NonNull(Product),\n", "        Product,\n")],
    ),
    Wrong(
        "pages_as_well",
        "What the listing takes is handed on, and the text knows no `page`.",
        fails=["has_these_fields_and_no_others"],
        edits=[("        search=graphene.String(),\n",
                "        search=graphene.String(),\n        page=graphene.Int(),\n")],
    ),
    Wrong(
        "limit_may_be_null",
        "A default does not make an argument one that is never null.",
        fails=["lists_twenty", "has_these_fields_and_no_others"],
        edits=[("        sort_order=SortOrder(required=True, default_value=SortOrder.DESC),\n"
                "        limit=graphene.Int(required=True, default_value=DEFAULT_SIZE),\n",
                "        sort_order=SortOrder(required=True, default_value=SortOrder.DESC),\n"
                "        limit=graphene.Int(default_value=DEFAULT_SIZE),\n")],
    ),
    Wrong(
        "the_listings_names",
        "The client hears of per_page and min_price, which it never sent.",
        fails=["says_which_arguments_break_a_rule"],
        edits=[("to_camel_case(ours.get(name, name)): messages",
                "ours.get(name, name) and name: messages")],
    ),
    Wrong(
        "unchecked_after_all",
        "No schema looks at the arguments: a limit of -1 is an error of PostgreSQL.",
        fails=["says_which_arguments_break_a_rule", "filters_products"],
        edits=[(LOADED, '        query = {"page": 1, "category": None, "min_price": None,'
                        ' "max_price": None, "search": None, **given}\n')],
    ),
    Wrong(
        "lists_are_never_null",
        "One bad argument takes all the data out of the answer.",
        fails=["answers_the_rest", "has_these_fields_and_no_others"],
        edits=[('        category=graphene.String(description="The exact name."),\n',
                '        required=True,\n'
                '        category=graphene.String(description="The exact name."),\n')],
    ),
    Wrong(
        "all_categories",
        "Somebody may ask for a million of them, or for -1.",
        fails=["lists_categories_by_name"],
        edits=[('checked_size("limit", limit)', "limit")],
    ),
    Wrong(
        "cut_in_python",
        "The whole table is read, and most of it thrown away.",
        fails=["leaves_the_work_to_the_database"],
        edits=[('        found = first.limit(checked_size("limit", limit))\n'
                "        return info.context.session.scalars(found).all()\n",
                '        most = checked_size("limit", limit)\n'
                "        return info.context.session.scalars(first).all()[:most]\n")],
    ),
    Wrong(
        "unordered",
        "Categories come as they were made.",
        fails=["lists_categories_by_name", "tells_what_is_there_now"],
        edits=[(".order_by(models.Category.name)", ".order_by(models.Category.created_at)")],
    ),
    Wrong(
        "known_categories",
        "A category is kept in the process when it was found once.",
        fails=["tells_what_is_there_now"],
        edits=[("    found: models.Category | None = info.context.session.get(models.Category, key)\n"
                "    return found\n",
                "    if key not in _KNOWN:\n"
                "        _KNOWN[key] = info.context.session.get(models.Category, key)\n"
                "    return _KNOWN[key]\n"),
               ('_NAMES = {"limit": "per_page"}\n', '_NAMES = {"limit": "per_page"}\n_KNOWN = {}\n')],
    ),
    Wrong(
        "remembered",
        "The categories are kept in the process.",
        fails=["tells_what_is_there_now"],
        edits=[(CATEGORIES,
                "        if limit not in _KNOWN:\n"
                "            first = select(models.Category).order_by(models.Category.name)\n"
                '            found = first.limit(checked_size("limit", limit))\n'
                "            _KNOWN[limit] = info.context.session.scalars(found).all()\n"
                "        return _KNOWN[limit]\n"),
               ('_NAMES = {"limit": "per_page"}\n', '_NAMES = {"limit": "per_page"}\n_KNOWN = {}\n')],
    ),
]  # fmt: skip
