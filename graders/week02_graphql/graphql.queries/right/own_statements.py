"""Statements of its own, rules of its own, and resolvers that stand beside their fields."""

from __future__ import annotations

from decimal import Decimal

import graphene
from sqlalchemy import select

from backend.catalog.models import Category as CategoryRow
from backend.catalog.models import Product as ProductRow
from backend.graphql.client_error import ClientError
from backend.graphql.types import Category, Money, Node, Product, key_of, parse_global_id

HIGHEST = Decimal("99999999.99")
ProductSort = graphene.Enum(
    "ProductSort", [("NAME", 1), ("PRICE", 2), ("CREATED_AT", 3), ("UPDATED_AT", 4)]
)
SortOrder = graphene.Enum("SortOrder", [("ASC", False), ("DESC", True)])


def one(info, row, *conditions):
    return info.context.session.scalars(select(row).where(*conditions)).one_or_none()


def product_of(info, key):
    return one(info, ProductRow, ProductRow.id == key, ProductRow.is_active)


def category_of(info, key):
    return one(info, CategoryRow, CategoryRow.id == key)


async def find_node(_root, info, id):  # noqa: A002
    kind, key = parse_global_id(id)
    if kind == "Product":
        return product_of(info, key)
    if kind == "Category":
        return category_of(info, key)
    raise ClientError("Nothing of this kind has an id here.")


def faults(category, search, min_price, max_price, limit):
    for name, text in (("category", category), ("search", search)):
        if text is not None and "\0" in text:
            yield name, "NUL is no text."
    if search is not None and len(search.strip()) > 100:
        yield "search", "Too long."
    for name, bound in (("minPrice", min_price), ("maxPrice", max_price)):
        if bound is not None and not 0 <= bound <= HIGHEST:
            yield name, "Out of range."
    if min_price is not None and max_price is not None and min_price > max_price:
        yield "minPrice", "Above maxPrice."
    if limit < 1 or limit > 100:
        yield "limit", "1 to 100."


class Queries(graphene.ObjectType):
    node = graphene.Field(Node, id=graphene.ID(required=True), resolver=find_node)
    product = graphene.Field(
        Product,
        id=graphene.ID(required=True),
        resolver=lambda _, info, **given: product_of(info, key_of(given["id"], "Product")),
    )
    category = graphene.Field(
        Category,
        id=graphene.ID(required=True),
        resolver=lambda _, info, **given: category_of(info, key_of(given["id"], "Category")),
    )
    categories = graphene.List(
        graphene.NonNull(Category), limit=graphene.Int(default_value=20, required=True)
    )
    products = graphene.List(
        graphene.NonNull(Product),
        category=graphene.String(),
        min_price=graphene.Argument(Money),
        max_price=graphene.Argument(Money),
        search=graphene.String(),
        sort_by=graphene.Argument(graphene.NonNull(ProductSort), default_value=3),
        sort_order=graphene.Argument(graphene.NonNull(SortOrder), default_value=True),
        limit=graphene.Int(default_value=20, required=True),
    )

    def resolve_categories(self, info, limit):
        if not 0 < limit < 101:
            raise ClientError("Too few or too many.")
        rows = select(CategoryRow).order_by(CategoryRow.name).limit(limit)
        return list(info.context.session.scalars(rows))

    def resolve_products(self, info, limit, sort_by, sort_order, category=None, min_price=None,
                         max_price=None, search=None):  # fmt: skip
        bad = {}
        for name, message in faults(category, search, min_price, max_price, limit):
            bad.setdefault(name, []).append(message)
        if bad:
            raise ClientError("Bad arguments.", fields=bad)
        rows = select(ProductRow).where(ProductRow.is_active)
        if category is not None:
            rows = rows.join(CategoryRow).where(CategoryRow.name == category)
        if min_price is not None:
            rows = rows.where(ProductRow.price >= min_price)
        if max_price is not None:
            rows = rows.where(ProductRow.price <= max_price)
        if search is not None and search.strip():
            text = search.strip()
            rows = rows.where(
                ProductRow.name.icontains(text, autoescape=True)
                | ProductRow.description.icontains(text, autoescape=True)
            )
        names = ("name", "price", "created_at", "updated_at")
        column = getattr(ProductRow, names[getattr(sort_by, "value", sort_by) - 1])
        down = getattr(sort_order, "value", sort_order)
        ordered = rows.order_by(column.desc() if down else column.asc(), ProductRow.id)
        return list(info.context.session.scalars(ordered.limit(limit)))
