"""Feeds: the newest posts of those whom a reader follows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from backend.social.service.execution import Database
from backend.social.service.feed_cache import Feed, FeedCache
from backend.social.service.parsing import id_in
from backend.social.service.posts import as_json

_AUTHORS = "SELECT followee_id FROM follows WHERE follower_id = $1"

#: The newest ten of each, and of those the newest ten: exact, by the index of an author's posts.
_PAGE = """
    SELECT newest.id, newest.user_id, newest.content, newest.created_at
    FROM unnest($1::bigint[]) AS author (id)
    JOIN users ON users.id = author.id AND users.deleted_at IS NULL
    CROSS JOIN LATERAL (
        SELECT id, user_id, content, created_at FROM posts
        WHERE user_id = author.id AND NOT is_hidden
        ORDER BY created_at DESC, id DESC LIMIT 10
    ) AS newest
    ORDER BY newest.created_at DESC, newest.id DESC LIMIT 10
"""


def create_loader(database: Database) -> Callable[[int], Awaitable[Feed]]:
    """What reads the feed of a reader from the database."""

    async def load(reader: int) -> Feed:
        authors = [row["followee_id"] for row in await database.fetch(_AUTHORS, reader)]
        page = await database.fetch(_PAGE, authors)
        return Feed([as_json(dict(row)) for row in page], frozenset(authors))

    return load


def add_feeds(app: web.Application, cache: FeedCache) -> None:
    """/users/{id}/feed; `X-Cache` says whether it was in memory."""

    async def show(request: web.Request) -> web.Response:
        feed, was_kept = await cache.feed(id_in(request, "user_id"))
        headers = {"X-Cache": "hit" if was_kept else "miss"}
        return web.json_response({"posts": feed.posts}, headers=headers)

    app.router.add_get("/users/{user_id}/feed", show)
