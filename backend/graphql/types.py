"""The types of the graph, each with the fields that are meant to be seen and no others."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import graphene
from graphql import (
    FloatValueNode,
    GraphQLError,
    IntValueNode,
    StringValueNode,
    Undefined,
    ValueNode,
    value_from_ast_untyped,
)

from backend.catalog import models, v2
from backend.graphql.client_error import ClientError
from backend.graphql.sizes import DEFAULT_SIZE, checked_size
from backend.graphql.version import product_version

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")


def global_id(kind: str, key: UUID) -> str:
    """The id of a row in the whole graph. kind: the name of its type."""
    return b64encode(f"{kind}:{key}".encode()).decode()


def parse_global_id(text: str) -> tuple[str, UUID]:
    """The kind and the key that global_id was given. Raises ClientError."""
    try:
        kind, _, digits = b64decode(text, validate=True).decode().partition(":")
        key = UUID(digits)
    except ValueError:
        raise ClientError("This is not an id of this API.") from None
    if global_id(kind, key) != text:  # another spelling of an id is not the id
        raise ClientError("This is not an id of this API.")
    return kind, key


def key_of(text: str, kind: str) -> UUID:
    """The key in a global id of this kind. Raises ClientError."""
    found, key = parse_global_id(text)
    if found != kind:
        raise ClientError(f"This is not the id of a {kind}.")
    return key


class Money(graphene.Scalar):
    """An exact amount: a string with two decimal places. Numbers are taken as well."""

    @staticmethod
    def serialize(value: Decimal) -> str:
        return f"{value:.2f}"

    @staticmethod
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
        value = _given(value_from_ast_untyped(node, dict(variables or {})))
        try:
            json.dumps(value, allow_nan=False)
        except ValueError:
            raise GraphQLError("A number is too large.") from None
        return value


class StockStatus(graphene.Enum):
    """Whether a product can be had."""

    SOLD_OUT = "sold_out"
    LOW = "low"
    IN_STOCK = "in_stock"


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
    description = graphene.String(required=True)
    created_at = graphene.DateTime(required=True)
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
        key = (category.id, checked_size("first", first))
        return info.context.loaders.newest_products.load(key)


class Product(graphene.ObjectType):
    """Something for sale."""

    class Meta:
        interfaces = (Node,)

    name = graphene.String(required=True)
    description = graphene.String(required=True)
    price = graphene.Field(Money, required=True)
    category = graphene.Field(Category)
    stock_status = graphene.Field(StockStatus, required=True)
    stock_quantity = graphene.Int(description="For editors only.")
    attributes = graphene.Field(JSON, required=True)
    created_at = graphene.DateTime(required=True)
    updated_at = graphene.DateTime(required=True)
    version = graphene.String(required=True, description="Names this state of the product.")

    @staticmethod
    def resolve_id(product: models.Product, _info: graphene.ResolveInfo) -> str:
        return global_id("Product", product.id)

    @staticmethod
    def resolve_category(product: models.Product, info: graphene.ResolveInfo) -> Any:
        return info.context.loaders.category.load(product.category_id)

    @staticmethod
    def resolve_stock_status(product: models.Product, _info: graphene.ResolveInfo) -> Any:
        if product.stock_quantity == 0:
            return StockStatus.SOLD_OUT
        return StockStatus.LOW if product.stock_quantity <= v2.LOW_STOCK else StockStatus.IN_STOCK

    @staticmethod
    def resolve_version(product: models.Product, _info: graphene.ResolveInfo) -> str:
        return product_version(product)


def _given(value: Any) -> Any:
    """The value without what stands for variables that were not given, as in validation.

    Such a field is left out of its object, and such an element of a list is null.
    """
    if isinstance(value, dict):
        return {name: _given(one) for name, one in value.items() if one is not Undefined}
    if isinstance(value, list):
        return [None if one is Undefined else _given(one) for one in value]
    return value


def _amount(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):  # Decimal would take NaN, Infinity and 1_000
        raise _no_amount()
    return Decimal(text)


def _no_amount() -> GraphQLError:
    return GraphQLError('Write an amount as a string such as "9.50".')
