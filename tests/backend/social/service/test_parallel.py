"""Jobs that wait for one another, fail, and are given up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from backend.social.service.parallel import run_all

Job = Callable[[], Awaitable[str]]
LONG = 30.0


class Jobs:
    """Jobs that end when they are told to, and what has become of them."""

    def __init__(self, names: str) -> None:
        self.names = names
        self.started: list[str] = []
        self.ended: list[str] = []
        self._ways: dict[str, asyncio.Future[str]] = {}

    @property
    def running(self) -> str:
        return "".join(sorted(set(self.started) - set(self.ended)))

    @property
    def all(self) -> list[Job]:
        return [self._job(name) for name in self.names]

    def end(self, name: str) -> None:
        self._ways[name].set_result(name.upper())

    def fail(self, name: str, error: BaseException) -> None:
        self._ways[name].set_exception(error)

    async def settle(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    def _job(self, name: str) -> Job:
        async def run() -> str:
            self.started.append(name)
            self._ways[name] = asyncio.get_running_loop().create_future()
            try:
                return await self._ways[name]
            finally:
                self.ended.append(name)

        return run


def test_results_come_in_the_order_of_the_jobs() -> None:
    async def main() -> None:
        jobs = Jobs("abc")
        task = asyncio.create_task(run_all(jobs.all, 3, LONG))
        await jobs.settle()
        assert jobs.running == "abc"
        for name in "cab":
            jobs.end(name)
            await jobs.settle()
        assert await task == ["A", "B", "C"]

    asyncio.run(main())


def test_each_end_lets_the_next_one_begin() -> None:
    async def main() -> None:
        jobs = Jobs("abcde")
        task = asyncio.create_task(run_all(jobs.all, 2, LONG))
        await jobs.settle()
        assert jobs.running == "ab"
        for name, running in [("b", "ac"), ("c", "ad"), ("a", "de"), ("d", "e"), ("e", "")]:
            jobs.end(name)
            await jobs.settle()
            assert jobs.running == running
        assert await task == list("ABCDE")

    asyncio.run(main())


def test_no_jobs_and_results_that_are_none() -> None:
    async def nothing() -> None:
        return None

    async def main() -> None:
        assert await run_all([], 2, LONG) == []
        assert await run_all([nothing] * 3, 2, LONG) == [None] * 3

    asyncio.run(main())


def test_the_first_failure_is_raised_as_it_is_and_ends_the_rest() -> None:
    async def main() -> None:
        jobs, error = Jobs("abcd"), LookupError("c")
        task = asyncio.create_task(run_all(jobs.all, 3, LONG))
        await jobs.settle()
        jobs.fail("c", error)
        with pytest.raises(LookupError) as caught:
            await task
        assert caught.value is error
        assert (jobs.running, jobs.started) == ("", list("abc"))

    asyncio.run(main())


def test_the_deadline_is_one_for_all() -> None:
    async def main() -> None:
        jobs = Jobs("abc")
        with pytest.raises(TimeoutError):
            await run_all(jobs.all, 2, 0.01)
        assert (jobs.running, jobs.started) == ("", list("ab"))

    asyncio.run(main())


def test_who_is_cancelled_cancels_the_jobs_and_waits_for_them() -> None:
    async def main() -> None:
        jobs = Jobs("abc")
        task = asyncio.create_task(run_all(jobs.all, 2, LONG))
        await jobs.settle()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (jobs.running, jobs.started) == ("", list("ab"))

    asyncio.run(main())
