"""A document is read as a client does, and one that is no document is the answer's fault."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from workbench.checking import CheckFailed, Reply
from workbench.checking.openapi import Document, contradiction

RESPONSE = {"description": "Fine", "content": {"application/json": {"schema": {"type": "string"}}}}


def served(document: Any) -> Document:
    body = json.dumps(document).encode()
    headers = httpx.Headers({"content-type": "application/json"})
    return Document(Reply("GET /openapi.json", 200, headers, body, (), (), 0.0))


def document(operation: Any, **more: Any) -> dict[str, Any]:
    paths = {"/boats/{boat}": {"get": operation}}
    return {"openapi": "3.1.0", "paths": paths, "components": {}, **more}


def test_an_operation_is_found_whatever_its_variables_are_called() -> None:
    read = served(document({"responses": {200: RESPONSE}}))
    assert read.operation("GET", "/boats/{id}").responses["200"] == RESPONSE
    with pytest.raises(CheckFailed, match=r"GET /boats/\{boat\}"):
        read.operation("PUT", "/boats/{id}")


@pytest.mark.parametrize(
    "odd",
    [
        {"paths": {"/x": {"parameters": 7, "get": {}}}},
        {"paths": {"/x": {"get": {"parameters": 7}}}},
        {"paths": {"/x": {"get": {"$ref": "#/components/list"}}}, "components": {"list": []}},
        {"components": {"securitySchemes": [1]}},
    ],
)
def test_odd_shapes_fail_a_check_and_break_none(odd: dict[str, Any]) -> None:
    with pytest.raises(CheckFailed):
        served(document({"responses": {}}, **odd) | odd)


def test_references_are_followed() -> None:
    components = {"responses": {"Fine": {"$ref": "#/components/responses/a~1b"}, "a/b": RESPONSE}}
    read = served(
        document(
            {"responses": {200: {"$ref": "#/components/responses/Fine"}}}, components=components
        )
    )
    assert read.operations[0].responses == {"200": RESPONSE}


def test_the_documents_security_is_that_of_operations_without_their_own() -> None:
    closed = served(document({"responses": {}}, security=[{"key": []}]))
    assert closed.operations[0].security == [{"key": []}]
    opened = served(document({"responses": {}, "security": []}, security=[{"key": []}]))
    assert opened.operations[0].security == []


def test_parameters_of_the_path_count_for_each_operation() -> None:
    read = served(
        {
            "openapi": "3.1.0",
            "components": {},
            "paths": {"/x": {"parameters": [{"name": "a", "in": "query"}], "get": {}}},
        }
    )
    assert read.operations[0].parameters == [{"name": "a", "in": "query"}]


BOMB = {f"b{n}": {"allOf": [{"$ref": f"#/components/schemas/b{n + 1}"}] * 2} for n in range(40)}


@pytest.mark.parametrize(
    "hostile",
    [
        [],
        {"openapi": "2.0"},
        {"openapi": "3.1.0", "paths": []},
        document({"responses": []}),
        document({"responses": {200: "fine"}}),
        document({"responses": {200: {"content": ["application/json"]}}}),
        document({"responses": {200: {"content": {"application/json": {"schema": "x"}}}}}),
        document({"responses": {200: {"headers": {"Location": "x"}}}}),
        document({"parameters": [{"name": "a"}]}),
        document({"parameters": "x"}),
        document({"requestBody": {"content": 1}}),
        document({"security": [1]}),
        document({}, security="x"),
        document({"responses": {200: {"$ref": "#/components/nowhere"}}}),
        document({"responses": {200: {"$ref": "http://127.0.0.1:9/x"}}}),
        document({"responses": {200: {"$ref": "#/paths"}}}),
        document({"x": {"$ref": "#/components/schemas/b0"}}, components={"schemas": BOMB}),
    ],
)
def test_what_is_no_document_is_said_to_be_none(hostile: Any) -> None:
    with pytest.raises(CheckFailed):
        served(hostile)


def test_a_value_contradicts_its_schema_or_does_not() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 0}}}
    assert contradiction(schema, {"n": 0}) == ""
    assert contradiction(schema, {"n": -1}) == ".n -1 is less than the minimum of 0"
    assert "uuid" in contradiction({"type": "string", "format": "uuid"}, "x")
    assert "uri" in contradiction({"type": "string", "format": "uri"}, "/relative")


def test_a_schema_that_is_none_contradicts_everything() -> None:
    assert "the schema itself" in contradiction({"type": "number", "minimum": "0"}, 1)


def test_a_schema_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []
    monkeypatch.setattr(Draft202012Validator, "check_schema", looked.append)
    for value in (1, 2, "x"):
        contradiction({"type": "integer", "maximum": 20261}, value)
    assert looked == [{"type": "integer", "maximum": 20261}]


def test_expressions_of_a_schema_are_never_run() -> None:
    assert contradiction({"type": "string", "pattern": "(a+)+$"}, "a" * 40 + "!") == ""
