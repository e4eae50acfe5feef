"""The service over HTTP: what it answers, and which problem it tells."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from service_client import serving

from backend.social.schema import SERVICE_PARTS, create_social_schema

ROWS = """
    INSERT INTO users (username, email, password_hash)
    SELECT 'u' || n, n || '@example.org', 'x' FROM generate_series(1, 5) AS n;
    INSERT INTO posts (user_id, content)
    SELECT 1 + n % 5, 'p' || n FROM generate_series(1, 20) AS n;
    INSERT INTO follows (follower_id, followee_id) VALUES (1, 2), (1, 3);
"""


@pytest.fixture(scope="module")
def url(make_owned_database: Callable[[], str], session_class: type[Any]) -> str:
    url = make_owned_database()
    create_social_schema(url)
    create_social_schema(url, parts=SERVICE_PARTS)
    session = session_class(url)
    session.rows(ROWS)
    session.commit()
    session.close()
    return url


def ask(url: str, *requests: tuple[str, str, Any], **settings: int) -> list[tuple[int, Any]]:
    """Send (method, path, JSON) one after another: (status, JSON) of each."""

    async def run() -> list[tuple[int, Any]]:
        answers = []
        async with serving(url, **settings) as client:
            for method, path, body in requests:
                async with client.request(method, path, json=body) as reply:
                    answers.append((reply.status, await reply.json(content_type=None)))
        return answers

    return asyncio.run(run())


def get(url: str, path: str) -> tuple[int, Any]:
    return ask(url, ("GET", path, None))[0]


def test_a_post_is_written_and_shown(url: str) -> None:
    [(status, written)] = ask(url, ("POST", "/posts", {"user_id": 5, "content": "Hello"}))
    assert (status, written["user_id"], written["content"]) == (201, 5, "Hello")
    assert get(url, f"/posts/{written['id']}") == (200, written)


def test_a_like_counts_once(url: str) -> None:
    like = ("PUT", "/posts/1/likes/4", None)
    assert ask(url, like, like) == [(200, {"changed": 1}), (200, {"changed": 0})]


def test_a_feed_holds_the_newest_of_those_who_are_followed(url: str) -> None:
    status, feed = get(url, "/users/1/feed")
    assert status == 200
    assert {post["user_id"] for post in feed["posts"]} <= {2, 3}
    ids = [post["id"] for post in feed["posts"]]
    assert ids == sorted(ids, reverse=True)
    assert get(url, "/users/4/feed") == (200, {"posts": []})


def test_an_overview_keeps_the_order(url: str) -> None:
    status, shown = get(url, "/overview?users=3,1,2,3")
    assert status == 200
    assert [one["id"] for one in shown["users"]] == [3, 1, 2, 3]
    assert [one["followers"] for one in shown["users"]] == [1, 0, 1, 1]


def test_three_pins_and_no_more(url: str) -> None:
    pins = [("PUT", f"/users/2/pins/{post}", None) for post in (1, 2, 1, 3, 4)]
    assert [status for status, _ in ask(url, *pins)] == [201, 201, 200, 201, 409]


def test_rows_are_imported(url: str) -> None:
    # Of those whose feed and followers no other test asks for.
    records = [{"follower_id": 5, "followee_id": 4}, {"follower_id": 3, "followee_id": 5}]
    [(status, body), (again, _)] = ask(
        url,
        ("POST", "/imports/follows?method=insert", records),
        ("POST", "/imports/follows?method=copy", records),
    )
    assert (status, body, again) == (201, {"rows": 2}, 409)


def test_statements_are_measured(url: str) -> None:
    *_, (status, shown) = ask(url, *[("GET", "/posts/1", None)] * 3, ("GET", "/statements", None))
    assert status == 200
    assert [(one["calls"], one["rows"]) for one in shown["statements"]] == [(3, 3)]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/posts/0", None, 404),
        ("GET", "/posts/99999999999999999999", None, 404),
        ("GET", "/posts/²", None, 404),
        ("GET", "/nowhere", None, 404),
        ("PATCH", "/posts", None, 405),
        ("POST", "/posts", {"user_id": 5}, 422),
        ("POST", "/posts", {"user_id": 5, "content": 7}, 422),
        ("POST", "/posts", {"user_id": 5, "content": " "}, 409),
        ("POST", "/posts", {"user_id": 99, "content": "Hello"}, 409),
        ("POST", "/posts", {"user_id": 10**30, "content": "Hello"}, 422),
        ("POST", "/posts", {"user_id": 5, "content": "\0"}, 422),
        ("POST", "/imports/follows?method=magic", [], 422),
        ("POST", "/imports/follows", {"follower_id": 1}, 422),
        ("POST", "/imports/nowhere", [{"a": 1}], 422),
        ("GET", "/overview", None, 422),
        ("GET", "/overview?users=1,x", None, 422),
        ("GET", f"/overview?users={'9' * 5000}", None, 422),
        ("POST", "/fingerprints", {"statements": [1]}, 422),
        ("PUT", "/users/1/pins/999999", None, 409),
    ],
)
def test_what_cannot_be_used_is_a_problem(
    url: str, method: str, path: str, body: Any, status: int
) -> None:
    [(got, problem)] = ask(url, (method, path, body))
    assert (got, problem["status"]) == (status, status), problem
    assert problem["detail"]


def test_a_statement_that_takes_too_long_is_504(url: str, session_class: type[Any]) -> None:
    session = session_class(url)
    session.rows("LOCK TABLE posts")
    try:
        [(status, _)] = ask(url, ("GET", "/posts/1", None), statement_timeout_ms=100)
    finally:
        session.close()
    assert status == 504


def test_a_database_that_takes_nobody_is_503(url: str, session_class: type[Any]) -> None:
    async def run() -> tuple[int, str]:
        async with serving(url) as client:
            await client.get("/posts/1")
            session.rows(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
            session.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            session.commit()
            async with client.get("/posts/1") as reply:
                return reply.status, reply.headers.get("Retry-After", "")

    session = session_class(url)
    name = session.value("SELECT current_database()")
    try:
        assert asyncio.run(run()) == (503, "1")
    finally:
        session.rows(f"ALTER DATABASE {name} CONNECTION LIMIT -1")
        session.commit()
        session.close()
