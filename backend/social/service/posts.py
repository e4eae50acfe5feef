"""Posts: one is shown, written or liked."""

from __future__ import annotations

from aiohttp import web

from backend.social.service.execution import Database
from backend.social.service.parsing import id_in, json_of

_COLUMNS = "id, user_id, content, created_at"
_SHOW = f"SELECT {_COLUMNS} FROM posts WHERE id = $1 AND NOT is_hidden"  # noqa: S608
_WRITE = f"INSERT INTO posts (user_id, content) VALUES ($1, $2) RETURNING {_COLUMNS}"  # noqa: S608
_LIKE = "INSERT INTO likes (post_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"


def as_json(row: dict[str, object]) -> dict[str, object]:
    """A post as it is sent: moments as text in ISO 8601."""
    return {**row, "created_at": row["created_at"].isoformat()}  # type: ignore[attr-defined]


def add_posts(app: web.Application, database: Database) -> None:
    """/posts, /posts/{id} and /posts/{id}/likes/{user_id}."""

    async def show(request: web.Request) -> web.Response:
        found = await database.fetch(_SHOW, id_in(request, "post_id"))
        if not found:
            raise web.HTTPNotFound(text="There is no such post.")
        return web.json_response(as_json(dict(found[0])))

    async def write(request: web.Request) -> web.Response:
        match await json_of(request):
            case {"user_id": int(user_id), "content": str(content)}:
                [row] = await database.fetch(_WRITE, user_id, content)
                return web.json_response(as_json(dict(row)), status=201)
        raise web.HTTPUnprocessableEntity(text="Send user_id, a number, and content, a text.")

    async def like(request: web.Request) -> web.Response:
        ids = id_in(request, "post_id"), id_in(request, "user_id")
        return web.json_response({"changed": await database.execute(_LIKE, *ids)})

    app.router.add_post("/posts", write)
    app.router.add_get("/posts/{post_id}", show)
    app.router.add_put("/posts/{post_id}/likes/{user_id}", like)
