"""Gateways for the tests, each before services that the test plays."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from running_gateway import Running, running

from workbench.checking import Answer

#: Nobody is given up because the machine is busy.
PATIENT = {"attempt_timeout_ms": 20_000, "deadline_ms": 20_000, "dashboard_deadline_ms": 20_000}


@pytest.fixture(scope="session")
def redis_url(services: Any) -> str:
    return services.redis_url


@pytest.fixture
def start(redis_url: str) -> Iterator[Callable[..., Running]]:
    """Start a gateway with some settings of its own, patient unless they say otherwise."""
    with ExitStack() as stack:
        yield lambda **chosen: stack.enter_context(running(redis_url, **PATIENT | chosen))


@pytest.fixture(scope="module")
def _gateway(redis_url: str) -> Iterator[Running]:
    with running(redis_url, retry_attempts=1, breaker_failures=1000, **PATIENT) as gateway:
        yield gateway


@pytest.fixture
def gateway(_gateway: Running) -> Running:
    """One for the module, that tries once, gives everybody time and opens no circuit; its services
    answer as they do at first."""
    for service in _gateway.services.values():
        service.answer(Answer.json({}))
        service.forget()
    return _gateway


@pytest.fixture
def user() -> str:
    """Somebody new."""
    return str(uuid.uuid4())
