"""GraphQL in checks: an operation is sent over HTTP, and its reply knows data from errors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.checking.failure import CheckFailed
from workbench.checking.http import Reply, objects, shorten

PATH = "/graphql"
MEDIA_TYPE = "application/graphql-response+json"

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class GraphReply(Reply):
    """The reply to an operation. `reply.data["product", "name"]` is what stands there.

    What it has of Reply is the exchange as HTTP: status, headers, body, statements.
    """

    @property
    def data(self) -> Data:
        """The data. Raises CheckFailed when the answer has none, or it is null."""
        answer = self._answer()
        if not isinstance(answer.get("data"), dict):
            raise CheckFailed("an answer with data", self.shown, self.sent, "the errors in it")
        return Data(self, answer["data"])

    @property
    def has_data(self) -> bool:
        """Whether the answer has a `data` at all, be it null: only what was executed has one."""
        return "data" in self._answer()

    @property
    def errors(self) -> Sequence[Mapping[str, Any]]:
        """The errors, none when the answer has no such list. Raises CheckFailed for a bad one."""
        errors = self._answer().get("errors", [])
        if not isinstance(errors, list) or not all(isinstance(one, dict) for one in errors):
            raise CheckFailed("errors as a list of objects", self.shown, self.sent)
        return errors

    @property
    def codes(self) -> list[str | None]:
        """The code in the extensions of each error, None for an error without."""
        found = []
        for error in self.errors:
            extensions = error.get("extensions")
            code = extensions.get("code") if isinstance(extensions, dict) else None
            found.append(code if isinstance(code, str) else None)
        return found

    def _answer(self) -> dict[str, Any]:
        answer = self.json
        if not isinstance(answer, dict):
            raise CheckFailed("a GraphQL answer: an object", self.shown, self.sent)
        return answer


class Data:
    """The data of a reply, and the way into it."""

    def __init__(self, reply: GraphReply, value: dict[str, Any]) -> None:
        self._reply, self.value = reply, value

    def __getitem__(self, path: str | int | Path) -> Any:
        """What stands at this path. Raises CheckFailed when there is nothing."""
        value: Any = self.value
        keys = path if isinstance(path, tuple) else (path,)
        for at, key in enumerate(keys):
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                where = ".".join(map(str, ("data", *keys[: at + 1])))
                raise CheckFailed(
                    f"an answer with {where}", self._reply.shown, self._reply.sent
                ) from None
        return value

    def objects(self, *path: str | int) -> list[dict[str, Any]]:
        """The objects of the list at this path. Raises CheckFailed when there is no such list."""
        return objects(self[path], ("data", *path), self._reply)


def written_out(query: str | None, variables: Mapping[str, Any] | None) -> str:
    """An operation as people read it."""
    values = f"variables: {json.dumps(variables)}" if variables else ""
    lines = (f"POST {PATH}", shorten(query or "no query"), shorten(values))
    return "\n".join(line for line in lines if line)


def as_request(
    query: str | None, variables: Mapping[str, Any] | None, options: dict[str, Any]
) -> dict[str, Any]:
    """The options of the POST that sends an operation.

    options: those of a request; `operation_name` and `extensions` are taken out of them.
    """
    body = {
        "query": query,
        "variables": variables,
        "operationName": options.pop("operation_name", None),
        "extensions": options.pop("extensions", None),
    }
    headers = {"accept": MEDIA_TYPE, **(options.pop("headers", None) or {})}
    given = {name: value for name, value in body.items() if value is not None}
    return {"json": given, "headers": headers, **options}
