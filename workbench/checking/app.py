"""The App: what a check gets, a running system with every way of asking it."""

from __future__ import annotations

import redis

from workbench.checking.http import Client
from workbench.checking.sql import Sql
from workbench.checking.statements import own_statements
from workbench.running.system import System
from workbench.running.wire import Statement


class App(Client):
    """One running system: `app.get(...)` and the other methods, `app.sql(...)`, `app.redis`."""

    def __init__(self, system: System) -> None:
        super().__init__(system)
        self.system = system
        self.sql = Sql(system.database_url)
        self.redis = redis.Redis.from_url(
            system.redis_url, decode_responses=True, socket_timeout=5, socket_connect_timeout=5
        )

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Every statement that the system has run, without transaction control and set-up."""
        return own_statements(self.system.statements)

    @property
    def log(self) -> str:
        """What the system printed and logged."""
        return self.system.output

    def close(self) -> None:
        super().close()
        self.sql.close()
        self.redis.close()
