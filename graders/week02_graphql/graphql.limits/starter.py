"""How much one operation may ask for. It is counted in the document, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import OperationDefinitionNode, ValidationRule

#: The arguments that say how long a list may become.
SIZE_ARGUMENTS = ("first", "last", "limit")


@dataclass(frozen=True)
class Limits:
    """What one operation may have."""

    depth: int  # fields below each other
    cost: int  # fields in the answer, were every list as long as it may be
    aliases: int  # fields with an alias
    introspection: bool  # whether it may ask for the schema


def limit_rule(limits: Limits, variables: Mapping[str, Any]) -> type[ValidationRule]:
    """The validation rule that refuses operations beyond the limits.

    variables: as the client sent them, because a list can be as long as a variable says. The rule
    takes any document, fragments that contain themselves among them: it must run before the
    specified rules, which take long for large documents.
    """

    class LimitRule(ValidationRule):
        def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
            # TODO: count what the operation comes to, and report what is beyond the limits.
            pass

    return LimitRule
