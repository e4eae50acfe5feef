"""The methods of HTTP as those of an object."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar

Answered = TypeVar("Answered")


class Verbs(ABC, Generic[Answered]):
    """`get(path, ...)` and its like; what they take beside the path is what `request` takes."""

    @abstractmethod
    def request(self, method: str, path: str, **options: Any) -> Answered:
        """Send one request."""

    def get(self, path: str, **options: Any) -> Answered:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Answered:
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> Answered:
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Answered:
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Answered:
        return self.request("DELETE", path, **options)
