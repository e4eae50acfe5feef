"""Each question comes to an outcome of its own, and the answer is made of three outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

from backend.gateway.aggregation import gather
from backend.gateway.authentication import CALLER
from backend.gateway.problems import problem
from backend.gateway.transformation import items, order_card, product_card, read_json, user_card
from backend.gateway.upstream import Headers, Upstream

PATH = "/api/v1/dashboard/{user_id}"
MOST_BYTES = 1024 * 1024
PRODUCTS = 5


class NotFound(Exception):
    """The service knows no such thing."""


@dataclass
class Question:
    field: str
    url: URL
    shape: Callable[[Any], Any]
    part: Any = None
    status: int | None = field(default=None)

    async def ask(self, upstream: Upstream, headers: Headers) -> None:
        answer = await upstream.send("GET", self.url.raw_path_qs, headers)
        try:
            self.status = answer.status
            if answer.status == 200:
                chunks, size = [], 0
                while chunk := await answer.content.read(65536):
                    chunks.append(chunk)
                    size += len(chunk)
                    if size > MOST_BYTES:
                        return
                self.part = self.shape(read_json(b"".join(chunks)))
        finally:
            answer.release() if answer.content.at_eof() else answer.close()


def create_dashboard(
    upstreams: Mapping[str, Upstream],
    seconds: float,
    headers: Callable[[web.Request], Headers],
) -> Handler:
    base = URL("/api/v1")

    async def show(request: web.Request) -> web.StreamResponse:
        try:
            user = UUID(request.match_info["user_id"])
        except ValueError:
            return problem(request, 404, "There is no such user.")
        if not request[CALLER].may_see(str(user)):
            return problem(request, 403, "Not yours.")
        told = [("Accept", "application/json"), *headers(request)]
        questions = {
            "products": Question(
                "products",
                base / "products" % {"per_page": PRODUCTS, "page": 1},
                lambda found: [product_card(one) for one in items(found, "products")[:PRODUCTS]],
            ),
            "orders": Question(
                "orders",
                base / "orders" % {"user_id": str(user)},
                lambda found: [order_card(one) for one in items(found, "orders")],
            ),
            "users": Question("user", base / "users" / str(user), user_card),
        }
        await gather(
            {name: lambda n=name: questions[n].ask(upstreams[n], told) for name in questions},
            seconds,
        )
        if questions["users"].status == 404:
            return problem(request, 404, "There is no such user.")
        missing = [name for name, question in questions.items() if question.part is None]
        if len(missing) == len(questions):
            return problem(request, 503, "Nobody answers.", {"Retry-After": "5"})
        body = {question.field: question.part for question in questions.values()}
        return web.json_response(
            {**body, "missing": missing}, headers={"Cache-Control": "no-store"}
        )

    return show
