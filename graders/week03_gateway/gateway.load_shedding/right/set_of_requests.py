"""Whoever is inside stands in a set, which a context manager keeps."""

from __future__ import annotations

from contextlib import contextmanager

from aiohttp import web

from backend.gateway.operators import is_for_operators
from backend.gateway.problems import problem

RETRY_AFTER_SECONDS = 5


class Full(Exception):
    pass


class House:
    def __init__(self, most):
        self.most, self.inside = most, set()

    @contextmanager
    def place(self, request):
        if not is_for_operators(request) and len(self.inside) == self.most:
            raise Full
        if not is_for_operators(request):
            self.inside.add(id(request))
        try:
            yield
        finally:
            self.inside.discard(id(request))


def create_load_shedding(most):
    house = House(most)

    @web.middleware
    async def shed(request, handler):
        try:
            with house.place(request):
                return await handler(request)
        except Full:
            later = {"Retry-After": str(RETRY_AFTER_SECONDS)}
            return problem(request, 503, "Come back later.", later)

    return shed
