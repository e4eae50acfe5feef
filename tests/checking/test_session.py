"""Sessions side by side: who waits is seen, and a deadlock is had without sleeping."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from small_social import NOTES, NOTES_PART

from workbench.checking import CheckFailed, Social
from workbench.running.runner import Runner

WAIT = 30.0  # more than a busy machine needs
LIKE = "UPDATE notes SET likes = likes + 1 WHERE id = %s"


@pytest.fixture
def app(small: Runner) -> Iterator[Social]:
    with small.stage({NOTES_PART: NOTES}) as stage:
        app = Social.start(stage)
        app.sql("INSERT INTO people (name) VALUES ('Ada')")
        app.sql(
            "INSERT INTO notes (author_id, text)"
            " SELECT id, t FROM people, unnest('{a,b}'::text[]) t"
        )
        yield app
        app.close()
        app.system.close()


def likes(app: Social) -> list[int]:
    return [row["likes"] for row in app.sql("SELECT likes FROM notes ORDER BY id")]


def test_one_waits_for_the_other(app: Social) -> None:
    one, two = app.session(), app.session()
    one("BEGIN")
    one(LIKE, [1])
    later = two.send(LIKE, [1])
    assert (later.done(), two.waits, one.waits) == (False, True, False)
    one("COMMIT")
    assert later.result(WAIT) == []
    assert likes(app) == [2, 0]


def test_what_need_not_wait_is_done_at_once(app: Social) -> None:
    later = app.session().send("SELECT 1 AS one")
    assert later.done()
    assert later.result() == [{"one": 1}]


def test_a_deadlock_is_forced_and_told(app: Social) -> None:
    one, two = app.session(), app.session()
    one("BEGIN")
    two("BEGIN")
    one(LIKE, [1])
    two(LIKE, [2])
    first = one.try_out(LIKE, [2])
    second = two.try_out(LIKE, [1])
    assert sorted([first.result(WAIT), second.result(WAIT)]) == ["", "40P01"]


def test_a_refused_statement_fails_the_check_when_it_is_asked_for(app: Social) -> None:
    later = app.session().send("INSERT INTO notes (author_id, text) VALUES (99, 'x')")
    with pytest.raises(CheckFailed, match="foreign key"):
        later.result(WAIT)


def test_a_transaction_is_kept_or_undone(app: Social) -> None:
    one = app.session()
    with one.transaction():
        one(LIKE, [1])
    with contextlib.suppress(ZeroDivisionError), one.transaction():
        one(LIKE, [1])
        _ = 1 / 0
    assert likes(app) == [1, 0]
    assert app.sql.left_open == 0


def test_sessions_that_wait_for_one_another_are_closed_at_once(app: Social) -> None:
    one, two = app.session(), app.session()
    one("BEGIN")
    one(LIKE, [1])
    later = two.send(LIKE, [1])
    app.close()
    with pytest.raises(CheckFailed, match="connection ended"):
        later.result(0)


def test_the_check_can_hold_a_lock_before_a_session(app: Social) -> None:
    one = app.session()
    with app.sql.holding("SELECT FROM notes WHERE id = 1 FOR UPDATE") as held:
        answer = held.send(lambda: one(LIKE, [1]))
        refused = held.send(lambda: app.session()("INSERT INTO notes VALUES (1)"))
        assert (held.waiting, held.unanswered) == (1, 1)
        assert likes(app) == [0, 0]
    assert answer.result(WAIT) == []
    with pytest.raises(CheckFailed) as caught:
        refused.result(WAIT)
    assert "while a transaction was open that had run" in caught.value.details["sent"]
    assert likes(app) == [1, 0]
