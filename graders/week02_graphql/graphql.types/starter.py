"""The types of the graph, each with the fields that are meant to be seen and no others."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import graphene
from graphql import GraphQLError, StringValueNode, ValueNode

from backend.catalog import models
from backend.graphql.client_error import ClientError
from backend.graphql.sizes import DEFAULT_SIZE


def global_id(kind: str, key: UUID) -> str:
    """The id of a row in the whole graph. kind: the name of its type."""
    # TODO
    return str(key)


def parse_global_id(text: str) -> tuple[str, UUID]:
    """The kind and the key that global_id was given. Raises ClientError."""
    # TODO
    raise ClientError("This is not an id of this API.")


def key_of(text: str, kind: str) -> UUID:
    """The key in a global id of this kind. Raises ClientError."""
    # TODO: what if it is of another kind?
    return parse_global_id(text)[1]


class Money(graphene.Scalar):
    """An exact amount: a string with two decimal places. Numbers are taken as well."""

    @staticmethod
    def serialize(value: Decimal) -> str:
        # TODO
        raise NotImplementedError

    @staticmethod
    def parse_value(value: Any) -> Decimal:
        # TODO: a variable; what is no amount is refused
        raise GraphQLError("No amount is taken yet.")

    @staticmethod
    def parse_literal(node: ValueNode, _variables: object = None) -> Decimal:
        # TODO: a literal; strings are only one way to write an amount
        if isinstance(node, StringValueNode):
            return Decimal(node.value)
        raise GraphQLError("No amount.")


class JSON(graphene.Scalar):
    """Any JSON value."""

    @staticmethod
    def serialize(value: Any) -> Any:
        return value

    @staticmethod
    def parse_value(value: Any) -> Any:
        return value

    @staticmethod
    def parse_literal(node: ValueNode, variables: Mapping[str, Any] | None = None) -> Any:
        # TODO
        raise GraphQLError("No literal is taken yet.")


class StockStatus(graphene.Enum):
    """Whether a product can be had."""

    SOLD_OUT = "sold_out"
    # TODO


class Node(graphene.Interface):
    """Anything that has an id in the whole graph."""

    id = graphene.ID(required=True)

    @classmethod
    def resolve_type(cls, instance: Any, _info: graphene.ResolveInfo) -> type[graphene.ObjectType]:
        return Product if isinstance(instance, models.Product) else Category


class Category(graphene.ObjectType):
    """A named group of products."""

    class Meta:
        interfaces = (Node,)

    name = graphene.String(required=True)
    # TODO: the other fields
    products = graphene.List(
        graphene.NonNull(lambda: Product),
        description="The newest products that are for sale.",
        first=graphene.Int(required=True, default_value=DEFAULT_SIZE),
    )

    @staticmethod
    def resolve_id(category: models.Category, _info: graphene.ResolveInfo) -> str:
        return global_id("Category", category.id)

    @staticmethod
    def resolve_products(category: models.Category, info: graphene.ResolveInfo, first: int) -> Any:
        # TODO
        return []


class Product(graphene.ObjectType):
    """Something for sale."""

    class Meta:
        interfaces = (Node,)

    name = graphene.String(required=True)
    price = graphene.Field(Money, required=True)
    category = graphene.Field(Category)
    stock_status = graphene.Field(StockStatus, required=True)
    # TODO: the other fields

    @staticmethod
    def resolve_id(product: models.Product, _info: graphene.ResolveInfo) -> str:
        return global_id("Product", product.id)

    @staticmethod
    def resolve_category(product: models.Product, info: graphene.ResolveInfo) -> Any:
        # TODO
        return None

    @staticmethod
    def resolve_stock_status(product: models.Product, _info: graphene.ResolveInfo) -> Any:
        # TODO
        return StockStatus.SOLD_OUT

    @staticmethod
    def resolve_version(product: models.Product, _info: graphene.ResolveInfo) -> str:
        # TODO: see backend/graphql/version.py
        return ""
