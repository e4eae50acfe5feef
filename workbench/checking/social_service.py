"""The SocialService: what a check of the social network's service gets."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from urllib.parse import urlsplit

from workbench.checking.app import App
from workbench.checking.failure import CheckFailed
from workbench.checking.holding import SETTLE_SECONDS
from workbench.checking.session import Session
from workbench.running.clock import Clock
from workbench.running.social import create_service_database
from workbench.running.system import Stage, System

#: Between two looks at what a check waits for.
_POLL_SECONDS = 0.01


class SocialService(App):
    """The network's service, running on a database of its own: `app.clock` is the clock that it
    measures by, which stands still until the check advances it, and `app.session()` is one more
    client of the database.
    """

    clock: Clock
    _held: ExitStack

    @classmethod
    def start(cls, stage: Stage, settings: Mapping[str, str]) -> SocialService:
        """Start a service with these settings. Raises NotReady as Stage.start."""
        database = create_service_database(stage)
        with ExitStack() as stack:
            clock = stack.enter_context(Clock(stage.folder))
            try:
                system = _start(stage, database, settings, clock)
            except BaseException:
                stage.runner.tenancy.let_go(database)
                raise
            app = cls(system, stage, settings)
            app.clock, app._held = clock, stack.pop_all()
        return app

    @property
    def twin(self) -> SocialService:
        """A second process of the same service, on the same database and with the same clock."""
        if self._twin is None:
            self._twin = self._another(self._stage, self._settings)
        assert isinstance(self._twin, SocialService)  # noqa: S101 - nothing else is put there
        return self._twin

    def session(self) -> Session:
        """One more connection to the database; it is closed after the check, or with the scene."""
        opened = Session(self.system.database_url, self.sql)
        return self._held.enter_context(closing(opened))

    def wait_until(self, condition: Callable[[], object], expected: str, look: str = "") -> None:
        """Return once the condition is true, which shows itself soon.

        Raises CheckFailed, that this was expected, when it does not within SETTLE_SECONDS.
        """
        deadline = time.monotonic() + SETTLE_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                raise CheckFailed(expected, f"not within {SETTLE_SECONDS:.0f} s", look=look)
            time.sleep(_POLL_SECONDS)

    @contextmanager
    def leaving(self, method: str, path: str) -> Iterator[None]:
        """A client that sends a request before the block, and leaves after it without an answer."""
        address = urlsplit(self.system.base_url)
        with socket.create_connection((address.hostname, address.port or 80)) as client:
            request = f"{method} {path} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n"
            client.sendall(request.encode("ascii"))
            yield

    def _another(self, stage: Stage, settings: Mapping[str, str]) -> SocialService:
        """One more process, on the database of this one."""
        chosen = {**self._settings, **settings}
        other = SocialService(
            _start(stage, self.system.database, chosen, self.clock), stage, chosen
        )
        other.clock, other._held = self.clock, ExitStack()  # the clock is the first one's to close
        return other

    def close(self) -> None:
        self.system.kill()  # first: sessions may wait for one another
        self._held.close()
        super().close()


def _start(stage: Stage, database: str, settings: Mapping[str, str], clock: Clock) -> System:
    return stage.start(database, settings=settings, action="social", clock=clock.path)
