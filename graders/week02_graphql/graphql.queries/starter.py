"""What can be asked for first: things by their ids, and lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import graphene

from backend.catalog import models
from backend.catalog.item import get_product
from backend.graphql.sizes import DEFAULT_SIZE
from backend.graphql.types import Category, Node, Product, key_of


class ProductSort(graphene.Enum):
    """What products are put in order by."""

    CREATED_AT = "created_at"
    # TODO


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
        # TODO: the other arguments
        limit=graphene.Int(required=True, default_value=DEFAULT_SIZE),
    )

    @staticmethod
    def resolve_node(_root: None, info: graphene.ResolveInfo, id: str) -> Any:  # noqa: A002
        # TODO
        return None

    @staticmethod
    def resolve_product(_root: None, info: graphene.ResolveInfo, id: str) -> Any:  # noqa: A002
        # TODO: what if there is none?
        return get_product(info.context.session, key_of(id, "Product"))

    @staticmethod
    def resolve_category(_root: None, info: graphene.ResolveInfo, id: str) -> Any:  # noqa: A002
        # TODO
        return None

    @staticmethod
    def resolve_categories(
        _root: None, info: graphene.ResolveInfo, limit: int
    ) -> Sequence[models.Category]:
        # TODO
        return []

    @staticmethod
    def resolve_products(
        _root: None, info: graphene.ResolveInfo, **arguments: Any
    ) -> Sequence[models.Product]:
        # TODO: ListingQuerySchema and list_products know the rules
        return []
