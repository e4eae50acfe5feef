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
        "a_price_is_a_plain_decimal",
        "graphene's own Decimal: it takes NaN, and makes 19.99 a binary fraction first.",
        fails=["takes_exact_amounts"],
        edits=[("    price = Money(required=True)\n", "    price = graphene.Decimal(required=True)\n")],
    ),
    Wrong(
        "rules_written_twice",
        "The rules are all there, a second time: the next change is made at one door only.",
        fails=["has_the_rules_of_rest"],
        edits=[("class CreateProductInput(",
                "class InputSchema(Schema):\n"
                "    name = StrippedText(required=True, validate=[no_nul, validate.Length(1, 200)])\n"
                '    description = fields.String(load_default="", validate=no_nul)\n'
                "    price = fields.Decimal(required=True)\n"
                "    category_id = fields.UUID(required=True)\n"
                "    stock_quantity = fields.Integer(load_default=0, validate=validate.Range(0, 2**31 - 1))\n"
                "    attributes = fields.Dict(load_default=dict, validate=no_nul)\n\n"
                '    @validates("price")\n'
                "    def check(self, price: Any, **_: Any) -> None:\n"
                "        if not 0 <= price < 10**8 or price != round(price, 2):\n"
                '            raise ValidationError("Not a price.")\n\n\n'
                "class CreateProductInput("),
               ("from backend.catalog.schemas import ProductSchema\n",
                "from marshmallow import Schema, fields, validate, validates\n\n"
                "from backend.catalog.text import StrippedText, no_nul\n"),
               (_LOAD, "            values = InputSchema().load(data)\n")],
    ),
    Wrong(
        "attributes_as_text",
        "JSONString takes an object only as text in quotes.",
        fails=["takes_all_fields", "names_the_field_at_fault"],
        edits=[("    attributes = JSON()\n", "    attributes = graphene.JSONString()\n")],
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
        "The client is told of a field that the input does not have.",
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
                "            except IntegrityError as error:\n"
                '                if error.orig.pgcode != "23503":\n                    raise\n'
                '                raise UnknownCategory(values["category_id"]) from None\n')],
    ),
    Wrong(
        "blames_the_category_for_all",
        "Whatever constraint refuses the row: the client hears that its category does not exist.",
        fails=["a_defect_is_no_mistake_of_the_client"],
        edits=[(_CREATE,
                "            from sqlalchemy.exc import IntegrityError\n\n"
                "            from backend.catalog import models\n\n"
                "            session = info.context.session\n"
                "            product = models.Product(**values)\n"
                "            session.add(product)\n"
                "            try:\n                session.commit()\n"
                "            except IntegrityError:\n"
                "                session.rollback()\n"
                '                raise UnknownCategory(values["category_id"]) from None\n')],
    ),
    Wrong(
        "strips_every_text",
        "White space goes from all that is text, and not only from the name.",
        fails=["takes_all_fields"],
        edits=[("        data = dict(input)\n",
                "        data = {\n"
                "            name: value.strip() if isinstance(value, str) else value\n"
                "            for name, value in input.items()\n        }\n")],
    ),
    Wrong(
        "defaults_written_twice",
        "The input type has defaults of its own, which nobody will think of when the schema's change.",
        fails=["has_the_rules_of_rest"],
        edits=[("    description = graphene.String()\n", '    description = graphene.String(default_value="")\n'),
               ("    stock_quantity = graphene.Int()\n", "    stock_quantity = graphene.Int(default_value=0)\n")],
    ),
    Wrong(
        "a_price_is_a_float",
        "The exact amount is made a binary fraction, which forgets the digits that break a rule.",
        fails=["takes_exact_amounts"],
        edits=[("        data = dict(input)\n",
                '        data = {**input, "price": float(input["price"])}\n')],
    ),
]  # fmt: skip
