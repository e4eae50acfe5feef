"""The ways to the services: what was asked is seen, and a way can be cut and held up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from workbench.running.runner import Runner
from workbench.running.system import Stage, System

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
