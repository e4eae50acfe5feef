"""Authorization: mutations and one field take a role; the rest of an answer stays."""

import graphene
import pytest
from graphql import build_schema, graphql_sync

from backend.auth.roles import Role
from backend.graphql.authorization import authorize

CREATE = """mutation {
  createProduct(input: {name: "L", price: 1, categoryId: "x"}) { errors { field } }
}"""
UPDATE = 'mutation { updateProduct(id: "x", input: {}) { errors { field } } }'


@pytest.mark.parametrize("mutation", [CREATE, UPDATE])
@pytest.mark.parametrize(
    ("role", "refusal"),
    [
        (None, "UNAUTHENTICATED"),
        (Role.VIEWER, "FORBIDDEN"),
        (Role.EDITOR, None),
        (Role.ADMIN, None),
    ],
)
def test_a_mutation_takes_an_editor(ask, code, mutation, role, refusal):
    answer = ask(mutation, role=role)
    (value,) = answer["data"].values()
    if refusal is None:
        assert value["errors"]
        assert "errors" not in answer
    else:
        assert value is None
        assert code(answer) == refusal


@pytest.mark.parametrize(
    ("role", "refusal"), [(None, "UNAUTHENTICATED"), (Role.VIEWER, "FORBIDDEN")]
)
def test_one_field_is_refused_and_the_others_stay(ask, make_product, role, refusal):
    make_product(stock_quantity=3)
    answer = ask("{ products { name stockStatus stockQuantity } }", role=role)
    assert answer["data"]["products"] == [
        {"name": "Lamp", "stockStatus": "LOW", "stockQuantity": None}
    ]
    (error,) = answer["errors"]
    assert error["path"] == ["products", 0, "stockQuantity"]
    assert error["extensions"] == {"code": refusal}


@pytest.mark.parametrize("header", ["Bearer unknown", "Basic dTpw", "nonsense", ""])
def test_who_is_not_known_is_nobody(app, header):
    answer = app.test_client().post(
        "/graphql", json={"query": CREATE}, headers={"Authorization": header}
    )
    assert answer.json["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_a_mutation_that_nobody_thought_of_is_for_admins():
    class Mutation(graphene.ObjectType):
        forgotten = graphene.Boolean()

    class Query(graphene.ObjectType):
        nothing = graphene.Boolean()

    schema = graphene.Schema(query=Query, mutation=Mutation)
    authorize(schema.graphql_schema)

    class Caller:
        role = Role.EDITOR

    refused = schema.execute("mutation { forgotten }", context_value=Caller())
    assert refused.errors[0].extensions == {"code": "FORBIDDEN"}


def test_a_field_without_a_resolver_is_guarded_too():
    schema = build_schema("type Query { product: Product } type Product { stockQuantity: Int }")
    authorize(schema)

    class Caller:
        role = None

    root, question = {"product": {"stockQuantity": 3}}, "{ product { stockQuantity } }"
    refused = graphql_sync(schema, question, root, Caller())
    assert refused.data == {"product": {"stockQuantity": None}}
    assert refused.errors[0].extensions == {"code": "UNAUTHENTICATED"}
    Caller.role = Role.EDITOR
    assert graphql_sync(schema, question, root, Caller()).data == root
