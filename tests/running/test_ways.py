"""The ways to the services: what was asked is seen, and a way can be cut and held up."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx
import pytest

from workbench.running.postgres_wire import PostgresConversation
from workbench.running.relay import Relays, Service
from workbench.running.runner import Runner
from workbench.running.system import Stage, System
from workbench.running.ways import statement_log

PRODUCTS = "/api/v1/products"
WAIT = 30.0  # more than a busy machine needs


@pytest.fixture(scope="module")
def stage(runner: Runner) -> Iterator[Stage]:
    with runner.stage({}) as stage:
        yield stage


@pytest.fixture
def system(stage: Stage) -> Iterator[System]:
    with stage.start() as system:
        yield system


def get(system: System, path: str) -> httpx.Response:
    return httpx.get(system.base_url + path, timeout=WAIT)


def test_commands_to_redis_are_seen(system: System) -> None:
    assert get(system, "/readyz").status_code == 200
    assert ("PING",) in system.commands.since(0)[0]


def test_a_way_that_is_cut_comes_back(system: System) -> None:
    assert get(system, "/readyz").status_code == 200
    with system.ways.redis.cut():
        assert get(system, "/readyz").status_code == 503
        assert get(system, PRODUCTS).status_code == 200
    assert system.ways.postgres.refused == 0
    with system.ways.postgres.cut():
        assert get(system, PRODUCTS).status_code == 503
    assert system.ways.postgres.refused >= 1
    assert get(system, "/readyz").status_code == 200
    assert get(system, PRODUCTS).status_code == 200


def test_requests_are_held_up_and_go_on(system: System) -> None:
    with ThreadPoolExecutor(3) as pool:
        with system.ways.postgres.hold() as held:
            replies = [pool.submit(get, system, PRODUCTS) for _ in range(3)]
            assert held(3, WAIT)
            assert not held(4, 0)
            assert not any(reply.done() for reply in replies)
        assert [reply.result().status_code for reply in replies] == [200, 200, 200]


def test_only_some_commands_are_held_up(system: System) -> None:
    with ThreadPoolExecutor(1) as pool:
        with system.ways.postgres.hold(only="UPDATE"):
            assert get(system, PRODUCTS).status_code == 200
        with system.ways.postgres.hold(only="FROM products") as held:
            reply = pool.submit(get, system, PRODUCTS)
            assert held(1, WAIT)
            assert not reply.done()
        assert reply.result().status_code == 200


def test_a_new_connection_is_held_up_before_the_server_hears_of_it() -> None:
    """A server that wants no password would greet it."""
    startup = struct.pack("!II", 8, 3 << 16)
    with (
        closing(Relays()) as relays,
        socket.create_server(("127.0.0.1", 0)) as server,
        closing(
            relays.open(
                Service(*server.getsockname()),
                lambda: PostgresConversation(statement_log(), []),
                socket.create_server(("127.0.0.1", 0)),
            )
        ) as relay,
    ):
        with relay.hold() as held, socket.create_connection(("127.0.0.1", relay.port)) as client:
            client.sendall(startup)
            assert held(1, WAIT)
            server.setblocking(False)
            with pytest.raises(BlockingIOError):
                server.accept()
        server.settimeout(WAIT)
        connection, _ = server.accept()
        with connection:
            assert connection.recv(8) == startup


def test_a_second_process_sees_the_same_rows(stage: Stage, system: System) -> None:
    twin = stage.start(system.database)
    try:
        assert get(twin, PRODUCTS).json() == get(system, PRODUCTS).json()
        assert twin.port != system.port
    finally:
        twin.close(keep_database=True)
    assert get(system, PRODUCTS).status_code == 200


def test_settings_are_the_systems_own(stage: Stage) -> None:
    with stage.start(settings={"MAX_BODY_BYTES": "10"}) as small:
        request = {"headers": {"Authorization": "Bearer admin-token-of-the-workbench"}}
        reply = httpx.post(small.base_url + PRODUCTS, json={"name": "x" * 20}, **request)
        assert reply.status_code == 413


def test_a_worker_does_what_it_is_sent(stage: Stage) -> None:
    cached = {"CACHE_SECONDS": "100"}
    with stage.start(settings=cached) as system:
        worker = stage.start(system.database, settings=cached, action="work")
        try:
            # Whatever came before in this stage is done; it waits for the next task.
            deadline = time.monotonic() + WAIT
            while not any(command[0] == "BRPOP" for command in worker.commands.since(0)[0]):
                assert time.monotonic() < deadline, worker.output
                time.sleep(0.01)
            assert worker.alive
            assert worker.statements.count == 0
        finally:
            worker.close(keep_database=True)
        assert get(system, PRODUCTS).status_code == 200
