"""What the document says of fields and operations, where apispec would say something else."""

import warnings
from decimal import Decimal

import pytest
from apispec import APISpec
from marshmallow import Schema, fields, validate

from backend.documentation import Plugin, operation_docs


class FareSchema(Schema):
    price = fields.Decimal(
        load_default=None, allow_none=False, validate=validate.Range(0, Decimal("9.99"))
    )
    seats = fields.Integer(load_default=0, validate=[validate.Range(0, 9), validate.Range(-1, 5)])
    name = fields.String(load_default="", validate=validate.Range("a", "z"))


@pytest.fixture
def shown():
    plugin = Plugin()
    APISpec("Ferries", "v1", "3.1.0", plugins=[plugin])

    def show(schema):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return plugin.converter.schema2jsonschema(schema)["properties"]

    return show


def test_bounds_are_numbers_and_the_narrowest_count(shown):
    fields = shown(FareSchema)
    assert fields["price"] == {"type": "number", "minimum": 0, "maximum": 9.99}
    assert fields["seats"] == {"type": "integer", "default": 0, "minimum": 0, "maximum": 5}
    assert fields["name"] == {"type": "string", "default": ""}


def test_changes_have_no_defaults(shown):
    assert not any("default" in one for one in shown(FareSchema(partial=True)).values())


def test_every_operation_can_fail_and_some_ask_for_a_token():
    assert set(operation_docs([404])["responses"]) == {404, 500, 503}
    assert "security" not in operation_docs([404])
    closed = operation_docs([401, 403])
    assert closed["security"] == [{"bearer": []}]
    assert "WWW-Authenticate" in closed["responses"][401]["headers"]
