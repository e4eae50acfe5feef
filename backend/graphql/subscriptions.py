"""The subscription to the stock of a product."""

from __future__ import annotations

from collections.abc import AsyncIterator

import graphene
from sqlalchemy.orm import Session

from backend.catalog import models
from backend.catalog.errors import ProductNotFound
from backend.catalog.item import get_product
from backend.graphql.client_error import ClientError
from backend.graphql.types import Product, key_of


class Subscriptions(graphene.ObjectType):
    """What happens to products."""

    stock_changed = graphene.Field(
        Product,
        id=graphene.ID(required=True),
        description="The product as it is now, and again after each change of its stock.",
    )

    @staticmethod
    async def subscribe_stock_changed(
        _root: None,
        info: graphene.ResolveInfo,
        id: str,  # noqa: A002
    ) -> AsyncIterator[models.Product]:
        session: Session = info.context.session
        key, seen = key_of(id, "Product"), None
        async with info.context.notices.of(key) as pubsub:
            # Looked at only now: a change in between would be missed.
            while True:
                try:
                    product = get_product(session, key)
                except ProductNotFound:
                    if seen is None:
                        raise ClientError(
                            "There is no product with this id.", "NOT_FOUND"
                        ) from None
                    return
                if product.stock_quantity != seen:
                    seen = product.stock_quantity
                    yield product
                # Nobody keeps a connection, or what it has read, while he waits.
                session.rollback()
                await pubsub.get_message(timeout=None)

    @staticmethod
    def resolve_stock_changed(
        product: models.Product, _info: graphene.ResolveInfo, **_arguments: object
    ) -> models.Product:
        return product
