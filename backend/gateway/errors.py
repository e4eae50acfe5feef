"""Why a service gave no answer that is worth anything: it is told to clients by a status."""

from __future__ import annotations


class Unavailable(Exception):
    """A service did not do its part. `detail` is for the client: it names no address."""

    status = 503

    def __init__(self, service: str, detail: str, retry_after: int | None = None) -> None:
        """retry_after: the seconds after which it is worth while to ask again, where known."""
        super().__init__(f"{service}: {detail}")
        self.service, self.detail, self.retry_after = service, detail, retry_after


class Unreachable(Unavailable):
    """The connection was refused, or ended before there was an answer."""

    status = 502


class TooSlow(Unavailable):
    """There was no answer in time."""

    status = 504


class CircuitOpen(Unavailable):
    """The service was not asked: it has failed too often of late."""
