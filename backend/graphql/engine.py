"""From a document to its result: parse, validate, execute."""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    IntValueNode,
    MapAsyncIterator,
    MaxIntrospectionDepthRule,
    OperationDefinitionNode,
    OperationType,
    ValidationRule,
    execute,
    get_operation_ast,
    parse,
    specified_rules,
    subscribe,
    validate,
)
from graphql.execution.values import get_variable_values
from sqlalchemy.orm import Session

from backend.auth.roles import Role
from backend.graphql.client_error import ClientError
from backend.graphql.context import Context
from backend.graphql.errors import recover
from backend.graphql.limits import Limits, limit_rule
from backend.graphql.loaders import Loaders

#: The words and signs of the longest document that is read.
MAX_TOKENS = 5000

#: Of a whole number, its sign included. Python's `int` raises ValueError for longer ones, and both
#: the limits and the library would meet that while they look at a document.
MAX_DIGITS = sys.int_info.default_max_str_digits

_RULES = (*specified_rules, MaxIntrospectionDepthRule)


class _ReadableNumbers(ValidationRule):
    """Refuses whole numbers of more than MAX_DIGITS digits."""

    def enter_int_value(self, node: IntValueNode, *_: Any) -> None:
        if len(node.value) > MAX_DIGITS:
            self.report_error(GraphQLError("A number has too many digits.", node))


class Refused(Exception):
    """An operation that is not executed, because of these errors."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


@dataclass(frozen=True)
class Operation:
    """An operation that can be executed."""

    document: DocumentNode
    node: OperationDefinitionNode
    variables: Mapping[str, Any]

    @property
    def kind(self) -> OperationType:
        return self.node.operation


class Engine:
    """Executes operations of a schema within limits."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema, self._limits = schema, limits

    def prepare(self, query: str, variables: Mapping[str, Any], name: str | None) -> Operation:
        """The operation of that name in a document, the only one without a name.

        Raises Refused. Nothing is asked of the database.
        """
        try:
            return self._prepare(query, variables, name)
        except GraphQLError as error:
            raise Refused([error]) from None

    def _prepare(self, query: str, variables: Mapping[str, Any], name: str | None) -> Operation:
        document = parse(query, max_tokens=MAX_TOKENS)
        for rules in ([_ReadableNumbers], [limit_rule(self._limits, variables)], _RULES):
            errors = validate(self._schema, document, rules)
            if errors:
                raise Refused(errors)
        node = get_operation_ast(document, name)
        if node is None:
            raise ClientError("Name one of the document's operations.", "BAD_REQUEST")
        wrong = get_variable_values(
            self._schema, node.variable_definitions, dict(variables), max_errors=10
        )
        if isinstance(wrong, list):
            raise Refused([_client_error(error) for error in wrong])
        return Operation(document, node, variables)

    def execute(self, operation: Operation, session: Session, role: Role | None) -> ExecutionResult:
        """The result, with the errors of the fields that failed. role: the caller's."""
        return self._run(
            session,
            role,
            lambda context: execute(
                self._schema,
                operation.document,
                None,
                context,
                dict(operation.variables),
                operation.node.name.value if operation.node.name else None,
                middleware=[recover, in_turn],
            ),
        )

    async def subscribe(self, operation: Operation, context: Context) -> MapAsyncIterator:
        """The results of a subscription as they come. Raises ClientError when there are none."""
        results = await subscribe(
            self._schema,
            operation.document,
            None,
            context,
            dict(operation.variables),
            operation.node.name.value if operation.node.name else None,
        )
        if isinstance(results, ExecutionResult):
            raise (results.errors or [ClientError("This is no subscription.")])[0]
        # What it is; its type says less, and not that it can be closed.
        return cast(MapAsyncIterator, results)

    def _run(
        self, session: Session, role: Role | None, start: Callable[[Context], Any]
    ) -> ExecutionResult:
        async def run() -> ExecutionResult:
            # The loaders wait for each other in this loop, which lives as long as the operation.
            started = start(Context(session, Loaders(session), role))
            result: ExecutionResult = await started if inspect.isawaitable(started) else started
            return result

        return asyncio.run(run())


def in_turn(
    resolve: Callable[..., Any], root: Any, info: GraphQLResolveInfo, **arguments: Any
) -> Any:
    """Middleware: a mutation begins when the one before it is complete, with all that it shows.

    graphql-core calls the resolver of the next one before that, and awaits what it returns after.
    """
    if info.operation.operation is OperationType.MUTATION and info.path.prev is None:
        return _begun_when_awaited(resolve, root, info, **arguments)
    return resolve(root, info, **arguments)


async def _begun_when_awaited(resolve: Callable[..., Any], *given: Any, **arguments: Any) -> Any:
    value = resolve(*given, **arguments)
    return await value if inspect.isawaitable(value) else value


def _client_error(error: GraphQLError) -> GraphQLError:
    return GraphQLError(
        error.message, error.nodes, original_error=ClientError(error.message, "BAD_USER_INPUT")
    )
