"""SQL as text, cursors that can be read, and a page of plain dictionaries."""

from __future__ import annotations

import re
from datetime import UTC
from typing import Any

import graphene
from sqlalchemy import select, text

from backend.catalog.models import Product as ProductRow
from backend.graphql.client_error import ClientError
from backend.graphql.sizes import DEFAULT_SIZE, MAX_SIZE
from backend.graphql.types import Product

SELECT = """
SELECT * FROM (
    SELECT * FROM products
    WHERE is_active
    AND (CAST(:after_at AS timestamptz) IS NULL OR created_at < :after_at
         OR created_at = :after_at AND id > CAST(:after_id AS uuid))
    AND (CAST(:before_at AS timestamptz) IS NULL OR created_at > :before_at
         OR created_at = :before_at AND id < CAST(:before_id AS uuid))
    ORDER BY created_at {direction}, id {opposite}
    LIMIT :most
) AS page
ORDER BY created_at DESC, id
"""
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
CURSOR = re.compile(rf'"(\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{{6}}\+00:00)" ({UUID})')


class PageInfo(graphene.ObjectType):
    has_next_page = graphene.Boolean(required=True)
    has_previous_page = graphene.Boolean(required=True)
    start_cursor = graphene.String()
    end_cursor = graphene.String()


class ProductEdge(graphene.ObjectType):
    cursor = graphene.String(required=True)
    node = graphene.Field(Product, required=True)

    @staticmethod
    def resolve_cursor(row, _info):
        return cursor_of(row)

    @staticmethod
    def resolve_node(row, _info):
        return row


class ProductConnection(graphene.ObjectType):
    edges = graphene.List(graphene.NonNull(ProductEdge), required=True)
    page_info = graphene.Field(PageInfo, required=True)
    total_count = graphene.Int()

    @staticmethod
    def resolve_total_count(page, _info):
        return page["total"]()


def cursor_of(row: ProductRow) -> str:
    moment = row.created_at.astimezone(UTC).isoformat(" ", "microseconds")
    return f'"{moment}" {row.id}'


def place(cursor: str | None) -> tuple[str | None, str | None]:
    if cursor is None:
        return None, None
    found = CURSOR.fullmatch(cursor)
    if found is None:
        raise ClientError(f"{cursor!r} is no cursor.")
    return found[1], found[2]


class ConnectionQueries(graphene.ObjectType):
    products_connection = graphene.Field(
        ProductConnection,
        first=graphene.Int(),
        after=graphene.String(),
        last=graphene.Int(),
        before=graphene.String(),
    )

    def resolve_products_connection(self, info, first=None, after=None, last=None, before=None):
        size = DEFAULT_SIZE
        for asked in (first, last):
            if asked is not None:
                if not 0 < asked <= MAX_SIZE or None not in (first, last):
                    raise ClientError("How many?")
                size = asked
        values: dict[str, Any] = {"most": size + 1}
        values["after_at"], values["after_id"] = place(after)
        values["before_at"], values["before_id"] = place(before)
        session, backward = info.context.session, last is not None
        direction, opposite = ("ASC", "DESC") if backward else ("DESC", "ASC")
        statement = text(SELECT.format(direction=direction, opposite=opposite))
        rows = session.scalars(select(ProductRow).from_statement(statement), values).all()
        more = len(rows) > size
        rows = rows[-size:] if backward else rows[:size]
        return {
            "edges": rows,
            "page_info": {
                "has_next_page": before is not None if backward else more,
                "has_previous_page": more if backward else after is not None,
                "start_cursor": cursor_of(rows[0]) if rows else None,
                "end_cursor": cursor_of(rows[-1]) if rows else None,
            },
            "total": lambda: session.scalar(text("SELECT count(*) FROM products WHERE is_active")),
        }
