"""The ways of one system to its services, and what was said on them."""

from __future__ import annotations

import socket
from collections.abc import Callable

from workbench.closing import Closing
from workbench.running.log import Log
from workbench.running.postgres_wire import PostgresConversation, Statement
from workbench.running.redis_wire import Command, RedisConversation
from workbench.running.relay import Relays, Service


class Ways(Closing):
    """A relay to PostgreSQL and one to Redis; `statements` and `commands` are what was asked.

    `faults` are the errors that PostgreSQL met and that are its own, as "code message".
    """

    def __init__(
        self,
        relays: Relays,
        postgres: Service,
        redis: Service,
        listen: Callable[[], socket.socket],
    ) -> None:
        """listen: makes a listening socket that the system can reach."""
        self.statements = statement_log()
        self.faults: list[str] = []
        self.commands = command_log()
        self.postgres = relays.open(
            postgres, lambda: PostgresConversation(self.statements, self.faults), listen()
        )
        self.redis = relays.open(redis, lambda: RedisConversation(self.commands), listen())

    @property
    def ports(self) -> tuple[int, int]:
        """The loopback ports of PostgreSQL and Redis, for the system."""
        return self.postgres.port, self.redis.port

    def close(self) -> None:
        self.postgres.close()
        self.redis.close()


def statement_log() -> Log[Statement]:
    """An empty log of SQL."""
    return Log(lambda statement: len(statement.text))


def command_log() -> Log[Command]:
    """An empty log of Redis commands."""
    return Log(lambda command: sum(map(len, command)) + len(command))
