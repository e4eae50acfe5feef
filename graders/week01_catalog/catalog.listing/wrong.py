"""Mistakes that people make with listings."""

from workbench.alternatives import Wrong

WRONG = [
    Wrong(
        "shows_deleted",
        "Soft-deleted products are still for sale.",
        fails=["hides_deleted_products"],
        edits=[("[Product.is_active]", "[]")],
    ),
    Wrong(
        "truthy_bounds",
        "A zero bound is taken for no bound.",
        fails=["takes_zero_for_a_bound"],
        edits=[
            ('query["min_price"] is not None', 'query["min_price"]'),
            ('query["max_price"] is not None', 'query["max_price"]'),
        ],
    ),
    Wrong(
        "exclusive_bounds",
        "A product that costs exactly the bound is missing.",
        fails=["filters_by_price", "takes_zero_for_a_bound"],
        edits=[
            ('Product.price >= query["min_price"]', 'Product.price > query["min_price"]'),
            ('Product.price <= query["max_price"]', 'Product.price < query["max_price"]'),
        ],
    ),
    Wrong(
        "fuzzy_category",
        "Garden also finds Gardening.",
        fails=["filters_by_category"],
        edits=[('Category.name == query["category"]', 'Category.name.icontains(query["category"])')],
    ),
    Wrong(
        "case_blind_category",
        "The name is compared in lower case, and with its wildcards.",
        fails=["filters_by_category"],
        edits=[('Category.name == query["category"]', 'Category.name.ilike(query["category"])')],
    ),
    Wrong(
        "wildcards",
        "A percent sign in the search matches everything.",
        fails=["searches_literally"],
        edits=[
            ('Product.name.icontains(query["search"], autoescape=True)',
             "Product.name.ilike(f\"%{query['search']}%\")"),
            ('Product.description.icontains(query["search"], autoescape=True)',
             "Product.description.ilike(f\"%{query['search']}%\")"),
        ],
    ),
    Wrong(
        "case_sensitive_search",
        "LIKE instead of ILIKE.",
        fails=["searches_names_and_descriptions"],
        edits=[
            ('Product.name.icontains(', "Product.name.contains("),
            ('Product.description.icontains(', "Product.description.contains("),
        ],
    ),
    Wrong(
        "name_only",
        "The description is not searched.",
        fails=["searches_names_and_descriptions"],
        edits=[
            ('                Product.description.icontains(query["search"], autoescape=True),\n', "")
        ],
    ),
    Wrong(
        "or_without_brackets",
        "The filters are joined as text, where AND binds tighter than OR.",
        fails=["combines_filters"],
        edits=[
            ("    total = session.scalar(",
             '    if query["search"] is not None:\n'
             "        matches = [or_(and_(*matches[:-1], matches[-1].clauses[0]),\n"
             "                       matches[-1].clauses[1])]\n"
             "    total = session.scalar("),
            ("func, or_, select", "and_, func, or_, select"),
        ],
    ),
    Wrong(
        "no_tie_break",
        "Rows that are equal change places between two pages.",
        fails=["breaks_ties_by_id"],
        edits=[(".order_by(order, Product.id)", ".order_by(order)")],
    ),
    Wrong(
        "tie_break_on_price_only",
        "Rows of one moment still change places.",
        fails=["breaks_ties_by_id"],
        edits=[(".order_by(order, Product.id)",
                '.order_by(order, *([Product.id] if query["sort_by"] == "price" else []))')],
    ),
    Wrong(
        "updated_is_created",
        "One of the four columns is another.",
        fails=["sorts_by_every_column"],
        edits=[('"updated_at": Product.updated_at', '"updated_at": Product.created_at')],
    ),
    Wrong(
        "searched_as_one_text",
        "Name and description are glued together: a match may straddle them.",
        fails=["searches_names_and_descriptions"],
        edits=[
            ('                Product.name.icontains(query["search"], autoescape=True),\n',
             '                (Product.name + " " + Product.description).icontains(query["search"], autoescape=True),\n'),
        ],
    ),
    Wrong(
        "forgotten_escape",
        "The character that escapes is itself not escaped.",
        fails=["searches_literally"],
        edits=[
            ('Product.name.icontains(query["search"], autoescape=True)',
             'Product.name.ilike("%" + query["search"].replace("%", "/%").replace("_", "/_") + "%", escape="/")'),
            ('Product.description.icontains(query["search"], autoescape=True)',
             'Product.description.ilike("%" + query["search"].replace("%", "/%").replace("_", "/_") + "%", escape="/")'),
        ],
    ),
    Wrong(
        "truthy_category",
        "A category without a name is taken for all of them.",
        fails=["filters_by_category"],
        edits=[('query["category"] is not None', 'query["category"]')],
    ),
    Wrong(
        "one_row_more",
        "A row is fetched only to see whether there is another page.",
        fails=["leaves_the_work_to_the_database"],
        edits=[('.limit(query["per_page"])', '.limit(query["per_page"] + 1)'),
               ("session.scalars(rows).all()", 'session.scalars(rows).all()[: query["per_page"]]')],
    ),
    Wrong(
        "always_descending",
        "sort_order is ignored.",
        fails=["sorts_by_every_column"],
        edits=[('column.desc() if query["sort_order"] == "desc" else column.asc()', "column.desc()")],
    ),
    Wrong(
        "page_from_zero",
        "The first page is skipped.",
        fails=["lists_products", "breaks_ties_by_id", "filters_by_category", "filters_by_price",
               "hides_deleted_products", "searches_names_and_descriptions", "sorts_by_every_column",
               "takes_zero_for_a_bound", "tells_what_is_there_now"],
        edits=[('(query["page"] - 1) * query["per_page"]', 'query["page"] * query["per_page"]')],
    ),
    Wrong(
        "offset_counts_pages",
        "Page two begins at the second row.",
        fails=["pages_cover_everything_once"],
        edits=[('(query["page"] - 1) * query["per_page"]', 'query["page"] - 1')],
    ),
    Wrong(
        "total_of_the_page",
        "The total counts what this page shows.",
        fails=["pages_cover_everything_once", "counts_what_matches"],
        edits=[
            ("    return ProductPage(items, query[\"page\"], query[\"per_page\"], total)",
             "    return ProductPage(items, query[\"page\"], query[\"per_page\"], min(total, len(items)))")
        ],
    ),
    Wrong(
        "cut_in_python",
        "Every row is fetched to show twenty.",
        fails=["leaves_the_work_to_the_database"],
        edits=[
            ('        .limit(query["per_page"])\n', ""),
            ('        .offset((query["page"] - 1) * query["per_page"])\n', ""),
            ("    items = session.scalars(rows).all()\n",
             '    start = (query["page"] - 1) * query["per_page"]\n'
             '    items = session.scalars(rows).all()[start : start + query["per_page"]]\n'),
        ],
    ),
    Wrong(
        "one_by_one",
        "The ids first, then a statement for every product.",
        fails=["leaves_the_work_to_the_database"],
        edits=[
            ("        select(Product)\n", "        select(Product.id)\n"),
            ("    items = session.scalars(rows).all()\n",
             "    items = [session.scalars(select(Product).where(Product.id == one)).one()\n"
             "             for one in session.scalars(rows).all()]\n"),
        ],
    ),
    Wrong(
        "rounded_bounds",
        "A bound is rounded to cents.",
        fails=["filters_by_price"],
        edits=[
            ('Product.price >= query["min_price"]', 'Product.price >= round(query["min_price"], 2)'),
            ('Product.price <= query["max_price"]', 'Product.price <= round(query["max_price"], 2)'),
        ],
    ),
    Wrong(
        "searches_attributes",
        "What nobody reads in the shop is found as well.",
        fails=["searches_names_and_descriptions"],
        edits=[
            ('                Product.name.icontains(query["search"], autoescape=True),\n',
             '                Product.name.icontains(query["search"], autoescape=True),\n'
             '                Product.attributes["colour"].astext.icontains(query["search"], autoescape=True),\n'),
        ],
    ),
    Wrong(
        "counts_everything",
        "The total knows nothing of the filters.",
        fails=["counts_what_matches"],
        edits=[("select(func.count()).select_from(Product).where(*matches)",
                "select(func.count()).select_from(Product).where(matches[0])")],
    ),
    Wrong(
        "remembers_totals",
        "A total is counted once, and kept as long as the process lives.",
        fails=["tells_what_is_there_now"],
        edits=[
            ("    total = session.scalar(select(func.count()).select_from(Product).where(*matches)) or 0\n",
             "    key = str(sorted(query.items()))\n    if key not in TOTALS:\n"
             "        TOTALS[key] = session.scalar(select(func.count()).select_from(Product).where(*matches)) or 0\n"
             "    total = TOTALS[key]\n"),
            ("def list_products(", "TOTALS: dict[str, int] = {}\n\n\ndef list_products("),
        ],
    ),
]  # fmt: skip
