"""All mistakes are gathered, the category's among them; one statement looks and inserts."""

from __future__ import annotations

from typing import Any

import graphene
from sqlalchemy import insert, select

from backend.catalog.models import Category
from backend.catalog.models import Product as Row
from backend.catalog.schemas import ProductSchema
from backend.database import transaction
from backend.graphql.client_error import ClientError
from backend.graphql.types import JSON, Money, Product, parse_global_id
from backend.graphql.user_errors import UserErrorType


class CreateProductInput(graphene.InputObjectType):
    attributes = JSON()
    category_id = graphene.ID(required=True)
    description = graphene.String()
    name = graphene.String(required=True)
    price = Money(required=True)
    stock_quantity = graphene.Int()


class CreateProduct(graphene.Mutation):
    class Arguments:
        input = CreateProductInput(required=True)

    product = graphene.Field(Product)
    errors = graphene.List(graphene.NonNull(UserErrorType), required=True)

    def mutate(self, info: graphene.ResolveInfo, *, input: dict[str, Any]) -> Any:  # noqa: A002
        given = {**input}
        try:
            kind, key = parse_global_id(given.pop("category_id"))
        except ClientError:
            kind, key = "", None
        found = ProductSchema().validate({**given, "category_id": str(key)})
        if kind != "Category":
            found["category_id"] = ["This is no category."]
        if found:
            return {"product": None, "errors": [_error(*one) for one in found.items()]}
        values = ProductSchema(exclude=["category_id"]).load(given)
        session = info.context.session
        with transaction(session):
            lock = select(Category.id).where(Category.id == key).with_for_update(read=True)
            if session.scalar(lock) is None:
                error = {"field": "categoryId", "code": "NOT_FOUND", "messages": ["It is gone."]}
                return {"errors": [error]}
            new = insert(Row).values(**values, category_id=key).returning(Row)
            product = session.scalars(new).one()
        return {"product": product, "errors": []}


def _error(field: str, messages: Any) -> dict[str, Any]:
    first, *more = field.split("_")
    name = first + "".join(word.title() for word in more)
    return {"field": name, "code": "INVALID", "messages": [str(messages)]}
