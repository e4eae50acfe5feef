"""Each limit is a function of its own over one walk, remembered by fragment; the sizes of lists
come from graphql-core's own coercion where it can be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    ValidationRule,
    get_named_type,
    value_from_ast,
    value_from_ast_untyped,
)
from graphql.pyutils import Undefined

from backend.graphql.client_error import ClientError

SIZE_ARGUMENTS = ("first", "last", "limit")
T = TypeVar("T")


@dataclass(frozen=True)
class Limits:
    depth: int
    cost: int
    aliases: int
    introspection: bool


class Walk:
    """Folds what stands in a selection: `fold` is called with the results of all its parts."""

    def __init__(self, context: Any, leaf: Callable[..., T], fold: Callable[[list[T]], T]) -> None:
        self.context, self.leaf, self.fold = context, leaf, fold
        self.known: dict[str, T] = {}

    def __call__(self, selection_set: Any, kind: Any) -> T:
        return self.fold(list(self.parts(selection_set, kind)))

    def parts(self, selection_set: Any, kind: Any) -> Iterator[T]:
        for node in selection_set.selections if selection_set else ():
            if isinstance(node, FieldNode):
                field = getattr(kind, "fields", {}).get(node.name.value)
                below = get_named_type(field.type) if field else None
                hidden = node.name.value in ("__schema", "__type")
                inner = self.fold([]) if hidden else self(node.selection_set, below)
                yield self.leaf(node, field, inner)
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name not in self.known:
                    self.known[name] = self.fold([])
                    fragment = self.context.get_fragment(name)
                    if fragment:
                        self.known[name] = self(
                            fragment.selection_set,
                            self.context.schema.get_type(fragment.type_condition.name.value),
                        )
                yield self.known[name]
            else:
                condition = node.type_condition
                named = self.context.schema.get_type(condition.name.value) if condition else kind
                yield self(node.selection_set, named)


def times(node: FieldNode, field: Any, variables: Mapping[str, Any]) -> int:
    arguments = {} if field is None else field.args
    given = {one.name.value: one.value for one in node.arguments}
    names = [name for name in SIZE_ARGUMENTS if name in arguments]
    sizes = []
    for name in names:
        size = (
            value_from_ast(given[name], arguments[name].type, variables) if name in given else None
        )
        if size is Undefined:
            size = None
        if isinstance(size, float):
            size = int(size)
        if size is not None:
            sizes.append(size if isinstance(size, int) else 0)
    if not sizes:
        sizes = [
            one.default_value for one in map(arguments.get, names) if one.default_value != Undefined
        ]
    return max(0, *sizes) if sizes else 20 if names else 1


def limit_rule(limits: Limits, variables: Mapping[str, Any]) -> type[ValidationRule]:
    class LimitRule(ValidationRule):
        def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
            values = dict(variables)
            for one in node.variable_definitions:
                if one.default_value is not None:
                    default = value_from_ast_untyped(one.default_value)
                    values.setdefault(one.variable.name.value, default)

            def measured(leaf: Callable[..., int], fold: Callable[[list[int]], int]) -> int:
                root = self.context.schema.get_root_type(node.operation)
                return Walk(self.context, leaf, fold)(node.selection_set, root)

            found = {
                "QUERY_TOO_DEEP": measured(
                    lambda _node, _field, inner: 1 + inner, lambda parts: max(parts, default=0)
                ) - limits.depth,
                "QUERY_TOO_COSTLY": measured(
                    lambda node, field, inner: 1 + times(node, field, values) * inner, sum
                ) - limits.cost,
                "TOO_MANY_ALIASES": measured(
                    lambda node, _field, inner: (node.alias is not None) + inner, sum
                ) - limits.aliases,
                "INTROSPECTION_DISABLED": 0 if limits.introspection else measured(
                    lambda node, _field, inner: (node.name.value in ("__schema", "__type")) + inner,
                    lambda parts: max(parts, default=0),
                ),
            }  # fmt: skip
            for code, beyond in found.items():
                if beyond > 0:
                    self.report_error(GraphQLError(
                        f"{code}: {beyond} too many", [node],
                        original_error=ClientError("Ask for less.", code),
                    ))  # fmt: skip

    return LimitRule
