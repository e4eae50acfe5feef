"""What can be asked for first: things by their ids, and lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import graphene
from graphene.utils.str_converters import to_camel_case
from marshmallow import ValidationError
from sqlalchemy import select

from backend.catalog import models
from backend.catalog.errors import ProductNotFound
from backend.catalog.item import get_product
from backend.catalog.listing import list_products
from backend.catalog.schemas import ListingQuerySchema
from backend.graphql.client_error import ClientError
from backend.graphql.sizes import DEFAULT_SIZE, checked_size
from backend.graphql.types import Category, Money, Node, Product, key_of, parse_global_id

#: What the listing calls an argument that has another name here.
_NAMES = {"limit": "per_page"}


class ProductSort(graphene.Enum):
    """What products are put in order by."""

    NAME = "name"
    PRICE = "price"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


class SortOrder(graphene.Enum):
    """The direction of an order."""

    ASC = "asc"
    DESC = "desc"


class Queries(graphene.ObjectType):
    """Products and categories."""

    node = graphene.Field(Node, id=graphene.ID(required=True))
    product = graphene.Field(Product, id=graphene.ID(required=True))
    category = graphene.Field(Category, id=graphene.ID(required=True))
    categories = graphene.List(
        graphene.NonNull(Category),
        description="In order of name.",
        limit=graphene.Int(required=True, default_value=DEFAULT_SIZE),
    )
    products = graphene.List(
        graphene.NonNull(Product),
        category=graphene.String(description="The exact name."),
        min_price=Money(description="Inclusive."),
        max_price=Money(description="Inclusive."),
        search=graphene.String(),
        sort_by=ProductSort(required=True, default_value=ProductSort.CREATED_AT),
        sort_order=SortOrder(required=True, default_value=SortOrder.DESC),
        limit=graphene.Int(required=True, default_value=DEFAULT_SIZE),
    )

    @staticmethod
    def resolve_node(_root: None, info: graphene.ResolveInfo, id: str) -> Any:  # noqa: A002
        kind, key = parse_global_id(id)
        finders = {"Product": _product, "Category": _category}
        if kind not in finders:
            raise ClientError("This is not an id of this API.")
        return finders[kind](info, key)

    @staticmethod
    def resolve_product(_root: None, info: graphene.ResolveInfo, id: str) -> Any:  # noqa: A002
        return _product(info, key_of(id, "Product"))

    @staticmethod
    def resolve_category(_root: None, info: graphene.ResolveInfo, id: str) -> Any:  # noqa: A002
        return _category(info, key_of(id, "Category"))

    @staticmethod
    def resolve_categories(
        _root: None, info: graphene.ResolveInfo, limit: int
    ) -> Sequence[models.Category]:
        first = select(models.Category).order_by(models.Category.name)
        found = first.limit(checked_size("limit", limit))
        return info.context.session.scalars(found).all()

    @staticmethod
    def resolve_products(
        _root: None, info: graphene.ResolveInfo, **arguments: Any
    ) -> Sequence[models.Product]:
        # What is null was not given; a price of zero was.
        given = {
            _NAMES.get(name, name): getattr(value, "value", value)
            for name, value in arguments.items()
            if value is not None
        }
        try:
            query = ListingQuerySchema().load(given)
        except ValidationError as error:
            raise _refused(error) from None
        return list_products(info.context.session, query).items


def _product(info: graphene.ResolveInfo, key: Any) -> models.Product | None:
    try:
        return get_product(info.context.session, key)
    except ProductNotFound:
        return None


def _category(info: graphene.ResolveInfo, key: Any) -> models.Category | None:
    found: models.Category | None = info.context.session.get(models.Category, key)
    return found


def _refused(error: ValidationError) -> ClientError:
    """The listing's complaints, under the names that the arguments have here."""
    ours = {theirs: ours for ours, theirs in _NAMES.items()}
    fields = {
        to_camel_case(ours.get(name, name)): messages
        for name, messages in error.normalized_messages().items()
    }
    return ClientError("Some arguments break their rules: `fields` names them.", fields=fields)
