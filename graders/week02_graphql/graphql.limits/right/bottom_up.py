"""Fragments are counted from the bottom up, each after those that it spreads; no recursion between
them, and three sums in a tuple."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    Undefined,
    ValidationRule,
    VariableNode,
    get_named_type,
)

from backend.graphql.client_error import ClientError

SIZE_ARGUMENTS = ("first", "last", "limit")


@dataclass(frozen=True)
class Limits:
    depth: int
    cost: int
    aliases: int
    introspection: bool


def spreads(node: Any) -> set[str]:
    """The names of the fragments that stand below a node."""
    found, todo = set(), [node]
    while todo:
        one = todo.pop()
        if isinstance(one, FragmentSpreadNode):
            found.add(one.name.value)
        elif getattr(one, "selection_set", None):
            todo.extend(one.selection_set.selections)
    return found


def sized(given: Any, values: Mapping[str, Any]) -> int | None:
    if isinstance(given, IntValueNode):
        return max(0, int(given.value))
    if isinstance(given, VariableNode):
        value = values.get(given.name.value)
        if isinstance(value, int | float):
            return max(0, int(value))
        return None if value is None else 0
    return None


def limit_rule(limits: Limits, variables: Mapping[str, Any]) -> type[ValidationRule]:
    class LimitRule(ValidationRule):
        def enter_document(self, document: DocumentNode, *_: Any) -> None:
            definitions = document.definitions
            self.fragments = {
                one.name.value: one
                for one in definitions
                if isinstance(one, FragmentDefinitionNode)
            }
            self.order: list[str] = []
            waiting = {
                name: spreads(one) & set(self.fragments) for name, one in self.fragments.items()
            }
            while ready := [name for name, below in waiting.items() if not below - set(self.order)]:
                self.order += ready
                for name in ready:
                    del waiting[name]
            # What is left is in itself, and another rule refuses it.

        def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
            values = {
                one.variable.name.value: int(one.default_value.value)
                for one in node.variable_definitions
                if isinstance(one.default_value, IntValueNode)
            }
            self.values = {**values, **variables}
            self.seen: dict[str, tuple[int, int, int, bool]] = {}
            for name in self.order:
                fragment = self.fragments[name]
                kind = self.context.schema.get_type(fragment.type_condition.name.value)
                self.seen[name] = self.total(fragment.selection_set, kind)
            root = self.context.schema.get_root_type(node.operation)
            depth, cost, aliases, schema = self.total(node.selection_set, root)
            for broken, code in (
                (depth > limits.depth, "QUERY_TOO_DEEP"),
                (cost > limits.cost, "QUERY_TOO_COSTLY"),
                (aliases > limits.aliases, "TOO_MANY_ALIASES"),
                (schema and not limits.introspection, "INTROSPECTION_DISABLED"),
            ):
                if broken:
                    self.report_error(ClientError("No.", code))

        def total(self, selections: Any, kind: Any) -> tuple[int, int, int, bool]:
            found = [self.one(node, kind) for node in selections.selections]
            return (
                max(one[0] for one in found),
                sum(one[1] for one in found),
                sum(one[2] for one in found),
                any(one[3] for one in found),
            )

        def one(self, node: Any, kind: Any) -> tuple[int, int, int, bool]:
            if isinstance(node, FragmentSpreadNode):
                return self.seen.get(node.name.value, (0, 0, 0, False))
            if isinstance(node, InlineFragmentNode):
                if node.type_condition:
                    kind = self.context.schema.get_type(node.type_condition.name.value)
                return self.total(node.selection_set, kind)
            alias, name = int(bool(node.alias)), node.name.value
            if name in ("__schema", "__type"):
                return 1, 1, alias, True
            field = getattr(kind, "fields", {}).get(name)
            if not node.selection_set:
                return 1, 1, alias, False
            depth, cost, aliases, schema = self.total(
                node.selection_set, field and get_named_type(field.type)
            )
            return 1 + depth, 1 + self.times(node, field) * cost, alias + aliases, schema

        def times(self, node: FieldNode, field: Any) -> int:
            known = getattr(field, "args", {})
            names = [name for name in SIZE_ARGUMENTS if name in known]
            if not names:
                return 1
            given = [
                sized(one.value, self.values) for one in node.arguments if one.name.value in names
            ]
            numbers = [one for one in given if one is not None]
            if numbers:
                return max(numbers)
            defaults = [known[name].default_value for name in names]
            return max([one for one in defaults if one is not Undefined] or [20])

    return LimitRule
