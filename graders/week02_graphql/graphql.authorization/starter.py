"""Who may do what in the graph: the roles and tokens are those of the REST API."""

from __future__ import annotations

from collections.abc import Mapping

from graphql import GraphQLSchema

from backend.auth.roles import Role

#: What takes a role, by type and field. Other fields are public.
FIELDS = {
    ("Mutation", "createProduct"): Role.EDITOR,
    ("Mutation", "updateProduct"): Role.EDITOR,
    ("Product", "stockQuantity"): Role.EDITOR,
}
#: What a mutation takes that is not among them.
OTHER_MUTATIONS = Role.ADMIN


def caller_role(tokens: Mapping[str, Role]) -> Role | None:
    """The role that the current request's bearer token stands for; None without a known one.

    tokens: the SHA-256 of each token, in hexadecimal digits, and the role of whoever holds it.
    """
    # TODO: whose token is it?
    return None


def authorize(schema: GraphQLSchema) -> None:
    """Let the fields of a schema that take a role refuse callers without it.

    They refuse by an error in their place, so the rest of the answer stays.
    """
    # TODO: exchange the resolvers of those fields.
