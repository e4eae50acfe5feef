"""Products page by page, from either end: a Relay connection whose cursors are places in an order.

A cursor holds what its product is put in order by. So a page begins where the one before it ended,
whatever was stored or deleted meanwhile.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import graphene
from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from backend.catalog import models
from backend.graphql.client_error import ClientError
from backend.graphql.sizes import DEFAULT_SIZE, checked_size
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
        counted = select(func.count()).select_from(models.Product).where(models.Product.is_active)
        return info.context.session.scalar(counted) or 0


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
        if first is not None and last is not None:
            raise ClientError("Give `first` or `last`, not both.")
        backward = last is not None
        name, wanted = ("last", last) if backward else ("first", first)
        size = checked_size(name, DEFAULT_SIZE if wanted is None else wanted)
        rows = info.context.session.scalars(_rows(after, before, size, backward=backward)).all()
        found, more = rows[:size], len(rows) > size
        return _Page(
            edges=[_Edge(_cursor(one), one) for one in (reversed(found) if backward else found)],
            has_next_page=before is not None if backward else more,
            has_previous_page=more if backward else after is not None,
        )


@dataclass(frozen=True)
class _Edge:
    cursor: str
    node: models.Product


@dataclass(frozen=True)
class _Page:
    edges: Sequence[_Edge]
    has_next_page: bool
    has_previous_page: bool

    @property
    def page_info(self) -> _Page:
        return self

    @property
    def start_cursor(self) -> str | None:
        return self.edges[0].cursor if self.edges else None

    @property
    def end_cursor(self) -> str | None:
        return self.edges[-1].cursor if self.edges else None


def _rows(after: str | None, before: str | None, size: int, *, backward: bool) -> Select[Any]:
    """The products between two cursors, from one end, and one more: it tells if there are more."""
    product = models.Product
    query = select(product).where(product.is_active)
    if after is not None:
        query = query.where(_beyond(after))
    if before is not None:
        query = query.where(_short_of(before))
    newest_first = (product.created_at.desc(), product.id)
    oldest_first = (product.created_at, product.id.desc())
    return query.order_by(*(oldest_first if backward else newest_first)).limit(size + 1)


def _beyond(cursor: str) -> ColumnElement[bool]:
    created_at, key = _place(cursor)
    product = models.Product
    return or_(
        product.created_at < created_at, and_(product.created_at == created_at, product.id > key)
    )


def _short_of(cursor: str) -> ColumnElement[bool]:
    created_at, key = _place(cursor)
    product = models.Product
    return or_(
        product.created_at > created_at, and_(product.created_at == created_at, product.id < key)
    )


def _cursor(product: models.Product) -> str:
    return _encode(product.created_at, product.id)


def _encode(created_at: datetime, key: UUID) -> str:
    place = json.dumps([created_at.isoformat(), str(key)], separators=(",", ":"))
    return urlsafe_b64encode(place.encode()).decode()


def _place(cursor: str) -> tuple[datetime, UUID]:
    """The place that a cursor stands for. Raises ClientError."""
    try:
        moment, digits = json.loads(urlsafe_b64decode(cursor))
        created_at, key = datetime.fromisoformat(moment), UUID(digits)
    except (ValueError, TypeError, AttributeError, RecursionError):
        created_at, key = None, None
    if created_at is None or key is None or _encode(created_at, key) != cursor:
        raise ClientError("This is not a cursor of this connection.")
    if created_at.tzinfo is None:
        raise ClientError("This is not a cursor of this connection.")
    return created_at, key
