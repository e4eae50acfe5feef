"""A marshmallow schema of its own, derived from the listing's, which speaks the graph's names."""

from __future__ import annotations

import enum

import graphene

from backend.catalog import models
from backend.catalog.errors import ProductNotFound
from backend.catalog.item import get_product
from backend.catalog.listing import list_products
from backend.catalog.schemas import ListingQuerySchema
from backend.graphql.client_error import ClientError
from backend.graphql.sizes import checked_size
from backend.graphql.types import Category, Money, Node, Product, parse_global_id

KEYS = {"per_page": "limit", "min_price": "minPrice", "max_price": "maxPrice"}


class ArgumentsSchema(ListingQuerySchema):
    """The listing's rules under the names of the graph."""

    def on_bind_field(self, field_name, field_obj):
        field_obj.data_key = KEYS.get(field_name, field_name)

    def handle_error(self, error, data, **kwargs):
        fields = {KEYS.get(name, name): told for name, told in error.messages.items()}
        raise ClientError("Look at the fields.", "BAD_USER_INPUT", fields=fields)


class Column(enum.Enum):
    NAME = "name"
    PRICE = "price"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


class Direction(enum.Enum):
    ASC = "asc"
    DESC = "desc"


ProductSort = graphene.Enum.from_enum(Column, name="ProductSort")
SortOrder = graphene.Enum.from_enum(Direction, name="SortOrder")


def find(info, text, *kinds):
    kind, key = parse_global_id(text)
    if kind not in kinds:
        raise ClientError(f"This is the id of a {kind}.")
    if kind == "Category":
        return info.context.session.get(models.Category, key)
    try:
        return get_product(info.context.session, key)
    except ProductNotFound:
        return None


class Queries(graphene.ObjectType):
    """Queries."""

    node = graphene.Field(Node, id=graphene.NonNull(graphene.ID))
    product = graphene.Field(Product, id=graphene.NonNull(graphene.ID))
    category = graphene.Field(Category, id=graphene.NonNull(graphene.ID))
    categories = graphene.Field(
        graphene.List(graphene.NonNull(Category)),
        limit=graphene.NonNull(graphene.Int, default_value=20),
    )
    products = graphene.Field(
        graphene.List(graphene.NonNull(Product)),
        category=graphene.String(),
        minPrice=Money(name="minPrice"),
        maxPrice=Money(name="maxPrice"),
        search=graphene.String(),
        by=ProductSort(required=True, default_value=Column.CREATED_AT, name="sortBy"),
        order=SortOrder(required=True, default_value=Direction.DESC, name="sortOrder"),
        limit=graphene.NonNull(graphene.Int, default_value=20),
    )

    async def resolve_node(self, info, id):  # noqa: A002
        return find(info, id, "Product", "Category")

    async def resolve_product(self, info, id):  # noqa: A002
        return find(info, id, "Product")

    async def resolve_category(self, info, id):  # noqa: A002
        return find(info, id, "Category")

    async def resolve_categories(self, info, limit):
        size = checked_size("limit", limit)
        query = info.context.session.query(models.Category)
        return query.order_by(models.Category.name)[:size]

    async def resolve_products(self, info, by, order, **filters):
        given = {name: value for name, value in filters.items() if value is not None}
        by, order = (getattr(one, "value", one) for one in (by, order))
        query = ArgumentsSchema().load({**given, "sort_by": by, "sort_order": order})
        return list_products(info.context.session, query).items
