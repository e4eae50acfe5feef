"""A gateway as the system under test, with its services in the check's hands."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from workbench.checking import Answer, Gateway
from workbench.checking.check import load_checks
from workbench.course import Exercise
from workbench.grading.engine import Engine
from workbench.running.runner import Runner
from workbench.running.system import Stage

USER = "0b9f5c2e-3f1c-4a52-9a0e-5a3f0f0e5a10"
WAIT = 30.0  # more than a busy machine needs


@pytest.fixture(scope="module")
def stage(runner: Runner) -> Iterator[Stage]:
    with runner.stage({}) as stage:
        yield stage


@pytest.fixture(scope="module")
def started(stage: Stage) -> Iterator[Gateway]:
    with Gateway.start(stage, {"BREAKER_FAILURES": "2", "RETRY_ATTEMPTS": "1"}) as app:
        yield app
        app.system.close()


@pytest.fixture
def app(started: Gateway) -> Gateway:
    """The gateway, before services that answer as they do at first."""
    for service in (started.users, started.orders, started.products):
        service.answer(Answer.json({}))
        service.forget()
    return started


def test_what_is_asked_reaches_the_service_and_its_answer_comes_back(app: Gateway) -> None:
    app.products.answer(Answer(201, b"made", [("x-one", "1"), ("x-one", "2")]))
    reply = app.post("/api/v1/products?a=%2B", content=b"body", headers={"x-mine": "yes"})
    assert (reply.status, reply.text) == (201, "made")
    assert reply.headers.get_list("x-one") == ["1", "2"]
    asked = app.products.asked[-1]
    assert (asked.method, asked.target, asked.body) == ("POST", "/api/v1/products?a=%2B", b"body")
    assert asked.header("x-mine") == "yes"


def test_tokens_open_what_needs_a_caller(app: Gateway) -> None:
    assert app.get(f"/api/v1/users/{USER}").status == 401
    assert app.get(f"/api/v1/users/{USER}", token=app.token(USER)).status == 200
    assert app.get(f"/api/v1/users/{USER}", token=app.token(USER, exp=None)).status == 401


def test_the_clock_is_the_checks(app: Gateway) -> None:
    app.orders.answer(Answer(500), Answer(500), Answer.json({}))
    ask = lambda: app.get("/api/v1/orders", token=app.token(USER)).status  # noqa: E731
    assert [ask() for _ in range(3)] == [500, 500, 503]
    app.clock.advance(29)
    assert ask() == 503
    app.clock.advance(1)
    assert [ask(), ask()] == [200, 200]


def test_a_service_can_refuse_connections(app: Gateway) -> None:
    with app.products.refuse():
        assert app.get("/api/v1/products").status == 502
    app.products.answer(Answer.json([]))
    assert app.get("/api/v1/products").json == []


def test_two_processes_share_services_and_redis(app: Gateway) -> None:
    app.products.forget()
    assert app.twin.get("/api/v1/products").status == 200
    assert len(app.products.asked) == 1
    assert app.twin.commands


def test_a_gateway_that_was_altered_stands_before_the_same_services(app: Gateway) -> None:
    app.orders.answer(Answer.json("orders"))
    edits = [("RoutingTable(ROUTES)", 'RoutingTable([type(ROUTES[0])("/o", "orders", False)])')]
    with app.altered("backend/gateway/app.py", edits) as other:
        assert other.get("/o/1").json == "orders"
        assert other.get("/api/v1/products").status == 404
    assert app.get("/api/v1/products").status == 200


def test_an_altered_gateway_stands_beside_it(app: Gateway) -> None:
    edits = [('add_get("/metrics"', 'add_get("/other"')]
    with app.altered("backend/gateway/app.py", edits) as other:
        assert other.get("/other", role=None).status == 401
        app.products.forget()
        assert other.get("/api/v1/products").status == 200
        assert len(app.products.asked) == 1
        app.orders.answer(Answer(500), Answer(500), Answer.json({}))
        statuses = [other.get("/api/v1/orders", token=app.token(USER)).status for _ in range(3)]
        assert statuses == [500, 500, 503]
        assert isinstance(other, Gateway)
        other.clock.advance(30)
        assert other.get("/api/v1/orders", token=app.token(USER)).status == 200
    assert app.get("/other", token=app.token(USER)).status == 404


def test_a_process_that_does_not_come_up_says_why_and_spoils_no_other(app: Gateway) -> None:
    assert "SettingsError: JWT_KEY" in app.trouble({"JWT_KEY": "short"})
    assert app.trouble({}) == ""
    assert app.get("/api/v1/products").status == 200


def test_a_request_under_way_is_finished_after_sigterm(stage: Stage) -> None:
    with ThreadPoolExecutor() as pool, Gateway.start(stage, {}) as app:
        with app.products.hold() as held:
            reply = pool.submit(app.get, "/api/v1/products")
            assert held.reached(1, WAIT)
            app.system.terminate()
        assert reply.result().status == 200
        assert app.system.wait_end(WAIT)
        app.system.close()


def test_an_altered_gateway_is_the_answer_before_the_same_services(stage: Stage) -> None:
    with Gateway.start(stage, {"BREAKER_FAILURES": "1"}) as app:
        edits = [('"/healthz", alive', '"/probe", alive')]
        with app.altered("backend/gateway/health.py", edits) as altered:
            assert altered.get("/probe", token=app.token(USER)).status == 200
            assert altered.get("/api/v1/products").status == 200
            assert len(app.products.asked) == 1
            altered.products.answer(Answer(500))
            assert [altered.post("/api/v1/products").status for _ in range(2)] == [500, 503]
            altered.clock.advance(30)
            assert altered.post("/api/v1/products").status == 500
        assert app.get("/probe", token=app.token(USER)).status == 404
        app.system.close()


def test_the_engine_grades_an_answer_by_a_gateway(engine: Engine, tmp_path) -> None:
    part = "backend/gateway/circuit_breaker.py"
    (tmp_path / "checks.py").write_text(
        "from workbench.checking import Answer, Gateway, check, expect\n"
        "def scene(app: Gateway) -> None:\n"
        "    app.products.answer_by(lambda asked: Answer.json(asked.target))\n"
        "@check(points=1, runs='gateway', on=scene)\n"
        "def passes_on(app: Gateway) -> None:\n"
        "    'A request is passed on.'\n"
        "    expect.equal(app.get('/api/v1/products').json, '/api/v1/products', 'target')\n"
    )
    assert load_checks(tmp_path / "checks.py")[0].runs == "gateway"
    exercise = _exercise(tmp_path, part)
    text = engine._runner.reference(part)
    assert engine.grade(exercise, text).checks[0].status == "passed"
    broken = engine.grade(exercise, "nonsense").checks[0]
    assert broken.status == "failed"
    assert "NameError" in broken.message


def _exercise(folder, part) -> Exercise:
    class Small:
        id, replaces = "gateway.small", part
        checks_file = folder / "checks.py"

    return Small()  # type: ignore[return-value]
