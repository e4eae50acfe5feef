"""Tenants of the Redis server: an ACL user each, and a database number of its own."""

from __future__ import annotations

from typing import Any

import redis

from workbench.bench.admin_connections import redis_client
from workbench.bench.provider import BenchError
from workbench.bench.urls import replaced

REGISTRY = "workbench:databases"  # a hash in the admin's database: number -> user
# Not what stops or changes other tenants: their clients, databases, functions.
COMMANDS = (
    *("+@all", "-@admin", "-@dangerous"),
    *("+info", "+config|get", "+config|resetstat", "+slowlog", "+latency", "+memory", "+object"),
    *("+keys", "+flushdb", "+sort", "+wait"),
    *("+client", "-client|kill", "-client|pause", "-client|unblock"),
    *("-move", "-copy", "-swapdb", "-function|flush", "-function|restore", "-function|delete"),
    "-script|flush",  # others would find theirs gone
)


class RedisUsers:
    """Creates and drops ACL users. Safe to use from several threads."""

    def __init__(self, url: str, *, is_own: bool = False) -> None:
        """is_own: all users of the server are made here."""
        self._url, self._is_own = url, is_own
        self._client: Any = redis_client(url)
        self._run_id = self._server_run()

    def create(self, user: str, password: str) -> int:
        """Make a user that can enter one database and no other; return its number.

        Raises BenchError when every database is taken.
        """
        number = self._claim_database(user)
        shared = ["reset", "on", f">{password}", "~*", "&*", *self._commands()]
        try:
            self._client.execute_command("ACL", "SETUSER", user, *shared, f"db={number}")
        except redis.ResponseError:  # Redis has no rule for databases (Valkey 9.1 has)
            only = ["-select", f"+select|{number}"]
            self._client.execute_command("ACL", "SETUSER", user, *shared, *only)
        return number

    def drop(self, user: str) -> None:
        """Cut the user's connections and delete its data. No error when it does not exist."""
        self._client.acl_deluser(user)
        for number, holder in self._client.hgetall(REGISTRY).items():
            if holder == user:
                self._flush(int(number))
                self._client.hdel(REGISTRY, number)
        if self._is_own and not self.users():  # functions and scripts are nobody's then
            self._client.function_flush()
            self._client.script_flush()

    def users(self) -> set[str]:
        """Every user that holds a database."""
        return set(self._client.hvals(REGISTRY))

    def problem(self) -> str | None:
        """None when the server answers, and has not started anew since the last look; else why not.

        Users and data do not survive a start: what a system then asks for is refused.
        """
        try:
            known, self._run_id = self._run_id, self._server_run()
        except redis.RedisError as error:
            return str(error)
        return None if self._run_id == known else "it has started anew"

    def close(self) -> None:
        self._client.close()

    def _server_run(self) -> str:
        return str(self._client.info("server")["run_id"])

    def _claim_database(self, user: str) -> int:
        count = int(self._client.config_get("databases")["databases"])
        taken = {int(number) for number in self._client.hkeys(REGISTRY)}
        for number in range(1, count):
            if number in taken or not self._client.hsetnx(REGISTRY, str(number), user):
                continue
            with self._database(number) as database:
                if database.dbsize() == 0:
                    return number
            self._client.hdel(REGISTRY, str(number))  # it holds somebody's data: not ours to use
        raise BenchError(
            f"All {count} databases of the Redis server are in use. Close other notebooks, or raise"
            " `databases` in its configuration and restart it."
        )

    def _commands(self) -> tuple[str, ...]:
        # CONFIG GET would show a tenant the administrator's password.
        secrets = self._client.config_get("requirepass", "masterauth")
        if any(secrets.values()):
            return tuple(rule for rule in COMMANDS if rule != "+config|get")
        return COMMANDS

    def _flush(self, number: int) -> None:
        with self._database(number) as database:
            database.flushdb()

    def _database(self, number: int) -> Any:
        return redis_client(replaced(self._url, path=str(number)))
