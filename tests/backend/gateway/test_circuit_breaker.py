"""The circuit: when it opens, whom it lets through, and what closes it."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.gateway.circuit_breaker import CircuitBreaker, State
from backend.gateway.errors import CircuitOpen, TooSlow

FAILURES, SECONDS = 3, 30


class Circuit:
    """A breaker, its clock, and a way to send a status through it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.breaker = CircuitBreaker("users", FAILURES, SECONDS, lambda: self.now)
        self.asked = 0

    async def send(self, status: int = 200, until: asyncio.Event | None = None) -> int:
        async def ask() -> int:
            self.asked += 1
            if until is not None:
                await until.wait()
            if status == 0:
                raise TooSlow("users", "too slow")
            return status

        return await self.breaker.call(ask, lambda status: status >= 500)

    async def fail(self, times: int = FAILURES) -> None:
        for _ in range(times):
            await self.send(500)

    @property
    def state(self) -> State:
        return self.breaker.state


@pytest.fixture
def circuit() -> Circuit:
    return Circuit()


async def settle() -> None:
    """Let every task go as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_it_opens_after_failures_in_a_row_and_asks_nobody(circuit: Circuit) -> None:
    async def main() -> None:
        await circuit.fail(FAILURES - 1)
        await circuit.send(200)
        await circuit.fail(FAILURES - 1)
        assert circuit.state is State.CLOSED
        with pytest.raises(TooSlow):
            await circuit.send(0)
        assert circuit.state is State.OPEN
        asked = circuit.asked
        with pytest.raises(CircuitOpen) as refused:
            await circuit.send()
        assert refused.value.retry_after == SECONDS
        assert circuit.asked == asked

    asyncio.run(main())


def test_what_the_client_did_wrong_is_no_failure(circuit: Circuit) -> None:
    async def main() -> None:
        for _ in range(2 * FAILURES):
            await circuit.send(404)
        assert circuit.state is State.CLOSED

    asyncio.run(main())


@pytest.mark.parametrize(
    ("status", "after"), [(200, State.CLOSED), (404, State.CLOSED), (500, State.OPEN)]
)
def test_one_probe_passes_and_decides(circuit: Circuit, status: int, after: State) -> None:
    async def main() -> None:
        await circuit.fail()
        circuit.now += SECONDS
        assert circuit.state is State.HALF_OPEN
        go, asked = asyncio.Event(), circuit.asked
        callers = [asyncio.create_task(circuit.send(status, go)) for _ in range(10)]
        await settle()
        assert circuit.asked == asked + 1
        go.set()
        outcomes = await asyncio.gather(*callers, return_exceptions=True)
        assert [one for one in outcomes if not isinstance(one, CircuitOpen)] == [status]
        assert circuit.state is after

    asyncio.run(main())


def test_a_failed_probe_opens_it_for_the_whole_time(circuit: Circuit) -> None:
    async def main() -> None:
        await circuit.fail()
        circuit.now += SECONDS + 5
        await circuit.send(500)
        circuit.now += SECONDS - 1
        assert circuit.state is State.OPEN
        circuit.now += 1
        assert circuit.state is State.HALF_OPEN

    asyncio.run(main())


def test_a_probe_that_is_given_up_leaves_its_place_to_the_next(circuit: Circuit) -> None:
    async def main() -> None:
        await circuit.fail()
        circuit.now += SECONDS
        probe = asyncio.create_task(circuit.send(200, asyncio.Event()))
        await settle()
        probe.cancel()
        await asyncio.gather(probe, return_exceptions=True)
        assert circuit.state is State.HALF_OPEN
        assert await circuit.send() == 200
        assert circuit.state is State.CLOSED

    asyncio.run(main())


@pytest.mark.parametrize("status", [200, 500])
def test_what_began_before_it_opened_changes_nothing(circuit: Circuit, status: int) -> None:
    async def main() -> None:
        go = asyncio.Event()
        late = asyncio.create_task(circuit.send(status, go))
        await settle()
        await circuit.fail()
        circuit.now += SECONDS
        probed = asyncio.Event()
        probe = asyncio.create_task(circuit.send(200, probed))
        await settle()
        go.set()
        await late
        assert circuit.state is State.HALF_OPEN
        with pytest.raises(CircuitOpen):
            await circuit.send()
        probed.set()
        await probe
        assert circuit.state is State.CLOSED

    asyncio.run(main())


@given(st.lists(st.sampled_from([200, 404, 500, 0, "wait"]), max_size=40))
def test_it_does_what_the_rules_say(steps: list[int | str]) -> None:
    """The rules once more, for one caller at a time."""

    async def main() -> None:
        circuit, failures, open_since = Circuit(), 0, None
        for step in steps:
            if step == "wait":
                circuit.now += SECONDS / 2
                continue
            is_open = open_since is not None and circuit.now - open_since < SECONDS
            try:
                await circuit.send(int(step))
            except CircuitOpen:
                assert is_open
                continue
            except TooSlow:
                pass
            assert not is_open
            if step in (200, 404):
                failures, open_since = 0, None
            else:
                failures += 1
                if failures >= FAILURES or open_since is not None:
                    failures, open_since = 0, circuit.now

    asyncio.run(main())
