"""Retries: what is tried again, how often, and after which pause."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.gateway.errors import CircuitOpen, Unreachable
from backend.gateway.retries import IDEMPOTENT, Budget, Retries, retry_after

NOW = 1_000_000_000.0  # Sun, 09 Sep 2001 01:46:40 GMT


@dataclass
class Reply:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    closed: bool = False

    def close(self) -> None:
        self.closed = True


class Sending:
    """Retries that note their pauses, and a service that gives these answers in turn."""

    def __init__(self, *answers: Reply | Exception, attempts: int = 3, percent: int = 100) -> None:
        self.answers, self.pauses, self.left = list(answers), [], 100.0
        self.random = 1.0

        async def sleep(seconds: float) -> None:
            self.pauses.append(seconds)
            self.left -= seconds

        self.retries = Retries(
            attempts, 0.1, Budget(percent), sleep, lambda: self.random, lambda: NOW
        )

    def send(self, method: str = "GET") -> Reply:
        async def attempt() -> Reply:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return asyncio.run(self.retries.send(method, attempt, lambda: self.left))


def refused() -> Unreachable:
    return Unreachable("users", "refused")


def test_what_passes_is_tried_again_after_pauses_that_grow() -> None:
    first = Reply(503)
    sending = Sending(first, refused(), Reply(200), attempts=4)
    assert sending.send().status == 200
    assert sending.pauses == [0.1, 0.2]
    assert first.closed


def test_a_pause_is_a_random_part() -> None:
    sending = Sending(Reply(502), Reply(504), Reply(200))
    sending.random = 0.25
    sending.send()
    assert sending.pauses == [0.025, 0.05]


@pytest.mark.parametrize("status", [200, 404, 429, 500, 501])
def test_other_answers_are_final(status: int) -> None:
    sending = Sending(Reply(status))
    assert sending.send().status == status
    assert sending.pauses == []


def test_the_last_answer_counts_and_stays_open() -> None:
    last = Reply(503)
    assert Sending(Reply(503), refused(), last).send() is last
    assert not last.closed
    with pytest.raises(Unreachable):
        Sending(Reply(503), Reply(503), refused()).send()


@pytest.mark.parametrize("method", ["POST", "PATCH", "CONNECT", "get"])
def test_what_may_not_be_done_twice_is_tried_once(method: str) -> None:
    assert Sending(Reply(503)).send(method).status == 503
    with pytest.raises(Unreachable):
        Sending(refused()).send(method)


@pytest.mark.parametrize("method", sorted(IDEMPOTENT))
def test_what_may_be_done_twice_is_tried_again(method: str) -> None:
    assert Sending(refused(), Reply(200)).send(method).status == 200


def test_an_open_circuit_is_not_knocked_at() -> None:
    sending = Sending(CircuitOpen("users", "open"))
    with pytest.raises(CircuitOpen):
        sending.send()
    assert sending.pauses == []


def test_a_circuit_that_opens_meanwhile_keeps_what_failed_as_its_cause() -> None:
    first = refused()
    with pytest.raises(CircuitOpen) as found:
        Sending(first, CircuitOpen("users", "open"), attempts=4).send()
    assert found.value.__cause__ is first
    with pytest.raises(CircuitOpen) as found:
        Sending(first, Reply(503), CircuitOpen("users", "open"), attempts=4).send()
    assert found.value.__cause__ is None


def test_a_service_says_when_to_come_back() -> None:
    sending = Sending(Reply(503, {"Retry-After": "7"}), Reply(200))
    sending.send()
    assert sending.pauses == [7.0]


def test_nobody_waits_beyond_the_deadline() -> None:
    sending = Sending(Reply(503, {"Retry-After": "101"}))
    assert sending.send().status == 503
    assert sending.pauses == []


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        (" 12 ", 12.0),
        ("Sun, 09 Sep 2001 01:46:50 GMT", 10.0),
        ("Sun, 09 Sep 2001 01:46:30 GMT", 0.0),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(st.text(max_size=40))
def test_no_retry_after_breaks_us(value: str) -> None:
    found = retry_after(value, NOW)
    assert found is None or found >= 0


def test_retries_have_a_budget() -> None:
    """In an outage, ten requests in reserve and one for every ten requests are tried again."""

    def outage() -> Iterable[Reply]:
        return [Reply(503) for _ in range(1000)]

    sending = Sending(*outage(), attempts=2, percent=10)
    for _ in range(200):
        sending.send()
    assert len(sending.pauses) == 10 + 200 // 10 - 1
    assert Sending(Reply(503), percent=0).send().status == 503
