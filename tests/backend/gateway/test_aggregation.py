"""Aggregation: at once, under a deadline, and nobody is left behind."""

from __future__ import annotations

import asyncio

import pytest

from backend.gateway.aggregation import gather
from backend.gateway.errors import TooSlow, Unreachable

LONG = 60.0


def test_all_are_asked_before_any_answers() -> None:
    async def main() -> None:
        together = asyncio.Barrier(3)

        async def ask(value: int) -> int:
            await together.wait()
            return value

        questions = {name: (lambda n=n: ask(n)) for n, name in enumerate("abc")}
        assert await gather(questions, LONG) == {"a": 0, "b": 1, "c": 2}

    asyncio.run(main())


def test_a_failure_is_told_beside_the_others() -> None:
    async def fine() -> int:
        return 1

    async def refused() -> int:
        raise Unreachable("orders", "refused")

    async def broken() -> int:
        raise ZeroDivisionError

    async def cancelled() -> int:
        raise asyncio.CancelledError

    questions = {"a": fine, "b": refused, "c": broken, "d": cancelled}
    found = asyncio.run(gather(questions, LONG))
    assert found["a"] == 1
    kinds = [type(found[name]) for name in "bcd"]
    assert kinds == [Unreachable, ZeroDivisionError, asyncio.CancelledError]


def test_at_the_deadline_the_rest_is_cancelled() -> None:
    ended: list[str] = []

    async def never() -> int:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("never")
        return 0

    async def fine() -> int:
        return 1

    found = asyncio.run(gather({"slow": never, "quick": fine}, 0.01))
    assert found["quick"] == 1
    assert isinstance(found["slow"], TooSlow)
    assert ended == ["never"]


def test_who_stops_waiting_stops_the_questions() -> None:
    async def main() -> None:
        ended, begun = [], asyncio.Event()

        async def never() -> int:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(True)
            return 0

        waiting = asyncio.create_task(gather({"a": never}, LONG))
        await begun.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert ended == [True]
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


def test_no_questions_are_no_wait() -> None:
    assert asyncio.run(gather({}, LONG)) == {}
