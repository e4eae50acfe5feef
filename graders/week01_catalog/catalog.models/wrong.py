"""Mistakes that people make with the tables."""

from workbench.alternatives import Wrong

_PRODUCT = "    name: Mapped[str] = mapped_column(String(200))\n    description: Mapped[str] = "
_CATEGORY = "    name: Mapped[str] = mapped_column(String(100), unique=True)\n    description: Mapped[str] = "

WRONG = [
    Wrong(
        "short_descriptions",
        "A description of a product gets the length that every text gets.",
        fails=["bounds_names"],
        edits=[(_PRODUCT + "mapped_column(Text,", _PRODUCT + "mapped_column(String(255),")],
    ),
    Wrong(
        "short_descriptions_of_categories",
        "A category needs a few words only, it is thought.",
        fails=["bounds_names"],
        edits=[(_CATEGORY + "mapped_column(Text,", _CATEGORY + "mapped_column(String(20),")],
    ),
    Wrong(
        "names_in_bytes",
        "The length is counted in bytes: half as many Cyrillic letters fit.",
        fails=["bounds_names"],
        edits=[('        # NUMERIC(10, 2) can hold NaN,',
                '        CheckConstraint("octet_length(name) <= 200", name="name_short"),\n'
                '        # NUMERIC(10, 2) can hold NaN,')],
    ),
    Wrong(
        "float_price",
        "Money in binary floating point: 0.1 is not 0.1.",
        fails=["has_the_types_of_the_text", "keeps_prices_exact"],
        edits=[
            ("mapped_column(Numeric(10, 2))", "mapped_column(Float)"),
            ("    Numeric,\n", "    Float,\n"),
        ],
    ),
    Wrong(
        "python_defaults",
        "Defaults that only Python knows: a row from elsewhere is refused.",
        fails=["fills_in_defaults"],
        edits=[
            ('server_default=text("0")', "default=0"),
            ("server_default=true()", "default=True"),
        ],
    ),
    Wrong(
        "nullable_flag",
        "A product that is neither active nor inactive.",
        fails=["holds_no_null"],
        edits=[("is_active: Mapped[bool]", "is_active: Mapped[bool | None]")],
    ),
    Wrong(
        "nullable_stock",
        "Stock that is unknown: comparing it crashes later.",
        fails=["holds_no_null"],
        edits=[("stock_quantity: Mapped[int]", "stock_quantity: Mapped[int | None]")],
    ),
    Wrong(
        "no_checks",
        "The API validates, so the database need not: until something else writes.",
        fails=["refuses_negative_numbers"],
        edits=[
            ('        CheckConstraint("price BETWEEN 0 AND 99999999.99", name="price_in_range"),\n', ""),
            ('        CheckConstraint("stock_quantity >= 0", name="stock_quantity_not_negative"),\n', ""),
        ],
    ),
    Wrong(
        "nan_price",
        "PostgreSQL sorts NaN above every number, so a lower bound lets it in.",
        fails=["refuses_prices_that_are_no_amounts"],
        edits=[("price BETWEEN 0 AND 99999999.99", "price >= 0")],
    ),
    Wrong(
        "empty_but_not_blank",
        "Only the empty name is refused, spaces pass.",
        fails=["bounds_names"],
        edits=[
            (
                '    __table_args__ = (CheckConstraint("btrim(name) <> \'\'", name="name_not_blank"),)',
                '    __table_args__ = (CheckConstraint("name <> \'\'", name="name_not_blank"),)',
            )
        ],
    ),
    Wrong(
        "category_twice",
        "Nothing stops a second category of the same name.",
        fails=["keeps_category_names_unique"],
        edits=[("mapped_column(String(100), unique=True)", "mapped_column(String(100))")],
    ),
    Wrong(
        "cascade",
        "Deleting a category silently deletes what it holds.",
        fails=["ties_products_to_categories"],
        edits=[('ondelete="RESTRICT"', 'ondelete="CASCADE"')],
    ),
    Wrong(
        "no_index",
        "PostgreSQL does not index a foreign key by itself.",
        fails=["indexes_the_foreign_key"],
        edits=[('        Index(None, "category_id"),\n', "")],
    ),
    Wrong(
        "naive_moments",
        "A timestamp without zone means another moment on every server.",
        fails=["has_the_types_of_the_text"],
        edits=[
            (
                '        DateTime(timezone=True), server_default=func.now(), onupdate',
                '        DateTime(), server_default=func.now(), onupdate',
            )
        ],
    ),
    Wrong(
        "plain_json",
        "A json column is text that parses: it has no containment.",
        fails=["has_the_types_of_the_text", "keeps_attributes_queryable"],
        edits=[
            ("mapped_column(JSONB, server_default=text(\"'{}'::jsonb\"))",
             "mapped_column(JSON, server_default=text(\"'{}'\"))"),
            ("import JSONB", "import JSON"),
        ],
    ),
    Wrong(
        "updated_once",
        "updated_at is set when the row is made and never again.",
        fails=["moves_updated_at"],
        edits=[(", onupdate=func.clock_timestamp()", "")],
    ),
    Wrong(
        "frozen_moment",
        "The default is worked out once, when the table is made.",
        fails=["fills_in_defaults"],
        edits=[
            ('    description: Mapped[str] = mapped_column(Text, server_default="")\n'
             '    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())\n\n\n',
             '    description: Mapped[str] = mapped_column(Text, server_default="")\n'
             '    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("\'now\'"))\n\n\n'),
        ],
    ),
    Wrong(
        "nothing_is_free",
        "A price of zero is refused.",
        fails=["keeps_prices_exact"],
        edits=[("price BETWEEN 0 AND 99999999.99", "price > 0 AND price <= 99999999.99")],
    ),
    Wrong(
        "small_stock",
        "32768 lamps do not fit.",
        fails=["has_the_types_of_the_text"],
        edits=[("mapped_column(server_default=text(\"0\"))", "mapped_column(SmallInteger, server_default=text(\"0\"))"),
               ("    Numeric,\n", "    Numeric,\n    SmallInteger,\n")],
    ),
    Wrong(
        "short_names",
        "Half of the names that the text allows are refused.",
        fails=["bounds_names"],
        edits=[("mapped_column(String(200))", "mapped_column(String(100))")],
    ),
    Wrong(
        "unbounded_names",
        "A novel is no name.",
        fails=["bounds_names"],
        edits=[("mapped_column(String(200))", "mapped_column(Text)")],
    ),
    Wrong(
        "no_relationship",
        "The files that filter by category have nothing to go through.",
        fails=["carries_the_api"],
        edits=[("    category: Mapped[Category] = relationship()\n", "")],
    ),
    Wrong(
        "case_blind_names",
        "Books and books are two categories.",
        fails=["keeps_category_names_unique"],
        edits=[
            ('    __table_args__ = (CheckConstraint("btrim(name) <> \'\'", name="name_not_blank"),)',
             '    __table_args__ = (CheckConstraint("btrim(name) <> \'\'", name="name_not_blank"),\n'
             '                      Index("ix_lower", text("lower(name)"), unique=True))'),
        ],
    ),
    Wrong(
        "renamed_attribute",
        "The column has its name, the class another: the files that import it cannot use it.",
        fails=["carries_the_api"],
        edits=[("    stock_quantity: Mapped[int] = mapped_column(",
                '    stock: Mapped[int] = mapped_column("stock_quantity", ')],
    ),
    Wrong(
        "renamed_column",
        "A column of another name: the files that import the model do not know it.",
        fails=["has_both_tables"],
        edits=[("    stock_quantity: Mapped[int]", "    stock: Mapped[int]"),
               ('CheckConstraint("stock_quantity >= 0"', 'CheckConstraint("stock >= 0"')],
    ),
    Wrong(
        "one_column_more",
        "A column that nobody asked for.",
        fails=["has_the_types_of_the_text"],
        edits=[("    stock_quantity: Mapped[int]",
                "    sku: Mapped[str | None]\n    stock_quantity: Mapped[int]")],
    ),
    Wrong(
        "capitalised_names",
        "A rule of the author's own taste: every name begins with a capital.",
        fails=["bounds_names"],
        edits=[('        CheckConstraint("stock_quantity >= 0"',
                '        CheckConstraint("left(name, 1) = upper(left(name, 1))", name="capital"),\n'
                '        CheckConstraint("stock_quantity >= 0"')],
    ),
]  # fmt: skip
