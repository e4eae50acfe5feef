"""How much one operation may ask for. It is counted in the document, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    ValidationRule,
    VariableNode,
    get_named_type,
)

from backend.graphql.client_error import ClientError
from backend.graphql.sizes import DEFAULT_SIZE, MAX_SIZE

#: The arguments that say how long a list may become.
SIZE_ARGUMENTS = ("first", "last", "limit")


@dataclass(frozen=True)
class Limits:
    """What one operation may have."""

    depth: int  # fields below each other
    cost: int  # fields in the answer, were every list as long as it may be
    aliases: int  # fields with an alias
    introspection: bool  # whether it may ask for the schema


@dataclass(frozen=True)
class _Size:
    """What a selection comes to."""

    depth: int = 0
    cost: int = 0
    aliases: int = 0

    def beside(self, other: _Size) -> _Size:
        deeper = max(self.depth, other.depth)
        return _Size(deeper, self.cost + other.cost, self.aliases + other.aliases)


def limit_rule(limits: Limits, variables: Mapping[str, Any]) -> type[ValidationRule]:
    """The validation rule that refuses operations beyond the limits.

    variables: as the client sent them, because a list can be as long as a variable says. The rule
    takes any document, fragments that contain themselves among them: it must run before the
    specified rules, which take long for large documents.
    """

    class LimitRule(ValidationRule):
        def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
            counting = _Counting(self.context, node, variables)
            root = self.context.schema.get_root_type(node.operation)
            size = counting.selection(node.selection_set, root)
            for asked, most, code, what in (
                (size.depth, limits.depth, "QUERY_TOO_DEEP", "levels of fields"),
                (size.cost, limits.cost, "QUERY_TOO_COSTLY", "fields in its answer"),
                (size.aliases, limits.aliases, "TOO_MANY_ALIASES", "aliases"),
            ):
                if asked > most:
                    message = f"The operation has {asked} {what}; {most} are allowed."
                    self.report_error(_at(node, message, code))
            if counting.introspects and not limits.introspection:
                message = "The schema cannot be asked for here."
                self.report_error(_at(node, message, "INTROSPECTION_DISABLED"))

    return LimitRule


class _Counting:
    """Counts one operation. Each fragment is counted once, however often it is spread."""

    def __init__(
        self, context: Any, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> None:
        self.introspects = False
        self._context = context
        defaults = {
            one.variable.name.value: int(one.default_value.value)
            for one in operation.variable_definitions or ()
            if isinstance(one.default_value, IntValueNode)
        }
        self._variables = {**defaults, **variables}
        self._fragments: dict[str, _Size] = {}

    def selection(self, selected: SelectionSetNode, parent: GraphQLNamedType | None) -> _Size:
        total = _Size()
        for node in selected.selections:
            if isinstance(node, FieldNode):
                total = total.beside(self._field(node, parent))
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                kind = self._type(condition.name.value) if condition else parent
                total = total.beside(self.selection(node.selection_set, kind))
            elif isinstance(node, FragmentSpreadNode):
                total = total.beside(self._fragment(node.name.value))
        return total

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> _Size:
        name, aliases = node.name.value, 1 if node.alias else 0
        if name in ("__schema", "__type"):
            self.introspects = True
            return _Size(1, 1, aliases)  # no rows; how deep it may be is another rule's
        field = None
        if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            field = parent.fields.get(name)
        below = _Size()
        if node.selection_set is not None:
            kind = get_named_type(field.type) if field else None
            below = self.selection(node.selection_set, kind)
        cost = 1 + self._length(node, field) * below.cost
        return _Size(1 + below.depth, cost, aliases + below.aliases)

    def _fragment(self, name: str) -> _Size:
        if name not in self._fragments:
            self._fragments[name] = _Size()  # what a fragment finds of itself, if it is in itself
            fragment = self._context.get_fragment(name)
            if fragment is not None:
                kind = self._type(fragment.type_condition.name.value)
                self._fragments[name] = self.selection(fragment.selection_set, kind)
        return self._fragments[name]

    def _type(self, name: str) -> GraphQLNamedType | None:
        found: GraphQLNamedType | None = self._context.schema.get_type(name)
        return found

    def _length(self, node: FieldNode, field: GraphQLField | None) -> int:
        """How often what is selected below a field can come in its answer."""
        known = {} if field is None else field.args
        sized = [name for name in SIZE_ARGUMENTS if name in known]
        if not sized:
            return 1
        given = {one.name.value: one.value for one in node.arguments}
        lengths = [self._number(given[name]) for name in sized if name in given]
        found = [length for length in lengths if length is not None]
        defaults = [known[name].default_value for name in sized]
        usual = [one for one in defaults if one is not Undefined]
        return max(0, *(found or usual or [DEFAULT_SIZE]))

    def _number(self, value: Any) -> int | None:
        """The number that an argument has; None for null. The most for what is no number."""
        if isinstance(value, IntValueNode):
            return int(value.value)
        if not isinstance(value, VariableNode):
            return None
        number = self._variables.get(value.name.value)
        return number if number is None or isinstance(number, int) else MAX_SIZE


def _at(node: OperationDefinitionNode, message: str, code: str) -> GraphQLError:
    return GraphQLError(message, node, original_error=ClientError(message, code))
