"""Ids by graphql-relay, resolvers that wait for the loaders, and types told apart by themselves."""

from __future__ import annotations

import enum
import math
from decimal import Decimal, InvalidOperation
from uuid import UUID

import graphene
from graphene.types.generic import GenericScalar
from graphql import GraphQLError
from graphql.language import ast
from graphql_relay import from_global_id, to_global_id

from backend.catalog.models import Category as CategoryRow
from backend.catalog.models import Product as ProductRow
from backend.graphql.client_error import ClientError
from backend.graphql.sizes import checked_size
from backend.graphql.version import product_version


def global_id(kind, key):
    return to_global_id(kind, str(key))


def parse_global_id(text):
    kind, key = from_global_id(text)
    try:
        found = kind, UUID(key)
    except ValueError:
        found = None
    if found is None or global_id(*found) != text:
        raise ClientError("No such id.", "BAD_USER_INPUT")
    return found


def key_of(text, kind):
    match parse_global_id(text):
        case (found, key) if found == kind:
            return key
    raise ClientError(f"{kind} wanted.")


class Money(graphene.Decimal):
    """Money."""

    @staticmethod
    def serialize(value):
        return str(Decimal(value).quantize(Decimal("0.01")))

    @staticmethod
    def parse_value(value):
        if type(value) not in (str, int, float):
            raise GraphQLError("An amount is a string or a number.")
        text = str(value)
        try:
            amount = Decimal(text)
        except InvalidOperation as error:
            raise GraphQLError("This is no number.") from error
        if not amount.is_finite() or text != text.strip() or "_" in text:
            raise GraphQLError("This is no amount.")
        return amount

    @classmethod
    def parse_literal(cls, node, _variables=None):
        match node:
            case ast.StringValueNode() | ast.IntValueNode() | ast.FloatValueNode():
                return cls.parse_value(node.value)
        raise ClientError("This literal is no amount.")


class JSON(GenericScalar):
    """JSON."""

    @classmethod
    def parse_literal(cls, node, variables=None):
        match node:
            case ast.VariableNode():
                return (variables or {}).get(node.name.value)
            case ast.ListValueNode():
                return [cls.parse_literal(one, variables) for one in node.values]
            case ast.ObjectValueNode():
                return {
                    field.name.value: cls.parse_literal(field.value, variables)
                    for field in node.fields
                }
            case ast.FloatValueNode():
                number = float(node.value)
                if math.isinf(number):
                    raise GraphQLError("Too large.")
                return number
            case ast.IntValueNode():
                return int(node.value)
            case ast.NullValueNode():
                return None
        return node.value


class Level(enum.Enum):
    SOLD_OUT = 0
    LOW = 1
    IN_STOCK = 2


StockStatus = graphene.Enum.from_enum(Level, name="StockStatus")


class Node(graphene.relay.Node):
    """graphene's own Node, whose id is made of the type's name and the row's `id`."""


class Category(graphene.ObjectType):
    class Meta:
        interfaces = (Node,)

    name = graphene.NonNull(graphene.String)
    description = graphene.NonNull(graphene.String)
    created_at = graphene.NonNull(graphene.DateTime)
    products = graphene.List(
        lambda: graphene.NonNull(Product), first=graphene.Int(default_value=20, required=True)
    )

    @classmethod
    def is_type_of(cls, row, _info):
        return isinstance(row, CategoryRow)

    async def resolve_products(self, info, first):
        size = checked_size("first", first)
        return await info.context.loaders.newest_products.load((self.id, size))


class Product(graphene.ObjectType):
    class Meta:
        interfaces = (Node,)

    name = graphene.NonNull(graphene.String)
    description = graphene.NonNull(graphene.String)
    price = graphene.NonNull(Money)
    category = graphene.Field(Category)
    stock_status = graphene.NonNull(StockStatus)
    stock_quantity = graphene.Int()
    attributes = graphene.NonNull(JSON)
    created_at = graphene.NonNull(graphene.DateTime)
    updated_at = graphene.NonNull(graphene.DateTime)
    version = graphene.NonNull(graphene.String, resolver=lambda row, _info: product_version(row))

    @classmethod
    def is_type_of(cls, row, _info):
        return isinstance(row, ProductRow)

    async def resolve_category(self, info):
        return await info.context.loaders.category.load(self.category_id)

    def resolve_stock_status(self, info):
        return Level((self.stock_quantity > 0) + (self.stock_quantity > 5))
