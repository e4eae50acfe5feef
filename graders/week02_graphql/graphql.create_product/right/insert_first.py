"""No look for the category: the foreign key speaks. The schema reads the graph's own names."""

from __future__ import annotations

from typing import Any

import graphene
from marshmallow import ValidationError, fields
from psycopg2.errors import ForeignKeyViolation
from sqlalchemy.exc import IntegrityError

from backend.catalog import models
from backend.catalog.schemas import ProductSchema
from backend.graphql.client_error import ClientError
from backend.graphql.types import JSON, Money, Product, key_of
from backend.graphql.user_errors import UserError, UserErrorType, invalid_fields


class CategoryId(fields.Field):
    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Any:
        try:
            return key_of(value, "Category")
        except ClientError as error:
            raise ValidationError(error.message) from None


class InputSchema(ProductSchema):
    category_id = CategoryId(required=True)


class CreateProductInput(graphene.InputObjectType):
    name = graphene.NonNull(graphene.String)
    description = graphene.InputField(graphene.String)
    price = graphene.NonNull(Money)
    category_id = graphene.NonNull(graphene.ID)
    stock_quantity = graphene.Int()
    attributes = graphene.InputField(JSON)


class Answer(graphene.ObjectType):
    product = graphene.Field(Product)
    errors = graphene.NonNull(graphene.List(graphene.NonNull(UserErrorType)))


class CreateProduct(graphene.Mutation):
    class Arguments:
        input = graphene.NonNull(CreateProductInput)

    Output = Answer

    async def mutate(self, info, input):  # noqa: A002
        session = info.context.session
        try:
            product = models.Product(**InputSchema().load(input))
            session.add(product)
            session.commit()
        except ValidationError as error:
            return Answer(errors=invalid_fields(error.normalized_messages()))
        except IntegrityError as error:
            session.rollback()
            if not isinstance(error.orig, ForeignKeyViolation):
                raise
            return Answer(errors=[UserError("categoryId", "NOT_FOUND", ["Nothing has this id."])])
        return Answer(product=product, errors=[])
