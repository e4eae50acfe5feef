"""Mistakes that people make with partial changes and with versions."""

from workbench.alternatives import Wrong

_COMPARE = "            if expected_version is not None:\n                _compare(session, key, expected_version)\n"
_MODIFY = "            product = modify_product(session, key, changes)\n"
_LOCKED = "    locked = query.with_for_update(of=models.Product, key_share=True)\n"
_READ = "session.scalars(locked.execution_options(populate_existing=True))"

WRONG = [
    Wrong(
        "null_is_left_out",
        "What is null counts as not sent: nothing says that it was not done.",
        fails=["null_is_no_value"],
        edits=[("    changes = dict(given)\n",
                "    changes = {name: value for name, value in given.items() if value is not None}\n")],
    ),
    Wrong(
        "asks_for_truth",
        "`if value`: a price of zero and an empty description are taken for nothing.",
        fails=["changes_every_field", "null_is_no_value"],
        edits=[("    changes = dict(given)\n",
                "    changes = {name: value for name, value in given.items() if value}\n")],
    ),
    Wrong(
        "changes_deleted_products",
        "The row is found by its key alone.",
        fails=["finds_only_what_is_there", "writes_only_what_was_sent"],
        edits=[(_MODIFY,
                "            from backend.catalog.categories import require_category\n\n"
                "            product = session.get(models.Product, key, with_for_update={\"key_share\": True})\n"
                "            if product is None:\n                raise ProductNotFound(key)\n"
                '            if "category_id" in changes:\n'
                '                try:\n'
                '                    require_category(session, changes["category_id"])\n'
                "                except UnknownCategory:\n"
                "                    session.rollback()\n                    raise\n"
                "            for name, value in changes.items():\n                setattr(product, name, value)\n"
                "            session.commit()\n"),
               ("models.Product.id == key, models.Product.is_active)", "models.Product.id == key)")],
    ),
    Wrong(
        "compares_without_a_lock",
        "Between the comparison and the change somebody else changes the product.",
        fails=["of_two_writers_one_wins"],
        edits=[(_LOCKED, "    locked = query\n")],
    ),
    Wrong(
        "locks_too_much",
        "FOR UPDATE, the reflex: a deletion of the category waits for it, and it waits for the deletion.",
        fails=["meets_the_deletion_of_its_category"],
        edits=[("of=models.Product, key_share=True", "of=models.Product")],
    ),
    Wrong(
        "stores_in_two_steps",
        "The category comes last; when it is refused, the other fields are committed already.",
        fails=["names_the_field_at_fault"],
        edits=[(_MODIFY,
                '            category = {name: changes.pop(name) for name in ("category_id",) if name in changes}\n'
                + _MODIFY +
                "            if category:\n                product = modify_product(session, key, category)\n")],
    ),
    Wrong(
        "versions_are_ignored",
        "expectedVersion is taken and not looked at.",
        fails=["a_version_is_good_once"],
        edits=[(_COMPARE, "")],
    ),
    Wrong(
        "an_empty_version_is_none",
        "`if expected_version`: an empty one counts as no condition.",
        fails=["a_version_is_good_once"],
        edits=[("            if expected_version is not None:\n", "            if expected_version:\n")],
    ),
    Wrong(
        "null_is_a_version",
        "A client that sends its variable as null can never change anything.",
        fails=["no_version_is_no_condition"],
        edits=[("        expected_version: str | None = None,\n", '        expected_version: str | None = "*",\n'),
               ("            if expected_version is not None:\n", '            if expected_version != "*":\n')],
    ),
    Wrong(
        "writes_all_columns",
        "The product is read, changed in memory and stored as a whole.",
        fails=["writes_only_what_was_sent"],
        edits=[(_MODIFY,
                "            shown = ProductSchema().dump(get_product(session, key))\n"
                '            for name in ("id", "created_at", "updated_at"):\n                del shown[name]\n'
                "            whole = {**ProductSchema().load(shown), **changes}\n"
                "            product = modify_product(session, key, whole)\n"),
               ("import modify_product\n", "import get_product, modify_product\n")],
    ),
    Wrong(
        "trusts_the_session",
        "The session has the object already, and the row that was just locked is not read into it.",
        fails=["of_two_writers_one_wins"],
        edits=[(_LOCKED, "    known = session.scalars(query).one_or_none()\n" + _LOCKED),
               (_READ, "session.scalars(locked)"),
               ("    if product is None:\n", "    if product is None or known is None:\n")],
    ),
    Wrong(
        "remembers_versions",
        "The version is remembered by what moves when our own code changes something.",
        fails=["sees_changes_from_elsewhere"],
        edits=[("    if product_version(product) != expected:\n",
                "    state = (product.id, product.updated_at, product.price, str(product.attributes))\n"
                "    if VERSIONS.setdefault(state, product_version(product)) != expected:\n"),
               ("class UpdateProductInput(", "VERSIONS: dict[Any, str] = {}\n\n\nclass UpdateProductInput(")],
    ),
    Wrong(
        "an_empty_change_is_a_mistake",
        "A form in which nothing was changed cannot be sent.",
        fails=["changes_every_field"],
        edits=[("    changes = dict(given)\n",
                "    if not given:\n"
                '        raise ValidationError("Nothing is to be changed.", "input")\n'
                "    changes = dict(given)\n")],
    ),
    Wrong(
        "keeps_the_lock",
        "A refused change keeps the row locked until the whole operation is answered.",
        fails=["gives_the_lock_back"],
        edits=[("            session.rollback()  # gives back the lock of a product that is another one by now\n", "")],
    ),
    Wrong(
        "an_empty_input_has_no_condition",
        "Nothing is to be changed, so the version is not looked at: the client learns nothing.",
        fails=["a_version_is_good_once"],
        edits=[(_COMPARE,
                "            if not changes:\n"
                "                return UpdateProduct(product=get_product(session, key), errors=[])\n" + _COMPARE),
               ("import modify_product\n", "import get_product, modify_product\n")],
    ),
    Wrong(
        "looks_for_deletions_too_early",
        "With a version: whether the product is deleted is asked before the lock, and not again.",
        fails=["writes_only_what_was_sent"],
        edits=[(_MODIFY,
                "            if expected_version is None:\n"
                "                product = modify_product(session, key, changes)\n"
                "            else:\n"
                "                with transaction(session):\n"
                "                    product = session.get(models.Product, key)\n"
                '                    if "category_id" in changes:\n'
                '                        require_category(session, changes["category_id"])\n'
                "                    for name, value in changes.items():\n"
                "                        setattr(product, name, value)\n"),
               ("session.scalars(locked.execution_options(populate_existing=True))", "session.scalars(query)"),
               (_LOCKED, ""),
               ("        raise ProductNotFound(key)\n",
                "        raise ProductNotFound(key)\n"
                '    session.refresh(product, with_for_update={"key_share": True})\n'),
               ("from backend.catalog.item import modify_product\n",
                "from backend.catalog.categories import require_category\n"
                "from backend.catalog.item import modify_product\n"
                "from backend.database import transaction\n")],
    ),
    Wrong(
        "keeps_the_lock_for_a_category",
        "The category is looked for under the lock, and when it is missing the lock stays.",
        fails=["gives_the_lock_back"],
        edits=[(_MODIFY,
                '            wanted = {"key_share": True}\n'
                "            product = session.get(\n"
                "                models.Product, key, populate_existing=True, with_for_update=wanted\n"
                "            )\n"
                "            if product is None or not product.is_active:\n"
                "                raise ProductNotFound(key)\n"
                '            if "category_id" in changes:\n'
                '                require_category(session, changes["category_id"])\n'
                "            for name, value in changes.items():\n"
                "                setattr(product, name, value)\n"
                "            session.commit()\n"),
               ("import modify_product\n", "import modify_product\nfrom backend.catalog.categories import require_category\n")],
    ),
    Wrong(
        "blames_the_category_for_all",
        "Whatever else goes wrong, the client hears that its category does not exist.",
        fails=["names_the_field_at_fault"],
        edits=[("        except UnknownCategory:\n", "        except Exception:\n")],
    ),
]  # fmt: skip
