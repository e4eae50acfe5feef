"""A transaction that stays open: who waits for it is seen, and it ends with the block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import psycopg2
import pytest
from psycopg2 import sql

from workbench.checking import CheckFailed, Reply
from workbench.checking.sql import Sql

LOCK = "SELECT FROM things WHERE id = 1 FOR UPDATE"


@pytest.fixture
def url(services: Any) -> Iterator[str]:
    """A database of its own, with one thing in it."""
    name = sql.Identifier("holding")
    admin = psycopg2.connect(services.postgres_url)
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(name))
        url = psycopg2.extensions.make_dsn(services.postgres_url, dbname="holding")
        with psycopg2.connect(url) as setup, setup.cursor() as inner:
            inner.execute("CREATE TABLE things (id int, n int); INSERT INTO things VALUES (1, 0)")
        setup.close()
        yield url
        cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
    admin.close()


@pytest.fixture
def look(url: str) -> Iterator[Sql]:
    client = Sql(url)
    yield client
    client.close()


def update(url: str, *before: str) -> Callable[[], Reply]:
    """A request that counts the thing up, in a transaction of its own."""

    def run() -> Reply:
        with psycopg2.connect(url) as connection, connection.cursor() as cursor:
            for text in before:
                cursor.execute(text)
            cursor.execute("UPDATE things SET n = n + 1 WHERE id = 1")
        connection.close()
        return Reply("PATCH /things/1", 200, httpx.Headers(), b"", (), (), 0.0)

    return run


def test_a_request_waits_until_the_block_ends(url: str, look: Sql) -> None:
    with look.holding(LOCK) as held:
        answer = held.send(update(url))
        assert (held.waiting, held.unanswered, held.behind_each_other) == (1, 1, 0)
        assert look("SELECT n FROM things") == [{"n": 0}]
    assert answer.result().sent.startswith("PATCH /things/1\nwhile a transaction was open")
    assert answer.result().sent.endswith(LOCK)
    assert look("SELECT n FROM things") == [{"n": 1}]


def test_a_request_that_need_not_wait_is_answered_at_once(url: str, look: Sql) -> None:
    with look.holding("SELECT 1 WHERE %s = 1", [1]) as held:
        answer = held.send(update(url))
        assert (held.waiting, held.unanswered) == (0, 0)
        assert answer.result().status == 200


def test_who_waits_behind_another_is_counted(url: str, look: Sql) -> None:
    """The first holds an advisory lock while it waits; the second waits for the first."""
    advisory = "SELECT pg_advisory_xact_lock(7)"
    with look.holding(LOCK) as held:
        answers = [held.send(update(url, advisory)) for _ in range(2)]
        assert (held.waiting, held.behind_each_other) == (2, 1)
    assert [answer.result().status for answer in answers] == [200, 200]


def test_what_the_statement_did_is_committed_and_undone_when_the_block_raises(look: Sql) -> None:
    with look.holding("UPDATE things SET n = 5"):
        assert look("SELECT n FROM things") == [{"n": 0}]
        assert look.left_open == 1
    assert look("SELECT n FROM things") == [{"n": 5}]
    with pytest.raises(ZeroDivisionError), look.holding("UPDATE things SET n = 6"):
        _ = 1 / 0
    assert look("SELECT n FROM things") == [{"n": 5}]
    assert look.left_open == 0


def test_a_refused_statement_is_told_with_its_values(look: Sql) -> None:
    with pytest.raises(CheckFailed) as caught:
        look("INSERT INTO things\n VALUES (%s, %s)", [1, "o'clock"])
    assert caught.value.details["sent"] == "INSERT INTO things VALUES (1, 'o''clock')"
