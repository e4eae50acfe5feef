"""The mutation that changes a product: what is left out stays, and nobody's change is lost."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import graphene
from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.catalog import models
from backend.catalog.errors import ProductNotFound, UnknownCategory
from backend.catalog.item import modify_product
from backend.catalog.schemas import ProductSchema
from backend.graphql.client_error import ClientError
from backend.graphql.types import JSON, Money, Product, key_of
from backend.graphql.user_errors import UserError, UserErrorType, invalid_fields
from backend.graphql.version import product_version


class UpdateProductInput(graphene.InputObjectType):
    """What is to change. A field that is left out stays as it is."""

    name = graphene.String()
    description = graphene.String()
    price = Money()
    category_id = graphene.ID()
    stock_quantity = graphene.Int()
    attributes = JSON()


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
        session: Session = info.context.session
        try:
            key = _key("id", id, "Product")
            changes = _changes(input)
            if expected_version is not None:
                _compare(session, key, expected_version)
            product = modify_product(session, key, changes)
        except _Refused as refusal:
            session.rollback()  # gives back the lock of a product that is another one by now
            return _refused(refusal.error)
        except ValidationError as error:
            return _refused(*invalid_fields(error.normalized_messages()))
        except ProductNotFound:
            session.rollback()  # or of one that was deleted while we waited for it
            return _refused(UserError("id", "NOT_FOUND", ["There is no product with this id."]))
        except UnknownCategory:
            message = "There is no category with this id."
            return _refused(UserError("categoryId", "NOT_FOUND", [message]))
        return UpdateProduct(product=product, errors=[])


class _Refused(Exception):
    def __init__(self, error: UserError) -> None:
        super().__init__(error.field)
        self.error = error


def _key(field: str, text: str, kind: str) -> UUID:
    try:
        return key_of(text, kind)
    except ClientError as error:
        raise _Refused(UserError(field, "INVALID", [error.message])) from None


def _changes(given: dict[str, Any]) -> dict[str, Any]:
    """The changes as modify_product takes them. Raises _Refused or ValidationError.

    A field that is null is a change like any other, and one that the schema refuses.
    """
    changes = dict(given)
    if changes.get("category_id") is not None:
        changes["category_id"] = str(_key("categoryId", changes["category_id"], "Category"))
    loaded: dict[str, Any] = ProductSchema(partial=True).load(changes)
    return loaded


def _compare(session: Session, key: UUID, expected: str) -> None:
    """Make sure that the product is the one that was seen, and stays it until the transaction ends.

    Raises ProductNotFound or _Refused.
    """
    query = select(models.Product).where(models.Product.id == key, models.Product.is_active)
    # The lock is FOR NO KEY UPDATE, as in backend/catalog/item.py. A product that the session has
    # seen already must be read anew once the lock is had.
    locked = query.with_for_update(of=models.Product, key_share=True)
    product = session.scalars(locked.execution_options(populate_existing=True)).one_or_none()
    if product is None:
        raise ProductNotFound(key)
    if product_version(product) != expected:
        message = "The product is another one by now: fetch it and try again."
        raise _Refused(UserError("expectedVersion", "CONFLICT", [message]))


def _refused(*errors: UserError) -> UpdateProduct:
    return UpdateProduct(product=None, errors=list(errors))
