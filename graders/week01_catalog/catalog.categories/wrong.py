"""Mistakes that people make with names, and with what others refer to."""

from workbench.alternatives import Wrong

#: The part with the rule about names looked up beforehand, as most people write it first.
LOOK_FIRST = (
    '''    """Raise NameTaken when what happens inside breaks the rule that names are unique.

    A look for the name beforehand would see nothing of a request that is storing it right now.
    """
    try:
        yield
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):
            raise NameTaken(name) from error
        raise
''',
    """    if session.scalar(select(Category.id).where(Category.name == name)) is not None:
        raise NameTaken(name)
    yield
""",
)

WITH_SESSION = ("def _unique_name(name: str)", "def _unique_name(session: Session, name: str)")

CREATES = '''Raises NameTaken."""
    with transaction(session), _unique_name(data["name"]):
'''

REPLACES = '''then nothing has changed.
    """
    with transaction(session), _unique_name(data["name"]):
'''

WRONG = [
    Wrong(
        "looks_first",
        "A look for the name, then the insert: in between, somebody else stores it.",
        fails=["gives_a_name_to_one_of_two", "refuses_to_rename_to_a_taken_name"],
        edits=[
            LOOK_FIRST,
            WITH_SESSION,
            (CREATES, CREATES.replace("(data[", "(session, data[")),
            (
                REPLACES,
                '''then nothing has changed.
    """
    category = get_category(session, category_id)
    if category.name == data["name"]:
        with transaction(session):
            session.execute(update(Category).where(Category.id == category_id).values(**data))
            return get_category(session, category_id)
    with transaction(session), _unique_name(session, data["name"]):
''',
            ),
        ],
    ),
    Wrong(
        "own_name_is_taken",
        "A category cannot keep its name in a PUT, because it finds itself.",
        fails=["replaces_a_category"],
        edits=[
            (
                REPLACES,
                REPLACES
                + '        taken = select(Category.id).where(Category.name == data["name"])\n'
                "        if session.scalar(taken) is not None:\n"
                '            raise NameTaken(data["name"])\n',
            )
        ],
    ),
    Wrong(
        "nobody_blamed",
        "The database's refusal is passed on as it is: nobody learns which field is at fault.",
        fails=["refuses_a_taken_name"],
        edits=[
            (
                "        if isinstance(error.orig, UniqueViolation):\n"
                "            raise NameTaken(name) from error\n",
                "",
            )
        ],
    ),
    Wrong(
        "taken_is_422",
        "A conflict with what is stored is told as a defect of the body.",
        fails=["refuses_a_taken_name"],
        edits=[
            (
                'return problem(409, "Choose another name."',
                'return problem(422, "Choose another name."',
            )
        ],
    ),
    Wrong(
        "names_without_case",
        "Capitals are dropped, so that no two names differ in them only: nobody asked for that.",
        fails=["refuses_a_taken_name"],
        edits=[
            (
                CREATES,
                CREATES + '        same = func.lower(Category.name) == data["name"].lower()\n'
                "        if session.scalar(select(Category.id).where(same)) is not None:\n"
                '            raise NameTaken(data["name"])\n',
            )
        ],
    ),
    Wrong(
        "no_location",
        "The 201 does not say where the category lives.",
        fails=["creates_a_category"],
        edits=[
            (
                'return category, {"Location": url_for("categories.show", category_id=category.id)}',
                "return category, {}",
            )
        ],
    ),
    Wrong(
        "created_is_200",
        "The status that a view has unless it says otherwise.",
        fails=["creates_a_category", "counts_what_is_for_sale"],
        edits=[
            (
                "@categories.response(201, CategorySchema,",
                "@categories.response(200, CategorySchema,",
            )
        ],
    ),
    Wrong(
        "put_of_a_part",
        "PUT as PATCH: a description that is left out stays.",
        fails=["replaces_a_category"],
        edits=[
            (
                REPLACES,
                REPLACES.replace(
                    "    with",
                    "    data = {key: value for key, value in data.items() if value}\n    with",
                ),
            )
        ],
    ),
    Wrong(
        "put_creates",
        "A PUT of an unknown id stores a category.",
        fails=["knows_no_other_ids", "deletes_what_is_empty"],
        edits=[
            (
                REPLACES,
                REPLACES + "        if session.get(Category, category_id) is None:\n"
                "            session.add(Category(id=category_id, **data))\n"
                "            session.flush()\n",
            )
        ],
    ),
    Wrong(
        "patched_schema",
        "The schema of PUT with partial=True: a name may be missing.",
        fails=["refuses_what_breaks_a_rule"],
        edits=[
            (
                '    @categories.put("/<uuid:category_id>")\n    @categories.arguments(CategorySchema)\n',
                '    @categories.put("/<uuid:category_id>")\n'
                "    @categories.arguments(CategorySchema(partial=True))\n",
            ),
            (
                REPLACES,
                REPLACES.replace(
                    "    with",
                    "    old = get_category(session, category_id)\n"
                    '    data = {"name": old.name, "description": "", **data}\n    with',
                ),
            ),
        ],
    ),
    Wrong(
        "deletes_twice",
        "A second DELETE is told that it worked.",
        fails=["knows_no_other_ids", "deletes_what_is_empty"],
        edits=[
            ("        if removed is None:\n            raise UnknownCategory(category_id)\n", "")
        ],
    ),
    Wrong(
        "deletes_the_products",
        "What stands in the way is deleted with it.",
        fails=["keeps_what_is_in_use"],
        edits=[
            (
                "            removed = session.scalars(\n",
                "            session.execute(delete(Product).where(Product.category_id == category_id))\n"
                "            removed = session.scalars(\n",
            )
        ],
    ),
    Wrong(
        "deletes_deleted_products",
        "What is deleted softly is deleted for good, so that the category can go.",
        fails=["keeps_what_deleted_products_refer_to"],
        edits=[
            (
                "            removed = session.scalars(\n",
                "            gone = Product.is_active.is_(False), Product.category_id == category_id\n"
                "            session.execute(delete(Product).where(*gone))\n"
                "            removed = session.scalars(\n",
            )
        ],
    ),
    Wrong(
        "looks_for_products",
        "Products are looked for, and whatever the database says later is a defect of the server.",
        fails=["keeps_what_is_just_being_used"],
        edits=[
            (
                "        except IntegrityError as error:\n"
                "            raise CategoryInUse(category_id) from error\n",
                "        except IntegrityError as error:\n"
                '            raise RuntimeError("this cannot happen") from error\n',
            ),
            (
                "    with transaction(session):\n        try:\n",
                "    used = select(Product.id).where(Product.category_id == category_id).limit(1)\n"
                "    if session.scalar(used) is not None:\n"
                "        raise CategoryInUse(category_id)\n"
                "    with transaction(session):\n        try:\n",
            ),
        ],
    ),
    Wrong(
        "in_use_is_not_found",
        "Any failure to delete is told as 404.",
        fails=["keeps_what_is_in_use"],
        edits=[
            (
                "            raise CategoryInUse(category_id) from error",
                "            raise UnknownCategory(category_id) from error",
            )
        ],
    ),
    Wrong(
        "counts_deleted_products",
        "Products that nobody can buy are counted.",
        fails=["counts_what_is_for_sale"],
        edits=[
            (
                ".where(Product.category_id == Category.id, Product.is_active)",
                ".where(Product.category_id == Category.id)",
            )
        ],
    ),
    Wrong(
        "empty_ones_vanish",
        "An inner join lists only what has a product.",
        fails=["counts_what_is_for_sale"],
        edits=[
            (
                "    query = _shown().order_by(Category.name).limit(limit)\n",
                "    query = _shown().order_by(Category.name).limit(limit)\n"
                "    query = query.where(Category.id.in_(select(Product.category_id)))\n",
            )
        ],
    ),
    Wrong(
        "newest_last",
        "The order is that in which they were made.",
        fails=["lists_in_order_of_name"],
        edits=[("order_by(Category.name)", "order_by(Category.created_at, Category.id)")],
    ),
    Wrong(
        "after_includes",
        "The category that the last page ended with begins the next.",
        fails=["goes_on_after_a_name"],
        edits=[("Category.name > after", "Category.name >= after")],
    ),
    Wrong(
        "capitals_fall_together",
        "Sorted and compared in small letters: of `shelf` and `Shelf` the next page shows neither.",
        fails=["tells_capitals_apart_in_the_list"],
        edits=[
            ("order_by(Category.name)", "order_by(func.lower(Category.name))"),
            ("Category.name > after", "func.lower(Category.name) > after.lower()"),
        ],
    ),
    Wrong(
        "after_must_exist",
        "The place to go on is that of the category of this name, which may have been deleted.",
        fails=["goes_on_after_a_name"],
        edits=[
            (
                "        query = query.where(Category.name > after)\n",
                "        known = session.scalars(select(Category.name).order_by(Category.name)).all()\n"
                "        query = query.offset(known.index(after) + 1 if after in known else 0)\n",
            )
        ],
    ),
    Wrong(
        "a_query_for_each",
        "One more statement for each category: a hundred and one for a list.",
        fails=["leaves_the_work_to_the_database"],
        edits=[
            (
                "    return session.execute(query).all()\n",
                "    rows = session.execute(query).all()\n"
                "    return [get_category(session, row.id) for row in rows]\n",
            )
        ],
    ),
    Wrong(
        "cut_in_python",
        "The whole table is read, and most of it thrown away.",
        fails=["leaves_the_work_to_the_database"],
        edits=[
            (".order_by(Category.name).limit(limit)", ".order_by(Category.name)"),
            (
                "    return session.execute(query).all()\n",
                "    return session.execute(query).all()[:limit]\n",
            ),
        ],
    ),
    Wrong(
        "not_committed",
        "The deletion is answered and then forgotten.",
        fails=["deletes_what_is_empty"],
        edits=[("    with transaction(session):\n        try:\n", "    if True:\n        try:\n")],
    ),
]
