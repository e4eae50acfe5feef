"""The mutation that creates a product. The catalog's schema and rules decide, as for REST."""

from __future__ import annotations

from typing import Any

import graphene

from backend.graphql.types import Product
from backend.graphql.user_errors import UserErrorType


class CreateProductInput(graphene.InputObjectType):
    """A new product."""

    name = graphene.String(required=True)
    # TODO: the other fields, each with its type


class CreateProduct(graphene.Mutation):
    """Create a product: it is in the answer, or `errors` says why not."""

    class Arguments:
        input = CreateProductInput(required=True)

    product = graphene.Field(Product)
    errors = graphene.List(graphene.NonNull(UserErrorType), required=True)

    @staticmethod
    def mutate(_root: None, info: graphene.ResolveInfo, input: dict[str, Any]) -> CreateProduct:  # noqa: A002
        # TODO: load the input as the REST API does, store the product, or say what is wrong
        raise NotImplementedError
