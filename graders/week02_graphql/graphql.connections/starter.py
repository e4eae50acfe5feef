"""Products page by page, from either end: a Relay connection whose cursors are places in an order.

A cursor holds what its product is put in order by. So a page begins where the one before it ended,
whatever was stored or deleted meanwhile.
"""

from __future__ import annotations

from typing import Any

import graphene
from sqlalchemy import select

from backend.catalog import models
from backend.graphql.sizes import DEFAULT_SIZE
from backend.graphql.types import Product


class PageInfo(graphene.ObjectType):
    """Where a page lies."""

    has_next_page = graphene.Boolean(required=True)
    has_previous_page = graphene.Boolean(required=True)
    start_cursor = graphene.String()
    end_cursor = graphene.String()


class ProductEdge(graphene.ObjectType):
    """A product at its place."""

    cursor = graphene.String(required=True)
    node = graphene.Field(Product, required=True)


class ProductConnection(graphene.ObjectType):
    """A page of products, the newest first."""

    edges = graphene.List(graphene.NonNull(ProductEdge), required=True)
    page_info = graphene.Field(PageInfo, required=True)
    total_count = graphene.Int(description="The products on all pages.")

    @staticmethod
    def resolve_total_count(_page: _Page, info: graphene.ResolveInfo) -> int:
        # TODO
        return 0


class ConnectionQueries(graphene.ObjectType):
    """The entrance to the connection."""

    products_connection = graphene.Field(
        ProductConnection,
        first=graphene.Int(),
        after=graphene.String(),
        last=graphene.Int(),
        before=graphene.String(),
    )

    @staticmethod
    def resolve_products_connection(
        _root: None,
        info: graphene.ResolveInfo,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> _Page:
        # TODO: sizes, cursors, both directions
        rows = info.context.session.scalars(select(models.Product).limit(DEFAULT_SIZE))
        return _Page([{"cursor": str(row.id), "node": row} for row in rows])


class _Page:
    """What the fields of the connection are read from."""

    def __init__(self, edges: list[Any]) -> None:
        self.edges = edges
        # TODO: where the page lies
        self.page_info = {"has_next_page": False, "has_previous_page": False}
