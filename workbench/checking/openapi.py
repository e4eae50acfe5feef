"""Reads an OpenAPI 3.1 document, as a client that believes it does.

The document is an answer's: references are followed inside of it only and as far as a budget goes,
and no regular expression of it is ever run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, SchemaError

from workbench.checking.failure import CheckFailed
from workbench.checking.http import Reply, shorten

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

#: What one part of a document may grow to when its references are followed.
MOST_NODES, MOST_DEPTH = 5000, 60

#: Schemas of which is remembered whether they are any.
MOST_SCHEMAS = 256

#: Not looked at: they run expressions, lead elsewhere, divide binary fractions, or take too long.
IGNORED = {"pattern", "patternProperties", "$id", "$schema", "$anchor", "$dynamicAnchor",
           "$dynamicRef", "multipleOf", "unevaluatedItems", "unevaluatedProperties"}  # fmt: skip

FORMATS = FormatChecker(["date-time", "uuid", "uri", "uri-reference"])

_SCHEMA = {"properties": {"schema": {"type": "object"}}, "type": "object"}
_CONTENT = {"properties": {"content": {"type": "object", "additionalProperties": _SCHEMA}}}

#: An operation as far as it is read here, when its references have been followed.
OPERATION = Draft202012Validator(
    {
        "properties": {
            "parameters": {
                "type": "array",
                "items": {
                    **_SCHEMA,
                    "required": ["name", "in"],
                    "additionalProperties": True,
                },
            },
            "requestBody": {"type": "object", **_CONTENT},
            "responses": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "allOf": [_CONTENT],
                    "properties": {"headers": {"type": "object", "additionalProperties": _SCHEMA}},
                },
            },
            "security": {
                "type": "array",
                "items": {"type": "object", "additionalProperties": {"type": "array"}},
            },
        },
    }
)


@dataclass(frozen=True)
class Operation:
    """One operation of a document, with all references in it followed."""

    method: str  # in capitals
    path: str  # with its {variables}
    parameters: Sequence[Mapping[str, Any]]
    body: Mapping[str, Any]  # its requestBody, empty for none
    responses: Mapping[str, Mapping[str, Any]]  # by status
    security: Sequence[Mapping[str, Any]]  # the document's own, unless the operation has one

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


class Document:
    """A document that was served. Raises CheckFailed for what cannot be read."""

    def __init__(self, reply: Reply) -> None:
        self._sent, self._root = reply.sent, reply.json
        version = self._root.get("openapi") if isinstance(self._root, dict) else None
        if not str(version).startswith("3.1."):
            raise self._unreadable("an OpenAPI 3.1 document", reply.shown)
        self.schemes = self._part("components").get("securitySchemes", {})
        if not isinstance(self.schemes, dict):
            raise self._unreadable("securitySchemes: an object", _show(self.schemes))
        self.operations = [
            self._operation(method, path, item)
            for path, item in self._part("paths").items()
            for method in METHODS
            if isinstance(item, dict) and isinstance(item.get(method), dict)
        ]

    def operation(self, method: str, path: str) -> Operation:
        """The operation of this method whose path fits this one, whatever its variables' names.

        Raises CheckFailed.
        """
        for one in self.operations:
            if one.method == method and _shape(one.path) == _shape(path):
                return one
        names = ", ".join(one.name for one in self.operations)
        raise self._unreadable(f"the operation {method} {path}", f"only {names}")

    def _operation(self, method: str, path: str, item: dict[str, Any]) -> Operation:
        name = f"{method.upper()} {path}"
        own = self._followed(item[method], name)
        if not isinstance(own, dict):
            raise self._unreadable(f"{name}: an object", _show(own))
        shared = self._followed(item.get("parameters") or [], name)
        parameters = own.get("parameters") or []
        if not (isinstance(shared, list) and isinstance(parameters, list)):
            raise self._unreadable(f"parameters of {name}: a list", _show(shared or parameters))
        own["parameters"] = [*shared, *parameters]
        own.setdefault("security", self._root.get("security", []))
        wrong = next(OPERATION.iter_errors(own), None)
        if wrong is not None:
            where = ".".join(map(str, wrong.absolute_path))
            raise self._unreadable(
                f"{name} as OpenAPI 3.1 has it", f"{where}: {wrong.message[:300]}"
            )
        return Operation(
            method.upper(), path, own["parameters"], own.get("requestBody", {}),
            {str(status): response for status, response in own.get("responses", {}).items()},
            own["security"],
        )  # fmt: skip

    def _part(self, name: str) -> dict[str, Any]:
        part = self._root.get(name)
        if not isinstance(part, dict):
            raise self._unreadable(f"an object `{name}`", _show(part))
        return part

    def _followed(self, node: Any, where: str) -> Any:
        """A copy with each reference replaced by what it refers to."""
        nodes = 0

        def follow(value: Any, depth: int) -> Any:
            nonlocal nodes
            nodes += 1
            if nodes > MOST_NODES or depth > MOST_DEPTH:
                raise self._unreadable("references that end somewhere", f"none do in {where}")
            if isinstance(value, list):
                return [follow(one, depth + 1) for one in value]
            if not isinstance(value, dict):
                return value
            if isinstance(value.get("$ref"), str):
                beside = {key: one for key, one in value.items() if key != "$ref"}
                target = follow(self._target(value["$ref"], where), depth + 1)
                return (
                    {**target, **follow(beside, depth + 1)} if isinstance(target, dict) else target
                )
            return {key: follow(one, depth + 1) for key, one in value.items()}

        return follow(node, 0)

    def _target(self, reference: str, where: str) -> Any:
        found: Any = self._root
        for key in reference.removeprefix("#/").split("/"):
            key = key.replace("~1", "/").replace("~0", "~")
            if not (reference.startswith("#/") and isinstance(found, dict) and key in found):
                raise self._unreadable(
                    "references that lead somewhere", f"{reference} in {where} does not"
                )
            found = found[key]
        return found

    def _unreadable(self, expected: str, got: str) -> CheckFailed:
        return CheckFailed(expected, got, self._sent, "the document that the API serves of itself")


def contradiction(schema: Any, value: Any) -> str:
    """What of `value` does not fit this schema, whose references have been followed; "" if it fits.

    A schema that is none contradicts everything.
    """
    schema = _tame(schema)
    defect = _defect(json.dumps(schema))
    if defect:
        return f"the schema itself: {defect} ({_show(schema)})"
    found = next(Draft202012Validator(schema, format_checker=FORMATS).iter_errors(value), None)
    if found is None:
        return ""
    where = "".join(f".{part}" for part in found.absolute_path)
    return shorten(f"{where} {found.message}".strip(), 300)


@lru_cache(MOST_SCHEMAS)
def _defect(schema: str) -> str:
    """Why this schema, as JSON text, is none; "" if it is one.

    Remembered: checks hold hundreds of answers against the few schemas of a document, and to look
    at a schema takes a thousand times as long as to look at an answer.
    """
    try:
        Draft202012Validator.check_schema(json.loads(schema))
    except SchemaError as error:
        return str(error.message)
    return ""


def _tame(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_tame(one) for one in schema]
    if isinstance(schema, dict):
        return {key: _tame(one) for key, one in schema.items() if key not in IGNORED}
    return schema


def _shape(path: str) -> list[str]:
    return ["{}" if part.startswith("{") else part for part in path.split("/")]


def _show(value: Any) -> str:
    return shorten(repr(value), 300)
