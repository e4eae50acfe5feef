"""Every change locks first and writes by hand; all refusals are one kind of answer."""

from __future__ import annotations

from typing import Any

import graphene
from sqlalchemy import text

from backend.catalog import models
from backend.catalog.schemas import ProductSchema
from backend.graphql.client_error import ClientError
from backend.graphql.types import JSON, Money, Product, parse_global_id
from backend.graphql.user_errors import UserError, UserErrorType, invalid_fields
from backend.graphql.version import product_version


class UpdateProductInput(graphene.InputObjectType):
    name = graphene.String()
    description = graphene.String()
    price = Money()
    category_id = graphene.ID()
    stock_quantity = graphene.Int()
    attributes = JSON()


class UpdateProduct(graphene.Mutation):
    class Arguments:
        id = graphene.Argument(graphene.ID, required=True)
        input = UpdateProductInput(required=True)
        expected_version = graphene.String()

    product = graphene.Field(Product)
    errors = graphene.List(graphene.NonNull(UserErrorType), required=True)

    @staticmethod
    def mutate(_root: None, info: graphene.ResolveInfo, **sent: Any) -> dict[str, Any]:
        session = info.context.session
        try:
            product, errors = _change(session, **sent)
            if errors:
                session.rollback()
            else:
                session.commit()
        except BaseException:
            session.rollback()
            raise
        return {"product": None if errors else product, "errors": errors}


def _key(text_: str | None, kind: str) -> Any:
    try:
        found, key = parse_global_id(text_ or "")
    except ClientError:
        return None
    return key if found == kind else None


def _change(session: Any, id: str, input: dict[str, Any], expected_version: Any = None) -> Any:  # noqa: A002
    key = _key(id, "Product")
    if key is None:
        return None, [UserError("id", "INVALID", ["No product has such an id."])]
    given = dict(input)
    if "category_id" in given:
        given["category_id"] = str(_key(given["category_id"], "Category"))
    wrong = ProductSchema(partial=True).validate(given)
    if wrong:
        return None, invalid_fields(wrong)
    found = text("SELECT 1 FROM products WHERE id = :key AND is_active FOR NO KEY UPDATE")
    if session.scalar(found, {"key": key}) is None:
        return None, [UserError("id", "NOT_FOUND", ["It is gone."])]
    product = session.get(models.Product, key, populate_existing=True)
    if expected_version is not None and product_version(product) != expected_version:
        return None, [UserError("expectedVersion", "CONFLICT", ["Somebody was faster."])]
    for name, value in ProductSchema(partial=True).load(given).items():
        if name == "category_id" and not session.get(
            models.Category, value, with_for_update={"read": True, "key_share": True}
        ):
            return None, [UserError("categoryId", "NOT_FOUND", ["It is gone."])]
        setattr(product, name, value)
    return product, []
