"""The HTTP client of checks: it asks a running system, and notes which SQL ran meanwhile."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

from workbench.checking.failure import CheckFailed
from workbench.checking.statements import own_statements
from workbench.closing import Closing
from workbench.running.wire import Statement

REQUEST_SECONDS = 10.0
MOST_BODY_BYTES = 8 * 1024 * 1024


class Served(Protocol):
    """What the client asks: running.System, or anything that looks like it."""

    base_url: str

    @property
    def statements(self) -> list[Statement]: ...

    @property
    def output(self) -> str: ...


@dataclass(frozen=True)
class Reply:
    """One exchange: the request as a line and body, the answer, the SQL that ran in between."""

    sent: str
    status: int
    headers: httpx.Headers
    body: bytes
    statements: Sequence[Statement]
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The body as JSON. Raises CheckFailed when it is not."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise CheckFailed(
                sent=self.sent, expected="a JSON body", got=self.shown, look="the response's body"
            ) from None

    def __getitem__(self, path: str | int | tuple[str | int, ...]) -> Any:
        """What stands at this path of the JSON body: `reply["pagination", "total"]`.

        Raises CheckFailed when there is nothing there.
        """
        value = self.json
        keys = path if isinstance(path, tuple) else (path,)
        for at, key in enumerate(keys):
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                where = ".".join(str(part) for part in keys[: at + 1])
                raise CheckFailed(
                    f"a body with {where}", self.shown, self.sent, "the names of the fields"
                ) from None
        return value

    @property
    def shown(self) -> str:
        """Status line, content type and the start of the body, for people."""
        kind = self.headers.get("content-type", "no content type")
        return f"{self.status} ({kind})\n{shorten(self.text)}".strip()


class Client(Closing):
    """Sends requests to one system. Every reply carries the statements that ran meanwhile."""

    def __init__(self, system: Served) -> None:
        self._system = system
        self.last_statements: Sequence[Statement] = ()
        self.last_log = ""
        self._http = httpx.Client(
            base_url=system.base_url, timeout=REQUEST_SECONDS, follow_redirects=False,
            trust_env=False, headers={"user-agent": "workbench", "accept-encoding": "identity"},
        )  # fmt: skip

    def get(self, path: str, **options: Any) -> Reply:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Reply:
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> Reply:
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Reply:
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Reply:
        return self.request("DELETE", path, **options)

    def request(self, method: str, path: str, **options: Any) -> Reply:
        """Send one request; options are those of httpx (params, json, content, headers).

        Raises CheckFailed when no answer comes: too slow, too large, or the door is closed.
        """
        request = self._http.build_request(method, path, **options)
        sent = _show(request)
        before, printed = len(self._system.statements), len(self._system.output)
        try:
            answer = self._http.send(request, stream=True)
            body = self._read(answer, sent)
        except httpx.TimeoutException:
            raise CheckFailed(
                sent=sent,
                expected=f"an answer within {REQUEST_SECONDS:.0f} s",
                got="none yet",
                look="a loop that does not end, or a lock that is waited for",
            ) from None
        except httpx.HTTPError as error:
            raise CheckFailed(
                sent=sent,
                expected="an answer",
                got=f"the connection ended without one: {error}",
                look="the end of your system's log, if it printed anything",
            ) from None
        finally:
            self.last_statements = own_statements(self._system.statements[before:])
            self.last_log = self._system.output[printed:]
        seconds = answer.elapsed.total_seconds()
        ran = self.last_statements
        return Reply(sent, answer.status_code, answer.headers, body, ran, seconds)

    def close(self) -> None:
        self._http.close()

    def _read(self, answer: httpx.Response, sent: str) -> bytes:
        body = b""
        with contextlib.closing(answer):
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > MOST_BODY_BYTES:
                    raise CheckFailed(
                        sent=sent,
                        expected=f"a body of at most {MOST_BODY_BYTES >> 20} MiB",
                        got="more",
                        look="what bounds the number of rows",
                    )
        return body


def shorten(text: str, most: int = 600, *, tail: bool = False) -> str:
    """The text, or its first (or last) `most` characters with a mark that it goes on."""
    if len(text) <= most:
        return text
    return f"[...] {text[-most:]}" if tail else f"{text[:most]} [...]"


def _show(request: httpx.Request) -> str:
    parts = urlsplit(str(request.url))
    line = f"{request.method} {parts.path}{'?' + parts.query if parts.query else ''}"
    body = request.read().decode("utf-8", "replace")
    return f"{line}\n{shorten(body)}" if body else line
