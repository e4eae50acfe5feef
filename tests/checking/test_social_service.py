"""The social network's service as the system under test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from workbench.checking import CheckFailed, SocialService
from workbench.running.runner import Runner
from workbench.running.system import Stage


@pytest.fixture(scope="module")
def stage(runner: Runner) -> Iterator[Stage]:
    with runner.stage({}) as stage:
        yield stage


@pytest.fixture(scope="module")
def app(stage: Stage) -> Iterator[SocialService]:
    with SocialService.start(stage, {"POOL_MAX_SIZE": "2"}) as app:
        app.sql(
            "INSERT INTO users (username, email, password_hash)"
            " SELECT 'user_' || n, n || '@example.org', 'x' FROM generate_series(1, 5) AS n"
        )
        yield app
        app.system.close()


def test_it_serves_the_network_and_its_sql_is_seen(app: SocialService) -> None:
    written = app.post("/posts", json={"user_id": 1, "content": "Hello"})
    assert written.status == 201
    (insert,) = (one for one in written.statements if one.text.startswith("INSERT"))
    assert insert.rows == 1
    shown = app.get(f"/posts/{written['id']}")
    assert (shown.status, shown["content"]) == (200, "Hello")
    assert [app.put(f"/posts/{written['id']}/likes/2")["changed"] for _ in "ab"] == [1, 0]


def test_requests_wait_for_a_lock_and_for_the_pool(app: SocialService) -> None:
    with app.sql.holding("LOCK TABLE posts") as held:
        replies = [held.send(lambda: app.get("/posts/1")) for _ in range(2)]
        assert held.waiting == 2
        assert app.get("/pool")["idle"] == 0
    assert {reply.result().status for reply in replies} <= {200, 404}


def test_the_clock_stands_still_until_it_is_advanced(app: SocialService) -> None:
    app.get("/overview?users=4")  # its plan is looked at the first time, and waits as well
    with app.sql.holding("LOCK TABLE follows") as held:
        held.send(lambda: app.get("/overview?users=4"))
        app.clock.advance(7)
    spent = {one["run_ms"] for one in app.get("/statements")["statements"]}
    assert 7000 in spent


def test_who_leaves_is_not_worked_for(app: SocialService) -> None:
    working = (
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'social' AND state = 'active'"
    )
    with app.sql.holding("LOCK TABLE posts"):
        with app.leaving("GET", "/posts/1"):
            app.wait_until(lambda: app.sql(working), "the statement runs")
        app.wait_until(lambda: not app.sql(working), "the statement is cancelled")


def test_a_twin_works_on_the_same_database(app: SocialService) -> None:
    written = app.twin.post("/posts", json={"user_id": 1, "content": "Hello"})
    assert app.get(f"/posts/{written['id']}").status == 200


def test_what_does_not_show_itself_is_told(
    app: SocialService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.checking.social_service.SETTLE_SECONDS", 0.01)
    with pytest.raises(CheckFailed, match="a wonder"):
        app.wait_until(lambda: False, "a wonder")


def test_settings_that_cannot_be_used_are_told(app: SocialService) -> None:
    assert "POOL_MIN_SIZE" in app.trouble({"POOL_MIN_SIZE": "9"})
    assert app.trouble({"POOL_MIN_SIZE": "2"}) == ""


def test_sessions_are_further_clients(app: SocialService) -> None:
    assert app.session()("SELECT count(*) AS n FROM users")[0]["n"] == 5


def test_it_ends_gracefully(stage: Stage) -> None:
    with SocialService.start(stage, {}) as app:
        assert app.get("/pool").status == 200
        app.system.terminate()
        assert app.system.wait_end(20)
        app.system.close()
