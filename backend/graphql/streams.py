"""Subscriptions over HTTP: server-sent events, as graphql-sse's distinct connections have them.

A stream takes one thread of the server for as long as it lasts, so their number is bounded.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

from flask import Response, current_app, stream_with_context
from graphql import ExecutionResult, GraphQLError, MapAsyncIterator
from redis import RedisError
from sqlalchemy.orm import Session
from werkzeug.exceptions import ServiceUnavailable

from backend.auth.roles import Role
from backend.graphql.client_error import ClientError
from backend.graphql.context import Context
from backend.graphql.engine import Engine, Operation
from backend.graphql.errors import format_error
from backend.graphql.loaders import Loaders
from backend.graphql.stock_changes import StockChanges

EVENT_STREAM = "text/event-stream"

_HEARTBEAT = ":\n\n"
_COMPLETE = "event: complete\ndata:\n\n"

_LOST = ClientError("Changes are not told at the moment. Subscribe again.", "SERVICE_UNAVAILABLE")


class Streams:
    """Answers subscriptions, `most` at a time."""

    def __init__(
        self, engine: Engine, stock_changes: StockChanges, most: int, heartbeat_seconds: int
    ) -> None:
        """heartbeat_seconds: the longest silence; at its end a client that is gone is noticed."""
        self._engine, self._stock_changes = engine, stock_changes
        self._places = threading.Semaphore(most)
        self._heartbeat_seconds = heartbeat_seconds

    def open(self, operation: Operation, session: Session, role: Role | None) -> Response:
        """The stream of a subscription's results; the first of them is there already.

        Raises ClientError, and ServiceUnavailable when there is no place or no Redis.
        """
        if not self._places.acquire(blocking=False):
            raise ServiceUnavailable("Too many subscriptions are open. Try again later.")
        with ExitStack() as stack:
            stack.callback(self._places.release)
            # The request closes it when it ends, which is before its stream begins to use it again.
            stack.callback(session.close)
            runner = stack.enter_context(asyncio.Runner())
            results, first = self._begin(runner, operation, session, role)
            stack.callback(lambda: runner.run(_stop(results)))
            held = stack.pop_all()
        events = stream_with_context(self._events(runner, results, first, session))
        response = Response(events, content_type=EVENT_STREAM)
        response.headers["Cache-Control"] = "no-store"
        # Not in the generator: one that was never started is closed without a word.
        response.call_on_close(held.close)  # once, however often it is called
        return response

    def _begin(
        self, runner: asyncio.Runner, operation: Operation, session: Session, role: Role | None
    ) -> tuple[MapAsyncIterator, ExecutionResult]:
        async def begin() -> tuple[MapAsyncIterator, ExecutionResult]:
            context = Context(session, Loaders(session), role, self._stock_changes)
            results = await self._engine.subscribe(operation, context)
            return results, await anext(results)

        try:
            return runner.run(begin())
        except RedisError as error:
            current_app.logger.warning("no subscription: %s", error)
            raise ServiceUnavailable(_LOST.message) from None

    def _events(
        self,
        runner: asyncio.Runner,
        results: MapAsyncIterator,
        result: ExecutionResult,
        session: Session,
    ) -> Iterator[str]:
        try:
            while True:
                event = _event(_shown(result))
                session.rollback()  # no connection is kept while the client reads and waits
                yield event
                waiting = runner.run(_start(results))
                while not runner.run(_wait(waiting, self._heartbeat_seconds)):
                    yield _HEARTBEAT
                result = waiting.result()
        except StopAsyncIteration:
            pass
        except RedisError as error:
            current_app.logger.warning("a subscription ends: %s", error)
            yield _event({"errors": [format_error(_LOST)]})
        except Exception as error:  # noqa: BLE001 - the status was sent long ago
            path = list(result.data or ["subscription"])  # of the field that has told so far
            unexpected = GraphQLError("", path=path, original_error=error)
            yield _event({"errors": [format_error(unexpected)]})
        yield _COMPLETE


async def _stop(results: MapAsyncIterator) -> None:
    """Leave the subscription, and wait until all that it holds is given back."""
    await results.aclose()  # who waits in it is told
    waiting = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*waiting, return_exceptions=True)


async def _start(results: MapAsyncIterator) -> asyncio.Future[ExecutionResult]:
    return asyncio.ensure_future(anext(results))


async def _wait(waiting: asyncio.Future[Any], seconds: int) -> bool:
    """Whether it is done within so many seconds."""
    done, _ = await asyncio.wait({waiting}, timeout=seconds)
    return bool(done)


def _shown(result: ExecutionResult) -> dict[str, Any]:
    shown: dict[str, Any] = {"data": result.data}
    if result.errors:
        shown["errors"] = [format_error(error) for error in result.errors]
    return shown


def _event(shown: Mapping[str, Any]) -> str:
    return f"event: next\ndata: {json.dumps(shown)}\n\n"
