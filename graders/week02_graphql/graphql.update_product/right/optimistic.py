"""No lock is held while comparing: the row is written only if it still is the one compared."""

from __future__ import annotations

from typing import Any

import graphene
from marshmallow import Schema, ValidationError, fields
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from backend.catalog.categories import require_category
from backend.catalog.errors import UnknownCategory
from backend.catalog.models import Product as Row
from backend.catalog.schemas import ProductSchema
from backend.database import transaction
from backend.graphql.client_error import ClientError
from backend.graphql.types import JSON, Money, Product, key_of
from backend.graphql.user_errors import UserError, UserErrorType, invalid_fields
from backend.graphql.version import product_version

XMIN = text("products.xmin::text")


class Key(fields.Field):
    def __init__(self, kind: str, **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Any:
        try:
            return key_of(value, self.kind)
        except ClientError as error:
            raise ValidationError(error.message) from None


class Changes(ProductSchema):
    category_id = Key("Category")


class Of(Schema):
    id = Key("Product")


class UpdateProductInput(graphene.InputObjectType):
    name, description = graphene.String(), graphene.String()
    price, category_id = Money(), graphene.ID()
    stock_quantity, attributes = graphene.Int(), JSON()


class UpdateProduct(graphene.Mutation):
    class Arguments:
        id = graphene.ID(required=True)
        input = UpdateProductInput(required=True)
        expected_version = graphene.String()

    product = graphene.Field(Product)
    errors = graphene.List(graphene.NonNull(UserErrorType), required=True)

    async def mutate(self, info, id, input, **more):  # noqa: A002
        session = info.context.session
        try:
            key = Of().load({"id": id})["id"]
            changes = Changes(partial=True).load(input)
            while True:
                product, done = _tried(session, key, changes, more.get("expected_version"))
                if done:
                    return UpdateProduct(product=product, errors=[])
        except ValidationError as error:
            return UpdateProduct(errors=invalid_fields(error.normalized_messages()))
        except UnknownCategory:
            return _error("categoryId", "NOT_FOUND")
        except LookupError as error:
            return _error(*error.args)


def _error(field: str, code: str) -> UpdateProduct:
    return UpdateProduct(errors=[UserError(field, code, ["That does not go."])])


def _tried(session: Session, key: Any, changes: dict[str, Any], expected: str | None) -> Any:
    """The product, and whether it was written: not when somebody else came between."""
    with transaction(session):
        find = select(Row, XMIN).where(Row.id == key, Row.is_active)
        seen = session.execute(find.execution_options(populate_existing=True)).one_or_none()
        if seen is None:
            raise LookupError("id", "NOT_FOUND")
        if expected is not None and product_version(seen[0]) != expected:
            raise LookupError("expectedVersion", "CONFLICT")
        if "category_id" in changes:
            require_category(session, changes["category_id"])
        if not changes:
            return seen[0], True
        write = update(Row).where(Row.id == key, text("products.xmin::text = :xmin"))
        done = session.execute(
            write.values(**changes),
            {"xmin": seen[1]},
            execution_options={"synchronize_session": False},
        )
    return seen[0], bool(done.rowcount)
