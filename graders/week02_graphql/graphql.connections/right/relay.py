"""Graphene's own connection, cursors of 24 bytes, and a walk that knows one direction only."""

from __future__ import annotations

import base64
import binascii
import struct
from datetime import UTC, datetime, timedelta
from uuid import UUID

from graphene import Field, Int, ObjectType, String, relay
from sqlalchemy import and_, func, not_, or_, select, tuple_
from sqlalchemy.sql import operators

from backend.catalog.models import Product as Row
from backend.graphql.client_error import ClientError
from backend.graphql.sizes import checked_size
from backend.graphql.types import Product

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
PageInfo = relay.PageInfo


class ProductConnection(relay.Connection):
    class Meta:
        node = Product

    total_count = Int()

    async def resolve_total_count(self, info):
        return info.context.session.query(Row).filter(Row.is_active).count()


ProductEdge = ProductConnection.Edge


def write(row: Row) -> str:
    place = struct.pack(">q16s", (row.created_at - EPOCH) // MICROSECOND, row.id.bytes)
    return base64.b32encode(place).decode()


def read(cursor: str) -> tuple[datetime, UUID]:
    try:
        moment, key = struct.unpack(">q16s", base64.b32decode(cursor))
        return EPOCH + moment * MICROSECOND, UUID(bytes=key)
    except (binascii.Error, struct.error, ValueError, OverflowError) as error:
        raise ClientError("Another cursor, please.", "BAD_USER_INPUT") from error


class ConnectionQueries(ObjectType):
    products_connection = Field(
        ProductConnection, first=Int(), after=String(), last=Int(), before=String()
    )

    async def resolve_products_connection(_, info, **given):  # noqa: N805
        given = {name: value for name, value in given.items() if value is not None}
        match given:
            case {"first": _, "last": _}:
                raise ClientError("From one end only.")
            case {"last": size}:
                start, end, turned = given.get("before"), given.get("after"), True
                checked_size("last", size)
            case _:
                size = checked_size("first", given.get("first", 20))
                start, end, turned = given.get("after"), given.get("before"), False
        rows = walk(info.context.session, start, end, size + 1, turned)
        more = len(rows) > size
        del rows[size:]
        if turned:
            rows.reverse()
        edges = [ProductEdge(cursor=write(row), node=row) for row in rows]
        return ProductConnection(
            edges=edges,
            page_info=PageInfo(
                has_next_page=start is not None if turned else more,
                has_previous_page=more if turned else start is not None,
                start_cursor=edges[0].cursor if edges else None,
                end_cursor=edges[-1].cursor if edges else None,
            ),
        )


def walk(session, start: str | None, end: str | None, most: int, turned: bool) -> list[Row]:
    """What comes after `start` and before `end`, on the way that is taken."""
    earlier, larger = operators.lt, operators.gt
    if turned:
        earlier, larger = larger, earlier
    query = select(Row).filter_by(is_active=True).limit(most)

    def beyond(moment: datetime, key: UUID):
        tied = and_(Row.created_at == moment, larger(Row.id, key))
        return or_(earlier(Row.created_at, moment), tied)

    if start is not None:
        query = query.where(beyond(*read(start)))
    if end is not None:
        place = read(end)
        query = query.where(not_(beyond(*place)), tuple_(Row.created_at, Row.id) != place)
    age = func.extract("epoch", Row.created_at)
    order = (age, Row.id.desc()) if turned else (-age, Row.id)
    return list(session.scalars(query.order_by(*order)))
