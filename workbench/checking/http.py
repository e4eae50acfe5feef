"""The HTTP client of checks: it asks a running system, and notes which SQL ran meanwhile."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

import httpx

from workbench.checking.decoding import decoded
from workbench.checking.failure import CheckFailed
from workbench.checking.statements import own_statements
from workbench.closing import Closing
from workbench.running.log import Log
from workbench.running.postgres_wire import Statement
from workbench.running.redis_wire import Command
from workbench.running.tokens import TOKENS

REQUEST_SECONDS = 10.0
MOST_BODY_BYTES = 8 * 1024 * 1024


class Served(Protocol):
    """What the client asks: running.System, or anything that looks like it."""

    base_url: str

    @property
    def statements(self) -> Log[Statement]: ...

    @property
    def commands(self) -> Log[Command]: ...

    @property
    def output(self) -> str: ...


@dataclass(frozen=True)
class Reply:
    """One exchange: the request as a line and body, the answer, and what was asked meanwhile.

    statements: the SQL that ran; commands: what Redis was sent; seconds: until the headers came.
    """

    sent: str
    status: int
    headers: httpx.Headers
    body: bytes
    statements: Sequence[Statement]
    commands: Sequence[Command]
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

    def objects(self, *path: str | int) -> list[dict[str, Any]]:
        """The objects of the list at this path of the JSON body.

        Raises CheckFailed when there is no list, or something else in it.
        """
        return objects(self[path], path, self)

    @property
    def location(self) -> str:
        """The path that the Location header leads to, as a client resolves it (RFC 9110, 10.2.2).

        Raises CheckFailed when there is none, or when it leads to another server.
        """
        value = self.headers.get("location")
        look = "what a 201 tells beside its body"
        if value is None:
            raise CheckFailed("a Location header", self.shown, self.sent, look)
        try:
            target = urlsplit(urljoin(self.sent.split()[1], str(value)))
            is_here = target.hostname in (None, "127.0.0.1", "localhost")
        except ValueError:  # it is no address
            is_here = False
        if not is_here:
            raise CheckFailed("a Location on this server", f"Location: {value}", self.sent, look)
        return target.path

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
            # A system speaks plain HTTP; loading the certificates would take 16 ms a system.
            verify=False,  # noqa: S501
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

    def request(
        self, method: str, path: str, *, role: str | None = "admin", **options: Any
    ) -> Reply:
        """Send one request; options are those of httpx (params, json, content, headers).

        role: whose token goes with it, None for none; an Authorization among the headers counts
        instead. Raises CheckFailed when no answer comes: too slow, too large, or the door is
        closed; and when the system asks its services more meanwhile than can be followed.
        """
        request = self._built(method, path, options)
        sent = _show(request, options.get("headers"))
        if role is not None:
            request.headers.setdefault("authorization", f"Bearer {TOKENS[role]}")
        before, printed = self._system.statements.count, len(self._system.output)
        commanded = self._system.commands.count
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
            ran, lost = self._system.statements.since(before)
            self.last_statements = own_statements(ran)
            self.last_log = self._system.output[printed:]
        commands, unseen = self._system.commands.since(commanded)
        if lost or unseen:
            count = lost + len(ran) if lost else unseen + len(commands)
            raise CheckFailed(
                sent=sent,
                expected="no more SQL or Redis commands for one request than can be followed",
                got=f"{count} {'statements' if lost else 'commands'}, too many or too long",
                look="a loop around a query",
            )
        seconds = answer.elapsed.total_seconds()
        own = self.last_statements
        return Reply(sent, answer.status_code, answer.headers, body, own, commands, seconds)

    @contextlib.contextmanager
    def stream(
        self, method: str, path: str, *, role: str | None = "admin", **options: Any
    ) -> Iterator[httpx.Response]:
        """Send a request whose answer is read as it comes; leaving the block closes it.

        Raises CheckFailed when no answer comes.
        """
        request = self._built(method, path, options)
        if role is not None:
            request.headers.setdefault("authorization", f"Bearer {TOKENS[role]}")
        try:
            answer = self._http.send(request, stream=True)
        except httpx.HTTPError as error:
            sent = _show(request, options.get("headers"))
            raise CheckFailed("an answer", f"none: {error!r}", sent) from None
        with contextlib.closing(answer):
            yield answer

    def close(self) -> None:
        self._http.close()

    def _built(self, method: str, path: str, options: Mapping[str, Any]) -> httpx.Request:
        """The request. Raises CheckFailed when what the system told last cannot be sent back."""
        try:
            return self._http.build_request(method, path, **options)
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            got = f"{method} {shorten(path, 120)}: {error}"
            raise CheckFailed("ids and addresses that can be asked for", got) from None

    def _read(self, answer: httpx.Response, sent: str) -> bytes:
        """The whole body, decoded here: httpx would decode before anybody can count."""
        raw = bytearray()
        with contextlib.closing(answer):
            for chunk in answer.iter_raw():
                raw += chunk
                _bound(len(raw), sent)
        try:
            encoding = answer.headers.get("content-encoding", "")
            body = decoded(bytes(raw), encoding, MOST_BODY_BYTES)
        except ValueError as error:
            got = f"Content-Encoding: {shorten(encoding, 120)}, but {error}"
            raise CheckFailed("a body that can be decoded", got, sent) from None
        _bound(len(body), sent)
        return body


def _bound(size: int, sent: str) -> None:
    """Raises CheckFailed for a body that is too large."""
    if size > MOST_BODY_BYTES:
        raise CheckFailed(
            sent=sent,
            expected=f"a body of at most {MOST_BODY_BYTES >> 20} MiB",
            got="more",
            look="what bounds the number of rows",
        )


def objects(value: Any, path: Sequence[str | int], reply: Reply) -> list[dict[str, Any]]:
    """The value, if it is a list of objects. Raises CheckFailed otherwise."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        where = ".".join(map(str, path))
        raise CheckFailed(f"{where}: a list of objects", reply.shown, reply.sent)
    return value


def shorten(text: str, most: int = 600, *, tail: bool = False) -> str:
    """The text, or its first (or last) `most` characters with a mark that it goes on."""
    if len(text) <= most:
        return text
    return f"[...] {text[-most:]}" if tail else f"{text[:most]} [...]"


def _pairs(headers: Mapping[str, str] | Sequence[tuple[str, str]] | None) -> Any:
    return headers.items() if isinstance(headers, Mapping) else headers or ()


def _show(request: httpx.Request, headers: Any) -> str:
    """What was sent: the request line, the headers that a check chose, and the body."""
    parts = urlsplit(str(request.url))
    target = f"{parts.path}{'?' + parts.query if parts.query else ''}"
    target = request.extensions.get("target", target.encode()).decode("ascii", "replace")
    line = f"{request.method} {target}"
    chosen = [f"{name}: {shorten(value, 120)}" for name, value in _pairs(headers)]
    body = request.read().decode("utf-8", "replace")
    return "\n".join([line, *chosen, *([shorten(body)] if body else [])])
