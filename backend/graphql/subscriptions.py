"""The subscription to the stock of a product."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

import graphene

from backend.catalog import models
from backend.catalog.errors import ProductNotFound
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
        key, context = key_of(id, "Product"), info.context
        try:
            # Closed with the subscription, at once and not by the garbage collector.
            async with aclosing(context.stock_changes.of(context.session, key)) as products:
                async for product in products:
                    yield product
        except ProductNotFound:
            raise ClientError("There is no product with this id.", "NOT_FOUND") from None

    @staticmethod
    def resolve_stock_changed(
        product: models.Product, _info: graphene.ResolveInfo, **_arguments: object
    ) -> models.Product:
        return product
