"""Ways to ask the graph, and to see what it asks the database."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, event

from backend.auth.roles import Role

JSON = {"Accept": "application/json"}


@pytest.fixture
def ask(app, _no_rows, sign_in):
    """Ask the graph: the whole answer as JSON. role: whose token is sent, None for none."""

    def ask(query, variables=None, role=Role.EDITOR, **more):
        client = app.test_client() if role is None else sign_in(app, role)
        body = {"query": query, "variables": variables, **more}
        return client.post("/graphql", json=body, headers=JSON).json

    return ask


@pytest.fixture
def statements():
    """The statements that run on any engine, as they run."""
    ran = []

    def note(*arguments):
        ran.append(arguments[2])

    event.listen(Engine, "before_cursor_execute", note)
    yield ran
    event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture(scope="session")
def code():
    """The code of the only error of an answer."""

    def code(answer):
        (error,) = answer["errors"]
        return error["extensions"]["code"]

    return code
