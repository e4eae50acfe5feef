"""The schema: every entrance to the graph, and who may use it."""

from __future__ import annotations

import graphene
from graphql import GraphQLSchema

from backend.graphql.authorization import authorize
from backend.graphql.connections import ConnectionQueries
from backend.graphql.create_product import CreateProduct
from backend.graphql.queries import Queries
from backend.graphql.subscriptions import Subscriptions
from backend.graphql.update_product import UpdateProduct


class Query(Queries, ConnectionQueries):
    """What can be read."""


class Mutation(graphene.ObjectType):
    """What can be changed."""

    create_product = CreateProduct.Field()
    update_product = UpdateProduct.Field()


class Subscription(Subscriptions):
    """What can be waited for."""


def create_graphql_schema() -> GraphQLSchema:
    """The schema, with its refusals."""
    composed = graphene.Schema(query=Query, mutation=Mutation, subscription=Subscription)
    schema: GraphQLSchema = composed.graphql_schema
    authorize(schema)
    return schema
