"""Mistakes that people make with the types of a graph."""

from workbench.alternatives import Wrong

MONEY_IN = '''    @staticmethod
    def parse_value(value: Any) -> Decimal:
        # bool is an int in Python, and no number in JSON.
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise _no_amount()
        return _amount(str(value))

    @staticmethod
    def parse_literal(node: ValueNode, _variables: object = None) -> Decimal:
        # The digits as they were written: no binary fraction comes between.
        if isinstance(node, StringValueNode | IntValueNode | FloatValueNode):
            return _amount(node.value)
        raise _no_amount()
'''
JSON_CLASS = '''class JSON(graphene.Scalar):
    """Any JSON value."""

    @staticmethod
    def serialize(value: Any) -> Any:
        return value

    @staticmethod
    def parse_value(value: Any) -> Any:
        return value

    @staticmethod
    def parse_literal(node: ValueNode, variables: Mapping[str, Any] | None = None) -> Any:
        value = _given(value_from_ast_untyped(node, dict(variables or {})))
        try:
            json.dumps(value, allow_nan=False)
        except ValueError:
            raise GraphQLError("A number is too large.") from None
        return value
'''

WRONG = [
    Wrong(
        "float_price",
        "A price becomes a Float, and 9.50 becomes 9.5.",
        fails=["gives_fields_their_types", "shows_amounts_exactly"],
        edits=[("price = graphene.Field(Money, required=True)",
                "price = graphene.Float(required=True)")],
    ),
    Wrong(
        "graphenes_decimal",
        "The library's Decimal takes NaN, knows no fractions as literals, and binary ones as values.",
        fails=["takes_amounts_as_variables", "takes_amounts_as_literals",
               "refuses_what_is_no_amount"],
        edits=[("class Money(graphene.Scalar):", "class Money(graphene.Decimal):"), (MONEY_IN, "")],
    ),
    Wrong(
        "binary_fractions",
        "Decimal(0.1) is not 0.1.",
        fails=["takes_amounts_as_variables"],
        edits=[("        return _amount(str(value))\n",
                "        return Decimal(value) if isinstance(value, float) else _amount(str(value))\n")],
    ),
    Wrong(
        "literals_through_float",
        "A literal fraction is made a float first, and loses digits.",
        fails=["takes_amounts_as_literals"],
        edits=[("            return _amount(node.value)\n",
                "            if isinstance(node, FloatValueNode):\n"
                "                return _amount(str(float(node.value)))\n"
                "            return _amount(node.value)\n")],
    ),
    Wrong(
        "literals_as_strings",
        "Only strings and whole numbers are literals: 0.5 is refused.",
        fails=["takes_amounts_as_literals"],
        edits=[("isinstance(node, StringValueNode | IntValueNode | FloatValueNode)",
                "isinstance(node, StringValueNode | IntValueNode)")],
    ),
    Wrong(
        "takes_nan",
        "Whatever Decimal takes is an amount.",
        fails=["refuses_what_is_no_amount"],
        edits=[("    if not _NUMBER.fullmatch(text):  # Decimal would take NaN, Infinity and 1_000\n"
                "        raise _no_amount()\n"
                "    return Decimal(text)\n",
                "    try:\n"
                "        return Decimal(text)\n"
                "    except ArithmeticError:\n"
                "        raise _no_amount() from None\n")],
    ),
    Wrong(
        "only_finite",
        "NaN and Infinity are refused, but not white space and underscores.",
        fails=["refuses_what_is_no_amount"],
        edits=[("    if not _NUMBER.fullmatch(text):  # Decimal would take NaN, Infinity and 1_000\n"
                "        raise _no_amount()\n"
                "    return Decimal(text)\n",
                "    try:\n"
                "        amount = Decimal(text)\n"
                "    except ArithmeticError:\n"
                "        raise _no_amount() from None\n"
                "    if not amount.is_finite():\n"
                "        raise _no_amount()\n"
                "    return amount\n")],
    ),
    Wrong(
        "json_as_text",
        "The library's JSONString is JSON inside a string: an object is refused.",
        fails=["shows_what_is_stored", "takes_json_as_variables", "takes_json_as_literals"],
        edits=[(JSON_CLASS, 'class JSON(graphene.JSONString):\n    """Any JSON value."""\n')],
    ),
    Wrong(
        "generic_scalar",
        "The library's GenericScalar knows no variables, and takes 1e999 for infinity.",
        fails=["takes_json_as_literals", "refuses_numbers_that_json_lacks"],
        edits=[(JSON_CLASS, 'class JSON(graphene.types.generic.GenericScalar):\n'
                            '    """Any JSON value."""\n'),
               ("import graphene\n", "import graphene\nimport graphene.types.generic\n")],
    ),
    Wrong(
        "variables_forgotten",
        "A variable inside a literal is lost.",
        fails=["takes_json_as_literals"],
        edits=[("value_from_ast_untyped(node, dict(variables or {}))",
                "value_from_ast_untyped(node)")],
    ),
    Wrong(
        "validated_with_values",
        "In validation no variable has a value, and the literal is refused.",
        fails=["takes_json_as_literals"],
        edits=[("_given(value_from_ast_untyped(node, dict(variables or {})))",
                "value_from_ast_untyped(node, dict(variables or {}))")],
    ),
    Wrong(
        "raw_ids",
        "A product shows its key, and no field finds it by that.",
        fails=["finds_things_by_their_ids", "is_a_node"],
        edits=[('        return global_id("Product", product.id)\n',
                "        return str(product.id)\n")],
    ),
    Wrong(
        "any_spelling",
        "A thing has as many ids as there are ways to write a UUID.",
        fails=["refuses_other_spellings"],
        edits=[("    if global_id(kind, key) != text:  # another spelling of an id is not the id\n"
                '        raise ClientError("This is not an id of this API.")\n', "")],
    ),
    Wrong(
        "one_error_is_caught",
        "Only what base64 complains of is the client's mistake.",
        fails=["refuses_what_is_no_id"],
        edits=[("    except ValueError:\n"
                '        raise ClientError("This is not an id of this API.") from None\n',
                "    except binascii.Error:\n"
                '        raise ClientError("This is not an id of this API.") from None\n'),
               ("import json\n", "import binascii\nimport json\n")],
    ),
    Wrong(
        "no_code",
        "The error of a bad id is a plain one, and so a defect of the server.",
        fails=["refuses_what_is_no_id", "refuses_other_spellings"],
        edits=[("    except ValueError:\n"
                '        raise ClientError("This is not an id of this API.") from None\n',
                "    except ValueError:\n"
                '        raise GraphQLError("This is not an id of this API.") from None\n')],
    ),
    Wrong(
        "any_kind",
        "The id of a category is looked up among the products.",
        fails=["refuses_ids_of_another_kind"],
        edits=[("    if found != kind:\n", "    if not found:\n")],
    ),
    Wrong(
        "low_ends_early",
        "Five are not few.",
        fails=["tells_the_stock"],
        edits=[("product.stock_quantity <= v2.LOW_STOCK", "product.stock_quantity < v2.LOW_STOCK")],
    ),
    Wrong(
        "status_as_text",
        "The status is a text like any other, in small letters.",
        fails=["gives_fields_their_types", "tells_the_stock"],
        edits=[("stock_status = graphene.Field(StockStatus, required=True)",
                "stock_status = graphene.String(required=True)"),
               ("            return StockStatus.SOLD_OUT\n"
                "        return StockStatus.LOW if product.stock_quantity <= v2.LOW_STOCK"
                " else StockStatus.IN_STOCK",
                '            return "sold_out"\n'
                '        return "low" if product.stock_quantity <= v2.LOW_STOCK else "in_stock"')],
    ),
    Wrong(
        "moments_as_text",
        "A moment is shown as Python prints it.",
        fails=["gives_fields_their_types", "shows_what_is_stored"],
        edits=[("    attributes = graphene.Field(JSON, required=True)\n"
                "    created_at = graphene.DateTime(required=True)\n",
                "    attributes = graphene.Field(JSON, required=True)\n"
                "    created_at = graphene.String(required=True)\n")],
    ),
    Wrong(
        "everything_is_shown",
        "The columns that are none of the client's business are fields as well.",
        fails=["shows_these_fields_and_no_others"],
        edits=[("    attributes = graphene.Field(JSON, required=True)\n",
                "    attributes = graphene.Field(JSON, required=True)\n"
                "    category_id = graphene.ID(required=True)\n"
                "    is_active = graphene.Boolean(required=True)\n")],
    ),
    Wrong(
        "everything_may_be_null",
        "Clients must think of a product without a name.",
        fails=["gives_fields_their_types"],
        edits=[('    """Something for sale."""\n\n    class Meta:\n        interfaces = (Node,)\n\n'
                "    name = graphene.String(required=True)\n",
                '    """Something for sale."""\n\n    class Meta:\n        interfaces = (Node,)\n\n'
                "    name = graphene.String()\n")],
    ),
    Wrong(
        "list_never_null",
        "One bad `first` takes the whole category out of the answer.",
        fails=["gives_fields_their_types", "bounds_the_list_in_a_category"],
        edits=[("        first=graphene.Int(required=True, default_value=DEFAULT_SIZE),\n",
                "        first=graphene.Int(required=True, default_value=DEFAULT_SIZE),\n"
                "        required=True,\n")],
    ),
    Wrong(
        "any_length",
        "A list is as long as somebody likes.",
        fails=["bounds_the_list_in_a_category"],
        edits=[('        key = (category.id, checked_size("first", first))\n',
                "        key = (category.id, first)\n")],
    ),
    Wrong(
        "clamped",
        "A length that is not allowed is made one that is, and nobody hears of it.",
        fails=["bounds_the_list_in_a_category"],
        edits=[('        key = (category.id, checked_size("first", first))\n',
                "        key = (category.id, min(max(first, 1), 100))\n")],
    ),
    Wrong(
        "lazy_relationship",
        "One statement for the category of each product.",
        fails=["asks_the_loaders"],
        edits=[("        return info.context.loaders.category.load(product.category_id)\n",
                "        return product.category\n")],
    ),
    Wrong(
        "a_query_for_each",
        "One statement for the products of each category.",
        fails=["asks_the_loaders"],
        edits=[("        return info.context.loaders.newest_products.load(key)\n",
                "        product = models.Product\n"
                "        query = select(product).where(\n"
                "            product.category_id == key[0], product.is_active\n"
                "        )\n"
                "        newest = query.order_by(product.created_at.desc(), product.id)\n"
                "        return info.context.session.scalars(newest.limit(key[1])).all()\n"),
               ("from backend.catalog import models, v2\n",
                "from sqlalchemy import select\n\nfrom backend.catalog import models, v2\n")],
    ),
    Wrong(
        "version_is_a_moment",
        "Who changes a row without its moment changes nothing.",
        fails=["names_the_state"],
        edits=[("        return product_version(product)\n",
                "        return product.updated_at.isoformat()\n")],
    ),
    Wrong(
        "everything_is_a_category",
        "The interface asks nobody what a row is.",
        fails=["is_a_node"],
        edits=[("return Product if isinstance(instance, models.Product) else Category",
                "return Category")],
    ),
]  # fmt: skip
