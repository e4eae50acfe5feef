"""Mistakes that people make at the border."""

from workbench.alternatives import Wrong

WRONG = [
    Wrong(
        "price_as_number",
        "A JSON number is a binary fraction for most clients.",
        fails=["shows_prices_as_text"],
        edits=[
            ('return f"{value:.2f}"', "return float(value)"),
            ("**_kwargs: Any) -> str:", "**_kwargs: Any) -> Any:"),
        ],
    ),
    Wrong(
        "price_as_it_came",
        "Nineteen ninety is shown as 19.9 when it was sent so.",
        fails=["shows_prices_as_text"],
        edits=[('return f"{value:.2f}"', "return str(value.normalize())")],
    ),
    Wrong(
        "rounded_price",
        "9.999 is stored as 10.00: somebody's price was changed.",
        fails=["refuses_prices_that_need_rounding"],
        edits=[
            (
                '    if price != price.quantize(Decimal("0.01")):\n'
                '        raise ValidationError("Must not have more than two decimal places.")\n',
                "",
            ),
            ("price = _Price(required=True", "price = _Price(places=2, required=True"),
        ],
    ),
    Wrong(
        "no_upper_bound",
        "Too many digits reach the database, which is no place to find that out.",
        fails=["refuses_prices_that_need_rounding"],
        edits=[("    if not 0 <= price <= MAX_PRICE:", "    if not 0 <= price:")],
    ),
    Wrong(
        "nan_price",
        "allow_nan, and a comparison that NaN does not fail.",
        fails=["refuses_prices_that_are_no_numbers"],
        edits=[
            (
                "    if not 0 <= price <= MAX_PRICE:",
                "    if not price.is_finite():\n        return\n    if price < 0 or price > MAX_PRICE:",
            ),
            ("price = _Price(required=True", "price = _Price(allow_nan=True, required=True"),
        ],
    ),
    Wrong(
        "measured_before_stripping",
        "Spaces count as characters: a name of spaces is accepted and stored empty.",
        fails=["strips_names"],
        edits=[
            (
                "name = StrippedText(required=True, validate=[no_nul, validate.Length(1, 200)])",
                "name = fields.String(required=True, validate=[no_nul, validate.Length(1, 200)])",
            ),
        ],
    ),
    Wrong(
        "optional_category",
        "A product without a category is an error of the database, not of the border.",
        fails=["requires_name_price_and_category"],
        edits=[("category_id = fields.UUID(required=True)", "category_id = fields.UUID()")],
    ),
    Wrong(
        "writable_is_active",
        "Whoever may write a product can hide or revive it.",
        fails=["shows_the_whole_product", "keeps_what_the_server_owns"],
        edits=[
            (
                "    created_at = fields.DateTime(dump_only=True)\n",
                "    created_at = fields.DateTime(dump_only=True)\n"
                "    is_active = fields.Boolean(load_default=True)\n",
            ),
        ],
    ),
    Wrong(
        "unknown_fields_pass",
        "What is unknown is dropped without a word: a misspelt field seems to work.",
        fails=["keeps_what_the_server_owns"],
        edits=[
            (
                '''    """A product, as the body of POST and PUT and as it is shown."""

    class Meta:
        unknown = RAISE''',
                '''    """A product, as the body of POST and PUT and as it is shown."""

    class Meta:
        unknown = EXCLUDE''',
            ),
            ("    RAISE,\n", "    EXCLUDE,\n    RAISE,\n"),
        ],
    ),
    Wrong(
        "loose_stock",
        "Without strict, 2.5 lamps are two.",
        fails=["counts_stock_in_whole_numbers"],
        edits=[("        strict=True, load_default=0,", "        load_default=0,")],
    ),
    Wrong(
        "stock_without_end",
        "Three billion do not fit into the column.",
        fails=["counts_stock_in_whole_numbers"],
        edits=[("validate=validate.Range(0, MAX_INTEGER)", "validate=validate.Range(min=0)")],
    ),
    Wrong(
        "true_is_one",
        "In Python True is an int, so a bound alone lets it through.",
        fails=["counts_no_truth_values"],
        edits=[
            (
                "    stock_quantity = fields.Integer(\n"
                "        strict=True, load_default=0, validate=validate.Range(0, MAX_INTEGER)\n    )\n",
                "    stock_quantity = _Count(load_default=0, validate=validate.Range(0, MAX_INTEGER))\n",
            ),
            (
                "class ProductSchema(Schema):",
                "class _Count(fields.Raw):\n"
                "    def _deserialize(self, value, *_args, **_kwargs):\n"
                "        if not isinstance(value, int):\n"
                '            raise ValidationError("Not a valid integer.")\n'
                "        return value\n\n\n"
                "class ProductSchema(Schema):",
            ),
        ],
    ),
    Wrong(
        "shallow_nul",
        "Only the texts on top are looked at, not those inside attributes.",
        fails=["refuses_what_postgresql_cannot_store"],
        edits=[
            ("fields.Dict(load_default=dict, validate=no_nul)", "fields.Dict(load_default=dict)")
        ],
    ),
    Wrong(
        "null_is_fine",
        "A null description reaches the database.",
        fails=["takes_no_null"],
        edits=[
            (
                'description = fields.String(load_default="", validate=no_nul)',
                'description = fields.String(load_default="", allow_none=True, validate=no_nul)',
            )
        ],
    ),
    Wrong(
        "zero_is_no_bound",
        "A maximum of zero is taken for none.",
        fails=["compares_the_price_bounds"],
        edits=[
            (
                "if low is not None and high is not None and low > high",
                "if low and high and low > high",
            )
        ],
    ),
    Wrong(
        "oldest_first",
        "The default order is the wrong way round.",
        fails=["reads_the_search_text"],
        edits=[
            (
                'sort_order = fields.String(load_default="desc"',
                'sort_order = fields.String(load_default="asc"',
            )
        ],
    ),
    Wrong(
        "tidy_description",
        "A description is changed on its way in.",
        fails=["shows_the_whole_product"],
        edits=[("description = fields.String(", "description = StrippedText(")],
    ),
    Wrong(
        "stock_required",
        "What has a default is asked for all the same.",
        fails=["takes_a_product"],
        edits=[("        strict=True, load_default=0,", "        strict=True, required=True,")],
    ),
    Wrong(
        "other_default",
        "A description that nobody wrote.",
        fails=["fills_in_defaults"],
        edits=[
            (
                'description = fields.String(load_default="", validate=no_nul)',
                'description = fields.String(load_default="-", validate=no_nul)',
            )
        ],
    ),
    Wrong(
        "naive_moments",
        "The offset is cut off: every client reads it in its own zone.",
        fails=["shows_moments_with_their_zone"],
        edits=[
            (
                "    created_at = fields.DateTime(dump_only=True)",
                '    created_at = fields.DateTime("%Y-%m-%dT%H:%M:%S", dump_only=True)',
            )
        ],
    ),
    Wrong(
        "patch_fills_in",
        "A hook adds the defaults, also to a PATCH: what was not sent is lost.",
        fails=["changes_only_what_is_sent"],
        edits=[
            (
                "    updated_at = fields.DateTime(dump_only=True)\n",
                "    updated_at = fields.DateTime(dump_only=True)\n\n"
                "    @post_load\n"
                "    def _defaults(self, data, **_):\n"
                '        return {"description": "", "stock_quantity": 0, "attributes": {}} | data\n',
            ),
        ],
    ),
    Wrong(
        "endless_pages",
        "Page ten to the twentieth is an error inside PostgreSQL.",
        fails=["bounds_the_page"],
        edits=[("validate=validate.Range(1, 10_000)", "validate=validate.Range(min=1)")],
    ),
    Wrong(
        "any_sort_column",
        "Every attribute of the model can be sorted by, or crashes.",
        fails=["knows_its_parameters"],
        edits=[("validate=validate.OneOf(SORT_COLUMNS)", "validate=validate.Length(1, 30)")],
    ),
    Wrong(
        "bounds_not_compared",
        "From ten to five is an empty page and no hint of why.",
        fails=["compares_the_price_bounds"],
        edits=[("    @validates_schema\n    def _check_price_range", "    def _check_price_range")],
    ),
    Wrong(
        "blank_search",
        "A search for nothing finds what has a space in it.",
        fails=["reads_the_search_text"],
        edits=[
            ("    @post_load\n    def _drop_empty_search", "    def _drop_empty_search"),
            ("    search = StrippedText(", "    search = fields.String("),
        ],
    ),
    Wrong(
        "blames_both_bounds",
        "Both bounds are blamed, though one of them is right.",
        fails=["compares_the_price_bounds"],
        edits=[
            (
                'raise ValidationError("Must not be above max_price.", "min_price")',
                'raise ValidationError({"min_price": ["Too high."], "max_price": ["Too low."]})',
            ),
        ],
    ),
]
