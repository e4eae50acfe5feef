"""Types made from tables of fields, scalars from one function each, ids by a pattern."""

from __future__ import annotations

import base64
import json
import re
from decimal import Decimal
from uuid import UUID

import graphene
from graphql import GraphQLError, Undefined, print_ast, value_from_ast_untyped

from backend.catalog import models
from backend.graphql.client_error import ClientError
from backend.graphql.sizes import checked_size
from backend.graphql.version import product_version

KEY = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
NUMBER = re.compile("[+-]?[0-9]{1,40}([.][0-9]{0,40})?(e[+-][0-9]+)?")


def global_id(kind, key):
    return base64.standard_b64encode(f"{kind}:{key}".encode("ascii")).decode("ascii")


def parse_global_id(text):
    try:
        plain = base64.standard_b64decode(text).decode("ascii")
    except ValueError:
        plain = ""
    found = re.fullmatch(f"([A-Za-z]+):({KEY})", plain)
    if not found or global_id(*found.groups()) != text:
        raise ClientError("Malformed id.")
    return found[1], UUID(found[2])


def key_of(text, kind):
    found = dict([parse_global_id(text)])
    if kind not in found:
        raise ClientError("Id of something else.")
    return found[kind]


def amount(text):
    if not NUMBER.fullmatch(text):
        raise GraphQLError("no amount of money")
    return Decimal(text)


class Money(graphene.Scalar):
    serialize = staticmethod(str)

    @staticmethod
    def parse_value(value):
        if value is True or value is False:
            raise GraphQLError("a truth value is no amount")
        return amount(str(value))

    @staticmethod
    def parse_literal(node, _variables=None):
        # A string prints with its quotes; any other node that is no number prints as no number.
        text = print_ast(node)
        return amount(node.value if node.kind == "string_value" else text)


class JSON(graphene.Scalar):
    serialize = parse_value = staticmethod(lambda value: value)

    @staticmethod
    def parse_literal(node, variables=None):
        value = value_from_ast_untyped(node, variables)
        try:
            json.dumps(value, allow_nan=False, default=repr)  # refuses infinity
        except ValueError:
            return Undefined  # the library's way to say that a literal is none of the scalar's
        return value


class StockStatus(graphene.Enum):
    SOLD_OUT = "SOLD_OUT"
    LOW = "LOW"
    IN_STOCK = "IN_STOCK"


class Node(graphene.Interface):
    id = graphene.NonNull(graphene.ID)

    @classmethod
    def resolve_type(cls, instance, _info):
        return {models.Product: Product, models.Category: Category}[type(instance)]


def fields(**types):
    return {name: graphene.Field(kind, required=True) for name, kind in types.items()}


class CategoryFields:
    locals().update(
        fields(name=graphene.String, description=graphene.String, created_at=graphene.DateTime)
    )


class Category(CategoryFields, graphene.ObjectType):
    class Meta:
        interfaces = (Node,)

    products = graphene.List(
        graphene.NonNull(lambda: Product),
        first=graphene.Argument(graphene.NonNull(graphene.Int), default_value=20),
    )

    def resolve_id(self, info):
        return global_id("Category", self.id)

    def resolve_products(self, info, first):
        checked_size("first", first)
        return info.context.loaders.newest_products.load((self.id, first))


class ProductFields:
    locals().update(
        fields(
            name=graphene.String,
            description=graphene.String,
            price=Money,
            stock_status=StockStatus,
            attributes=JSON,
            created_at=graphene.DateTime,
            updated_at=graphene.DateTime,
            version=graphene.String,
        )
    )


class Product(ProductFields, graphene.ObjectType):
    class Meta:
        interfaces = (Node,)

    category = graphene.Field(Category)
    stock_quantity = graphene.Int()

    def resolve_id(self, info):
        return global_id("Product", self.id)

    def resolve_category(self, info):
        return info.context.loaders.category.load(self.category_id)

    def resolve_stock_status(self, info):
        return next(
            level
            for most, level in ((0, "SOLD_OUT"), (5, "LOW"), (float("inf"), "IN_STOCK"))
            if self.stock_quantity <= most
        )

    def resolve_version(self, info):
        return product_version(self)
