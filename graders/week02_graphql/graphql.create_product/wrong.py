"""Mistakes that people make with a mutation."""

from workbench.alternatives import Wrong

_LOAD = "            values = ProductSchema().load(data)\n"
_KEY = '            data["category_id"] = str(key_of(data["category_id"], "Category"))\n'
_CREATE = "            product = creation.create_product(info.context.session, values)\n"
_UNKNOWN = (
    "        except UnknownCategory:\n"
    '            message = "There is no category with this id."\n'
    '            return _refused([UserError("categoryId", "NOT_FOUND", [message])])\n'
)
_INVALID = "            return _refused(invalid_fields(error.normalized_messages()))\n"

WRONG = [
    Wrong(
        "a_price_is_a_float",
        "Money as a binary fraction, which also can be NaN: GraphQL's own Float.",
        fails=["takes_exact_amounts", "names_the_field_at_fault"],
        edits=[("    price = Money(required=True)\n", "    price = graphene.Float(required=True)\n")],
    ),
    Wrong(
        "attributes_as_text",
        "JSONString takes an object only as text in quotes.",
        fails=["takes_all_fields", "names_the_field_at_fault"],
        edits=[("    attributes = JSON()\n", "    attributes = graphene.JSONString()\n")],
    ),
    Wrong(
        "no_rules",
        "Nothing is validated: the database refuses what it can, and the rest is stored.",
        fails=["creates_a_product"],
        edits=[(_LOAD, "            values = data\n")],
    ),
    Wrong(
        "rules_of_its_own",
        "A rule or two are written down again, and the others are forgotten.",
        fails=["names_the_field_at_fault"],
        edits=[(_LOAD,
                '            name, price = data["name"].strip(), data["price"]\n'
                "            if not name:\n                raise ValidationError(\"Empty.\", \"name\")\n"
                '            if price < 0:\n                raise ValidationError("Too low.", "price")\n'
                '            values = {"description": "", "stock_quantity": 0, "attributes": {}}\n'
                '            values |= {**data, "name": name, "price": round(price, 2)}\n')],
    ),
    Wrong(
        "tells_the_exception",
        "Every exception is shown to the client, with its SQL.",
        fails=["a_defect_is_no_mistake_of_the_client"],
        edits=[(_UNKNOWN, _UNKNOWN +
                "        except Exception as error:\n"
                '            return _refused([UserError("input", "INVALID", [str(error)])])\n')],
    ),
    Wrong(
        "everything_is_a_mistake_of_the_client",
        "A defect is hidden among the mistakes: the client looks for it in his form, and no log has it.",
        fails=["a_defect_is_no_mistake_of_the_client"],
        edits=[(_UNKNOWN, _UNKNOWN +
                "        except Exception:\n"
                '            return _refused([UserError("input", "INVALID", ["Please try again."])])\n')],
    ),
    Wrong(
        "mistakes_are_errors",
        "What is wrong with the input stops the field, as a defect does.",
        fails=["names_the_field_at_fault"],
        edits=[(_INVALID, "            raise ClientError(str(error.normalized_messages())) from None\n")],
    ),
    Wrong(
        "category_unhandled",
        "A category that does not exist was not thought of.",
        fails=["wants_a_category_that_exists"],
        edits=[(_UNKNOWN, "")],
    ),
    Wrong(
        "any_kind_of_id",
        "The id of a product is taken for one of a category.",
        fails=["wants_a_category_that_exists"],
        edits=[(_KEY, _KEY.replace('key_of(data["category_id"], "Category")', 'parse_global_id(data["category_id"])[1]')),
               ("Product, key_of\n", "Product, parse_global_id\n")],
    ),
    Wrong(
        "keys_of_the_database",
        "The category is named by its UUID: two schemes of ids in one graph.",
        fails=["creates_a_product"],
        edits=[(_KEY, ""), ("Product, key_of\n", "Product\n")],
    ),
    Wrong(
        "keys_of_the_database_too",
        "What is no id of the graph is tried as a UUID.",
        fails=["wants_a_category_that_exists"],
        edits=[(_KEY,
                '            if len(data["category_id"]) != 36:\n    ' + _KEY)],
    ),
    Wrong(
        "null_is_left_out",
        "What is null counts as not sent, and the default is stored.",
        fails=["null_is_no_value"],
        edits=[("        data = dict(input)\n",
                "        data = {name: value for name, value in input.items() if value is not None}\n")],
    ),
    Wrong(
        "one_mistake_at_a_time",
        "The form must be sent once for every mistake.",
        fails=["tells_all_mistakes_at_once"],
        edits=[(_INVALID, _INVALID.replace("messages()))", "messages())[:1])"))],
    ),
    Wrong(
        "names_of_python",
        "The client is told of a field that his input does not have.",
        fails=["names_the_field_at_fault"],
        edits=[(_INVALID,
                "            found = error.normalized_messages()\n"
                '            return _refused([UserError(name, "INVALID", [str(found[name])]) for name in found])\n')],
    ),
    Wrong(
        "may_create_deleted_products",
        "A column that is nobody's business can be written.",
        fails=["knows_no_other_fields"],
        edits=[("    attributes = JSON()\n", "    attributes = JSON()\n    is_active = graphene.Boolean()\n"),
               ("        data = dict(input)\n",
                '        data = dict(input)\n        is_active = data.pop("is_active", True)\n'),
               (_CREATE, _CREATE.replace("values)", '{**values, "is_active": is_active})'))],
    ),
    Wrong(
        "never_commits",
        "The product is in the answer, and gone with the request.",
        fails=["keeps_the_product", "goes_on_after_a_mistake"],
        edits=[(_CREATE,
                "            from backend.catalog import categories, models\n\n"
                "            session = info.context.session\n"
                '            categories.require_category(session, values["category_id"])\n'
                "            product = models.Product(**values)\n"
                "            session.add(product)\n            session.flush()\n")],
    ),
    Wrong(
        "looks_without_a_lock",
        "Between the look for the category and the insert, the category can go.",
        fails=["sees_a_category_go"],
        edits=[(_CREATE,
                "            from backend.catalog import models\n\n"
                "            session = info.context.session\n"
                '            if session.get(models.Category, values["category_id"]) is None:\n'
                '                raise UnknownCategory(values["category_id"])\n'
                "            product = models.Product(**values)\n"
                "            session.add(product)\n            session.commit()\n")],
    ),
    Wrong(
        "leaves_the_transaction_broken",
        "The foreign key's refusal is caught, and the session is not rolled back.",
        fails=["goes_on_after_a_mistake"],
        edits=[(_CREATE,
                "            from sqlalchemy.exc import IntegrityError\n\n"
                "            from backend.catalog import models\n\n"
                "            session = info.context.session\n"
                "            product = models.Product(**values)\n"
                "            session.add(product)\n"
                "            try:\n                session.commit()\n"
                "            except IntegrityError:\n"
                '                raise UnknownCategory(values["category_id"]) from None\n')],
    ),
]  # fmt: skip
