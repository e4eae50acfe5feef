"""What a provider of the bench promises: where the services are, for as long as a lease is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self


class BenchError(Exception):
    """The bench cannot be had. The message is for a person and names the next step."""


@dataclass(frozen=True)
class Services:
    """Where the two services are, and the credentials that may administer them.

    Both URLs are secrets of the grading side: they never reach a learner's process.
    """

    provider: str
    postgres_url: str  # postgresql://admin:password@host:port/database
    redis_url: str  # redis://user:password@host:port/0
    redis_is_own: bool = False  # no other judge uses that Redis


class Lease(Protocol):
    """A claim on running services. They stay up at least until `close`."""

    services: Services

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Provider(Protocol):
    """One way of having a bench. The conformance test in tests/bench holds for every provider."""

    name: str

    def acquire(self) -> Lease:
        """Start the services if they are not running and claim them.

        Raises BenchError when they cannot be had.
        """

    def up(self) -> Services:
        """Start the services and keep them until `down`, whoever leaves."""

    def down(self) -> bool:
        """Stop the services. True when there was something to stop."""

    def status(self) -> Mapping[str, Any]:
        """The state of the services as JSON data: at least `running` and `provider`."""
