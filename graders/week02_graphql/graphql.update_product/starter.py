"""The mutation that changes a product: what is left out stays, and nobody's change is lost."""

from __future__ import annotations

from typing import Any

import graphene

from backend.graphql.types import Product
from backend.graphql.user_errors import UserErrorType


class UpdateProductInput(graphene.InputObjectType):
    """What is to change. A field that is left out stays as it is."""

    name = graphene.String()
    # TODO: the other fields, each with its type


class UpdateProduct(graphene.Mutation):
    """Change a product: it is in the answer as it is now, or `errors` says why it was not done."""

    class Arguments:
        id = graphene.ID(required=True)
        input = UpdateProductInput(required=True)
        expected_version = graphene.String()

    product = graphene.Field(Product)
    errors = graphene.List(graphene.NonNull(UserErrorType), required=True)

    @staticmethod
    def mutate(
        _root: None,
        info: graphene.ResolveInfo,
        id: str,  # noqa: A002
        input: dict[str, Any],  # noqa: A002
        expected_version: str | None = None,
    ) -> UpdateProduct:
        # TODO: find the product, see that it is the one that was seen, change it
        raise NotImplementedError
