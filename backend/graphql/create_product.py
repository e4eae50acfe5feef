"""The mutation that creates a product. The catalog's schema and rules decide, as for REST."""

from __future__ import annotations

from typing import Any

import graphene
from marshmallow import ValidationError

from backend.catalog import creation
from backend.catalog.errors import UnknownCategory
from backend.catalog.schemas import ProductSchema
from backend.graphql.client_error import ClientError
from backend.graphql.types import JSON, Money, Product, key_of
from backend.graphql.user_errors import UserError, UserErrorType, invalid_fields


class CreateProductInput(graphene.InputObjectType):
    """A new product."""

    name = graphene.String(required=True)
    description = graphene.String()
    price = Money(required=True)
    category_id = graphene.ID(required=True)
    stock_quantity = graphene.Int()
    attributes = JSON()


class CreateProduct(graphene.Mutation):
    """Create a product: it is in the answer, or `errors` says why not."""

    class Arguments:
        input = CreateProductInput(required=True)

    product = graphene.Field(Product)
    errors = graphene.List(graphene.NonNull(UserErrorType), required=True)

    @staticmethod
    def mutate(_root: None, info: graphene.ResolveInfo, input: dict[str, Any]) -> CreateProduct:  # noqa: A002
        data = dict(input)
        try:
            data["category_id"] = str(key_of(data["category_id"], "Category"))
            values = ProductSchema().load(data)
            product = creation.create_product(info.context.session, values)
        except ClientError as error:
            return _refused([UserError("categoryId", "INVALID", [error.message])])
        except ValidationError as error:
            return _refused(invalid_fields(error.normalized_messages()))
        except UnknownCategory:
            message = "There is no category with this id."
            return _refused([UserError("categoryId", "NOT_FOUND", [message])])
        return CreateProduct(product=product, errors=[])


def _refused(errors: list[UserError]) -> CreateProduct:
    return CreateProduct(product=None, errors=errors)
