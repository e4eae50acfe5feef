"""Mistakes that people make with the types of a graph."""

from workbench.alternatives import Wrong

MONEY_IN = """    @staticmethod
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
"""
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
        fails=["has_these_fields_and_no_others", "shows_what_is_stored"],
        edits=[("price = graphene.Field(Money, required=True)",
                "price = graphene.Float(required=True)")],
    ),
    Wrong(
        "graphenes_decimal",
        "The library's Decimal takes NaN, knows no fractions as literals, and binary ones as values.",
        fails=["takes_amounts_exactly", "refuses_what_is_no_amount"],
        edits=[("class Money(graphene.Scalar):", "class Money(graphene.Decimal):"), (MONEY_IN, "")],
    ),
    Wrong(
        "literals_through_float",
        "A literal fraction is made a float first, and loses digits.",
        fails=["takes_amounts_exactly"],
        edits=[("            return _amount(node.value)\n",
                "            if isinstance(node, FloatValueNode):\n"
                "                return _amount(str(float(node.value)))\n"
                "            return _amount(node.value)\n")],
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
        "no_exponents",
        "Digits and a point are a number, but str writes a small float with an exponent.",
        fails=["takes_amounts_exactly"],
        edits=[("([eE][+-]?[0-9]{1,3})?", "")],
    ),
    Wrong(
        "floats_written_out",
        "A float is written with six decimal places, and a small amount becomes 0.",
        fails=["takes_amounts_exactly"],
        edits=[("        return _amount(str(value))\n",
                '        return _amount(f"{value:f}" if isinstance(value, float) else str(value))\n')],
    ),
    Wrong(
        "normalized",
        "What calculates with a Decimal rounds it to 28 digits.",
        fails=["takes_amounts_exactly"],
        edits=[("    return Decimal(text)\n", "    return Decimal(text).normalize()\n")],
    ),
    Wrong(
        "dollar_in_a_pattern",
        "A line feed at the end is let through by `$`.",
        fails=["refuses_what_is_no_amount"],
        edits=[("_NUMBER.fullmatch(text)", 're.match(_NUMBER.pattern + "$", text)')],
    ),
    Wrong(
        "json_as_text",
        "The library's JSONString is JSON inside a string: an object is refused.",
        fails=["shows_what_is_stored", "takes_any_json"],
        edits=[(JSON_CLASS, 'class JSON(graphene.JSONString):\n    """Any JSON value."""\n')],
    ),
    Wrong(
        "generic_scalar",
        "The library's GenericScalar knows no variables, and takes 1e999 for infinity.",
        fails=["takes_any_json"],
        edits=[(JSON_CLASS, 'class JSON(graphene.types.generic.GenericScalar):\n'
                            '    """Any JSON value."""\n'),
               ("import graphene\n", "import graphene\nimport graphene.types.generic\n")],
    ),
    Wrong(
        "json_without_nulls",
        "What is null in an object of a literal is left out of it.",
        fails=["takes_any_json"],
        edits=[("for name, one in value.items() if one is not Undefined}",
                "for name, one in value.items() if one not in (None, Undefined)}")],
    ),
    Wrong(
        "json_of_floats",
        "All numbers of a literal are made floats, and a large one becomes another.",
        fails=["takes_any_json"],
        edits=[("    return value\n\n\ndef _amount",
                "    return float(value) if type(value) is int else value\n\n\ndef _amount")],
    ),
    Wrong(
        "raw_ids",
        "A product shows its key, and no field finds it by that.",
        fails=["finds_things_by_their_ids"],
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
        "any_kind",
        "The id of a category is looked up among the products.",
        fails=["refuses_what_is_no_id"],
        edits=[("    if found != kind:\n", "    if not found:\n")],
    ),
    Wrong(
        "ten_are_few",
        "Another bound than the one of the REST API.",
        fails=["tells_the_stock_and_the_version"],
        edits=[("product.stock_quantity <= v2.LOW_STOCK", "product.stock_quantity < 10")],
    ),
    Wrong(
        "everything_is_shown",
        "The columns that are none of the client's business are fields as well.",
        fails=["has_these_fields_and_no_others"],
        edits=[("    attributes = graphene.Field(JSON, required=True)\n",
                "    attributes = graphene.Field(JSON, required=True)\n"
                "    category_id = graphene.ID(required=True)\n"
                "    is_active = graphene.Boolean(required=True)\n")],
    ),
    Wrong(
        "a_member_too_many",
        "The schema promises a state that no product is ever in.",
        fails=["has_these_fields_and_no_others"],
        edits=[('    IN_STOCK = "in_stock"\n', '    IN_STOCK = "in_stock"\n    ORDERED = "ordered"\n')],
    ),
    Wrong(
        "any_length",
        "A list is as long as somebody likes.",
        fails=["bounds_the_list_in_a_category"],
        edits=[('        key = (category.id, checked_size("first", first))\n',
                "        key = (category.id, first)\n")],
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
        "One statement for each category, and deleted products are in the list again.",
        fails=["asks_the_loaders", "bounds_the_list_in_a_category"],
        edits=[("        return info.context.loaders.newest_products.load(key)\n",
                "        product = models.Product\n"
                "        query = select(product).where(product.category_id == key[0])\n"
                "        newest = query.order_by(product.created_at.desc(), product.id)\n"
                "        return info.context.session.scalars(newest.limit(key[1])).all()\n"),
               ("from backend.catalog import models, v2\n",
                "from sqlalchemy import select\n\nfrom backend.catalog import models, v2\n")],
    ),
]  # fmt: skip
