"""Mistakes that people make with one resource and many writers."""

from workbench.alternatives import Wrong

_UPDATE = """    with transaction(session):
        product = _find(session, product_id, lock=True)
        if "category_id" in values:
            require_category(session, values["category_id"])
        for field, value in values.items():
            setattr(product, field, value)
    return product
"""

WRONG = [
    Wrong(
        "put_is_a_patch",
        "What PUT leaves out stays.",
        fails=["replaces_a_product", "validates_what_is_sent"],
        edits=[("    @products.arguments(ProductSchema)\n", "    @products.arguments(ProductSchema(partial=True))\n")],
    ),
    Wrong(
        "put_forgets_defaults",
        "Only what is not a default is stored.",
        fails=["replaces_a_product"],
        edits=[("    return _update(session, product_id, data)\n",
                '    return _update(session, product_id, {k: v for k, v in data.items() if v or k == "price"})\n')],
    ),
    Wrong(
        "patch_is_a_put",
        "PATCH requires and fills in everything.",
        fails=["modifies_what_is_sent", "takes_attributes_as_one_value", "needs_a_category_that_exists",
               "keeps_its_moments", "is_true_for_everybody", "loses_no_change",
               "changes_nothing_after_a_deletion", "is_gone_for_every_method",
               "finds_nothing_that_is_not_there", "leaves_nothing_open", "takes_few_statements"],
        edits=[("ProductSchema(partial=True)", "ProductSchema")],
    ),
    Wrong(
        "truthy_changes",
        "Zero and empty are taken for not sent.",
        fails=["modifies_what_is_sent"],
        edits=[("    return _update(session, product_id, changes)\n",
                "    return _update(session, product_id, {k: v for k, v in changes.items() if v})\n")],
    ),
    Wrong(
        "merges_attributes",
        "A PATCH adds to the attributes in place of setting them.",
        fails=["modifies_what_is_sent", "takes_attributes_as_one_value"],
        edits=[("    return _update(session, product_id, changes)\n",
                '    if "attributes" in changes:\n'
                "        old = get_product(session, product_id).attributes\n"
                '        changes = {**changes, "attributes": {**old, **changes["attributes"]}}\n'
                "    return _update(session, product_id, changes)\n")],
    ),
    Wrong(
        "attributes_in_place",
        "A dictionary that is changed in place: SQLAlchemy does not notice.",
        fails=["replaces_a_product", "modifies_what_is_sent", "takes_attributes_as_one_value"],
        edits=[("            setattr(product, field, value)\n",
                '            if field == "attributes":\n                product.attributes.clear()\n'
                "                product.attributes.update(value)\n            else:\n"
                "                setattr(product, field, value)\n")],
    ),
    Wrong(
        "deletes_the_row",
        "A hard deletion.",
        fails=["deletes_softly", "deletes_once", "deletes_what_it_finds"],
        edits=[("        _find(session, product_id, lock=True).is_active = False\n",
                "        session.delete(_find(session, product_id, lock=True))\n")],
    ),
    Wrong(
        "deletes_with_200",
        "The answer to DELETE has a status and a body of its own.",
        fails=["deletes_softly", "deletes_once"],
        edits=[("    @products.response(204)\n", "    @products.response(200)\n"),
               ("    def remove(product_id: UUID) -> None:", "    def remove(product_id: UUID) -> dict[str, bool]:"),
               ("        remove_product(database.session, product_id)\n",
                '        remove_product(database.session, product_id)\n        return {"deleted": True}\n')],
    ),
    Wrong(
        "shows_the_deleted",
        "GET finds what is deleted.",
        fails=["is_gone_for_every_method", "is_true_for_everybody"],
        edits=[("    return _find(session, product_id, lock=False)\n",
                "    product = session.get(Product, product_id)\n    if product is None:\n"
                "        raise ProductNotFound(product_id)\n    return product\n")],
    ),
    Wrong(
        "changes_the_deleted",
        "PUT, PATCH and DELETE find what is deleted.",
        fails=["is_gone_for_every_method", "changes_nothing_after_a_deletion", "deletes_once"],
        edits=[("select(Product).where(Product.id == product_id, Product.is_active)",
                "select(Product).where(Product.id == product_id, lock or Product.is_active)")],
    ),
    Wrong(
        "deletes_again",
        "A deletion of what is deleted is answered with 204.",
        fails=["is_gone_for_every_method", "deletes_once", "finds_nothing_that_is_not_there", "leaves_nothing_open"],
        edits=[("        remove_product(database.session, product_id)\n",
                "        try:\n            remove_product(database.session, product_id)\n"
                "        except ProductNotFound:\n            pass\n")],
    ),
    Wrong(
        "deletes_without_an_end",
        "The deletion is never committed.",
        fails=["deletes_softly", "is_true_for_everybody", "deletes_once", "deletes_what_it_finds"],
        edits=[("    with transaction(session):\n        _find(session, product_id, lock=True).is_active = False\n",
                "    _find(session, product_id, lock=True).is_active = False\n    session.flush()\n")],
    ),
    Wrong(
        "no_lock",
        "Who reads and then writes knows an old truth.",
        fails=["changes_nothing_after_a_deletion", "deletes_once"],
        edits=[("    if lock:\n", "    if False:\n")],
    ),
    Wrong(
        "locks_what_it_knows_already",
        "The row is read, then locked, and not looked at again.",
        fails=["changes_nothing_after_a_deletion", "deletes_once"],
        edits=[
            ("    if lock:\n", "    if False:\n"),
            ("    if product is None:\n        raise ProductNotFound(product_id)\n",
             "    if product is None:\n        raise ProductNotFound(product_id)\n"
             "    if lock:\n        session.execute(\n"
             "            select(Product.id).where(Product.id == product_id).with_for_update(key_share=True)\n"
             "        )\n"),
        ],
    ),
    Wrong(
        "writes_everything_back",
        "Every column is written, with what was read before the wait.",
        fails=["loses_no_change", "changes_nothing_after_a_deletion", "deletes_once"],
        edits=[
            ("    if lock:\n", "    if False:\n"),
            ("        for field, value in values.items():\n            setattr(product, field, value)\n",
             "        from sqlalchemy.orm.attributes import flag_modified\n\n"
             "        for field, value in values.items():\n            setattr(product, field, value)\n"
             '        for field in ("name", "description", "price", "stock_quantity", "attributes", "category_id"):\n'
             "            flag_modified(product, field)\n"),
        ],
    ),
    Wrong(
        "deletion_writes_back",
        "Where the row is deleted, it is written as it was read.",
        fails=["deletes_what_it_finds", "deletes_once"],
        edits=[
            ("        _find(session, product_id, lock=True).is_active = False\n",
             "        from sqlalchemy.orm.attributes import flag_modified\n\n"
             "        product = _find(session, product_id, lock=False)\n        product.is_active = False\n"
             '        for field in ("name", "price", "attributes"):\n            flag_modified(product, field)\n'),
        ],
    ),
    Wrong(
        "fails_instead_of_waiting",
        "NOWAIT: whoever comes second is turned away.",
        fails=["loses_no_change", "changes_nothing_after_a_deletion", "deletes_once", "deletes_what_it_finds",
               "meets_the_deletion_of_its_category"],
        edits=[("with_for_update(of=Product, key_share=True)",
                "with_for_update(of=Product, key_share=True, nowait=True)")],
    ),
    Wrong(
        "locks_too_much",
        "FOR UPDATE: the deletion of the category waits for the product, and the PUT for the category.",
        fails=["meets_the_deletion_of_its_category"],
        edits=[("with_for_update(of=Product, key_share=True)", "with_for_update(of=Product)")],
    ),
    Wrong(
        "gets_with_a_lock_that_is_too_strong",
        "What session.get(with_for_update=True) takes is FOR UPDATE as well.",
        fails=["meets_the_deletion_of_its_category"],
        edits=[("        product = _find(session, product_id, lock=True)\n"
                '        if "category_id" in values:\n',
                "        product = session.get(Product, product_id, with_for_update=True)\n"
                "        if product is None or not product.is_active:\n"
                "            raise ProductNotFound(product_id)\n"
                '        if "category_id" in values:\n')],
    ),
    Wrong(
        "category_left_to_the_key",
        "The foreign key refuses it in words that blame nothing: 409.",
        fails=["needs_a_category_that_exists"],
        edits=[('        if "category_id" in values:\n            require_category(session, values["category_id"])\n', "")],
    ),
    Wrong(
        "half_is_stored",
        "Committed first, and then looked whether the category exists.",
        fails=["needs_a_category_that_exists", "loses_its_category_with_grace"],
        edits=[(_UPDATE,
                "    with transaction(session):\n"
                "        product = _find(session, product_id, lock=True)\n"
                "        for field, value in values.items():\n"
                '            if field != "category_id":\n                setattr(product, field, value)\n'
                '    if "category_id" in values:\n        with transaction(session):\n'
                '            require_category(session, values["category_id"])\n'
                '            product.category_id = values["category_id"]\n'
                "    return product\n")],
    ),
    Wrong(
        "asks_in_a_broken_session",
        "After a failed statement the session is asked again without a rollback: 500.",
        fails=["loses_its_category_with_grace"],
        edits=[(_UPDATE,
                "    from sqlalchemy.exc import IntegrityError\n\n    from backend.catalog.models import Category\n\n"
                "    product = _find(session, product_id, lock=True)\n"
                '    if "category_id" in values and session.get(Category, values["category_id"]) is None:\n'
                '        require_category(session, values["category_id"])\n'
                "    for field, value in values.items():\n        setattr(product, field, value)\n"
                "    try:\n        session.commit()\n"
                '    except IntegrityError:\n        require_category(session, values["category_id"])\n        raise\n'
                "    return product\n")],
    ),
    Wrong(
        "a_new_row",
        "PUT takes the old row away and puts another one there.",
        fails=["keeps_its_moments", "replaces_a_product"],
        edits=[("    return _update(session, product_id, data)\n",
                "    with transaction(session):\n"
                "        old = _find(session, product_id, lock=True)\n"
                '        require_category(session, data["category_id"])\n'
                "        session.delete(old)\n        session.flush()\n"
                "        product = Product(id=product_id, **data)\n        session.add(product)\n"
                "    return product\n")],
    ),
    Wrong(
        "time_stands_still",
        "A change that does not move updated_at.",
        fails=["keeps_its_moments"],
        edits=[("            setattr(product, field, value)\n",
                "            setattr(product, field, value)\n"
                "        from sqlalchemy.orm.attributes import flag_modified\n\n"
                '        flag_modified(product, "updated_at")\n')],
    ),
    Wrong(
        "shows_what_was",
        "The answer shows the product as it was before the change.",
        fails=["modifies_what_is_sent", "takes_attributes_as_one_value", "keeps_its_moments"],
        edits=[("        return modify_product(database.session, product_id, changes)\n",
                "        before = get_product(database.session, product_id)\n"
                "        database.session.expunge(before)\n"
                "        modify_product(database.session, product_id, changes)\n"
                "        return before\n")],
    ),
    Wrong(
        "any_text_is_an_id",
        "The path takes any text, and PostgreSQL cannot read it as a UUID.",
        fails=["finds_nothing_that_is_not_there"],
        edits=[("    @products.delete(\"/<uuid:product_id>\")", "    @products.delete(\"/<product_id>\")")],
    ),
    Wrong(
        "fetches_all",
        "Every product is fetched to find one.",
        fails=["takes_few_statements"],
        edits=[("    return _find(session, product_id, lock=False)\n",
                "    for product in session.scalars(select(Product).where(Product.is_active)):\n"
                "        if product.id == product_id:\n            return product\n"
                "    raise ProductNotFound(product_id)\n")],
    ),
    Wrong(
        "never_rolls_back",
        "A session of its own, which nobody closes when a change is refused.",
        fails=["leaves_nothing_open", "needs_a_category_that_exists"],
        edits=[(_UPDATE,
                "    from sqlalchemy import NullPool, create_engine\n\n"
                "    mine = Session(create_engine(session.get_bind().url, poolclass=NullPool), expire_on_commit=False)\n"
                "    OPEN.append(mine)\n"
                "    product = _find(mine, product_id, lock=True)\n"
                '    if "category_id" in values:\n        require_category(mine, values["category_id"])\n'
                "    for field, value in values.items():\n        setattr(product, field, value)\n"
                "    mine.commit()\n    mine.refresh(product)\n    mine.close()\n    return product\n"),
               ("def get_product(", "OPEN: list[Session] = []\n\n\ndef get_product(")],
    ),
    Wrong(
        "undocumented",
        "The document does not tell what may go wrong.",
        fails=["is_documented"],
        edits=[("    @products.problems(404)\n", "")],
    ),
]  # fmt: skip
