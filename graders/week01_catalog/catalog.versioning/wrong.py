"""Mistakes that people make when a second version is born."""

from workbench.alternatives import Wrong

_NEWEST = """        .order_by(Product.created_at.desc(), Product.id)
        .limit(MOST_RELATED + 1)
"""
_ORDER = "        .order_by(newest.c.created_at.desc(), newest.c.id)\n"
_OTHERS = "                if row.category_id == product.category_id and row.id != product.id\n"
_RELATED = """            "related": [
                row
                for row in rows
                if row.category_id == product.category_id and row.id != product.id
            ][:MOST_RELATED],
"""
_SAFE = "        if request.method in SAFE_METHODS:  # the writes have no successor yet\n"
_SUNSET = 'response.headers["Sunset"] = http_date(sunset_at)'

WRONG = [
    Wrong(
        "asks_for_each_product",
        "The related products are looked up one product after the other.",
        fails=["takes_few_statements"],
        edits=[(_RELATED, """            "related": session.scalars(
                select(Product)
                .where(
                    Product.category_id == product.category_id,
                    Product.is_active,
                    Product.id != product.id,
                )
                .order_by(Product.created_at.desc(), Product.id)
                .limit(MOST_RELATED)
            ).all(),
""")],
    ),
    Wrong(
        "lazy_categories",
        "The category is reached through the relationship, which asks for each one.",
        fails=["takes_few_statements"],
        edits=[('{"id": product.category_id, "name": names[product.category_id]}', "product.category")],
    ),
    Wrong(
        "the_whole_category",
        "All products of the category are fetched, and five are kept.",
        fails=["fetches_few_rows"],
        edits=[(_NEWEST, "        .order_by(Product.created_at.desc(), Product.id)\n")],
    ),
    Wrong(
        "alphabetical",
        "The related products come in the order of their names.",
        fails=["names_related_products"],
        edits=[(_ORDER, "        .order_by(newest.c.name, newest.c.id)\n")],
    ),
    Wrong(
        "any_five",
        "The first five that were found, and only then sorted.",
        fails=["names_related_products"],
        edits=[(_NEWEST, "        .order_by(Product.id)\n        .limit(MOST_RELATED + 1)\n")],
    ),
    Wrong(
        "ties_the_other_way",
        "Among equal moments the larger id comes first.",
        fails=["names_related_products"],
        edits=[(_ORDER, "        .order_by(newest.c.created_at.desc(), newest.c.id.desc())\n")],
    ),
    Wrong(
        "related_to_itself",
        "A product is among those that are related to it.",
        fails=["shows_a_product_with_its_category"],
        edits=[(_OTHERS, "                if row.category_id == product.category_id\n")],
    ),
    Wrong(
        "four_are_left",
        "Five are fetched, and one of them is the product itself.",
        fails=["names_related_products"],
        edits=[(".limit(MOST_RELATED + 1)", ".limit(MOST_RELATED)")],
    ),
    Wrong(
        "deleted_ones_too",
        "Products that are deleted live on as related ones.",
        fails=["names_related_products"],
        edits=[(".where(Product.category_id == Category.id, Product.is_active)",
                ".where(Product.category_id == Category.id)")],
    ),
    Wrong(
        "low_ends_early",
        "Five pieces are not few any more.",
        fails=["says_what_is_in_stock"],
        edits=[("quantity <= LOW_STOCK", "quantity < LOW_STOCK")],
    ),
    Wrong(
        "nothing_is_low",
        "Nothing is low, too: nobody thought of sold out.",
        fails=["says_what_is_in_stock"],
        edits=[("    if quantity == 0:\n", "    if quantity is None:\n")],
    ),
    Wrong(
        "everything_of_before",
        "The old fields stay beside the new ones.",
        fails=["shows_a_product_with_its_category"],
        edits=[("    attributes = fields.Dict()\n",
                "    attributes = fields.Dict()\n    category_id = fields.UUID()\n"),
               ('_AS_STORED = ("id", ', '_AS_STORED = ("id", "category_id", ')],
    ),
    Wrong(
        "related_in_full",
        "Related products are shown with whatever was fetched.",
        fails=["names_related_products"],
        edits=[("fields.List(fields.Nested(RelatedProductSchema))", "fields.List(fields.Nested(FullSchema))"),
               ("class CategoryNameSchema(",
                "class FullSchema(RelatedProductSchema):\n    created_at = fields.DateTime()\n\n\n"
                "class CategoryNameSchema(")],
    ),
    Wrong(
        "price_as_a_number",
        "The price of a related product has lost its cents' zeros.",
        fails=["names_related_products"],
        edits=[("    price = fields.Decimal(as_string=True, metadata={\"type\": \"string\"})\n\n\nclass CategoryNameSchema(",
                "    price = fields.Float()\n\n\nclass CategoryNameSchema(")],
    ),
    Wrong(
        "version_1_changes",
        "The new fields are put into the schema that version 1 shows.",
        fails=["leaves_version_1_alone"],
        edits=[("class ProductPageV2Schema(",
                "from backend.catalog.schemas import ProductSchema\n\n"
                'ProductSchema._declared_fields["related"] = fields.List(fields.String())\n'
                'ProductSchema._declared_fields["stock_status"] = fields.Constant("in_stock")\n\n\n'
                "class ProductPageV2Schema(")],
    ),
    Wrong(
        "no_handler",
        "Nobody has told this blueprint what a product is that is not found.",
        fails=["hides_what_is_deleted"],
        edits=[("    @products.errorhandler(ProductNotFound)\n", "")],
    ),
    Wrong(
        "no_query",
        "The listing takes no query, and shows the first page for ever.",
        fails=["lists_as_version_1_does"],
        edits=[("        page = list_products(database.session, query)\n",
                "        page = list_products(database.session, ListingQuerySchema().load({}))\n")],
    ),
    Wrong(
        "shorter_in_the_list",
        "In the listing, products come without what is related to them.",
        fails=["lists_what_it_shows"],
        edits=[("fields.List(fields.Nested(ProductV2Schema))", 'fields.List(fields.Nested(ProductV2Schema(exclude=("related",))))')],
    ),
    Wrong(
        "date_of_an_old_draft",
        "Deprecation as a date of HTTP, as early drafts had it.",
        fails=["says_that_version_1_will_end"],
        edits=[('f"@{int(deprecated_at.timestamp())}"', "http_date(deprecated_at)")],
    ),
    Wrong(
        "deprecated_is_true",
        "Deprecation says true, and not since when.",
        fails=["says_that_version_1_will_end"],
        edits=[('f"@{int(deprecated_at.timestamp())}"', '"true"')],
    ),
    Wrong(
        "local_time_in_gmt",
        "The moment is written as it stands in the settings, and called GMT.",
        fails=["says_that_version_1_will_end"],
        edits=[(_SUNSET, 'response.headers["Sunset"] = sunset_at.strftime("%a, %d %b %Y %H:%M:%S GMT")')],
    ),
    Wrong(
        "iso_date",
        "Sunset is no date of HTTP.",
        fails=["says_that_version_1_will_end"],
        edits=[(_SUNSET, 'response.headers["Sunset"] = sunset_at.isoformat()')],
    ),
    Wrong(
        "leads_to_the_door",
        "Every link leads to the listing.",
        fails=["leads_to_its_successor"],
        edits=[('path = request.path.replace("/api/v1/", "/api/v2/", 1)', 'path = "/api/v2/products"')],
    ),
    Wrong(
        "leads_nowhere",
        "The relation of the link has a name that nobody knows.",
        fails=["leads_to_its_successor"],
        edits=[('rel="successor-version"', 'rel="next-version"')],
    ),
    Wrong(
        "good_news_only",
        "Errors do not say that the version ends.",
        fails=["says_so_with_errors_too"],
        edits=[(_SAFE, "        if request.method in SAFE_METHODS and response.status_code < 400:\n")],
    ),
    Wrong(
        "writes_as_well",
        "Writes are deprecated though nothing follows them.",
        fails=["deprecates_nothing_else"],
        edits=[(_SAFE, "        if request.method:\n")],
    ),
    Wrong(
        "the_whole_server",
        "The hook is one of the application: categories and version 2 are deprecated, too.",
        fails=["deprecates_nothing_else"],
        edits=[("    @products.after_request\n", "    @products.after_app_request\n")],
    ),
    Wrong(
        "writes_in_version_2",
        "Version 2 lets products be deleted that nobody has thought about.",
        fails=["is_to_be_read_only", "documents_each_version"],
        edits=[("    @products.errorhandler(ProductNotFound)\n",
                '    @products.delete("/<uuid:product_id>")\n    @products.response(204)\n'
                "    def remove(product_id: UUID) -> None:\n        pass\n\n"
                "    @products.errorhandler(ProductNotFound)\n")],
    ),
    Wrong(
        "undocumented",
        "The views are there, and the document knows nothing of what they answer.",
        fails=["documents_each_version"],
        edits=[("    @products.response(200, ProductV2Schema)\n    @products.problems(404)\n", ""),
               ("    def show(product_id: UUID) -> dict[str, Any]:\n", "    def show(product_id: UUID) -> Any:\n"),
               ("        return _enrich(database.session, [get_product(database.session, product_id)])[0]\n",
                "        found = _enrich(database.session, [get_product(database.session, product_id)])\n"
                "        return ProductV2Schema().dump(found[0])\n")],
    ),
]  # fmt: skip
