"""A service that a check plays: it answers as it is told, and keeps what reached it.

It stands where a system expects one of its services, and is reached through the sandbox.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import h11

from workbench.checking.failure import CheckFailed
from workbench.checking.room import Portion, Room
from workbench.closing import Closing

#: More than a system should open at a time.
MOST_CONNECTIONS = 256

#: More than any check needs: what reaches us comes from an answer's process.
MOST_BODY_BYTES, MOST_ASKED = 8 * 1024 * 1024, 10_000

#: Bytes of all the requests that are kept, and of the bodies that are on their way at a time.
MOST_BYTES = 64 * 1024 * 1024

#: What Python takes for a header beside its characters.
_PAIR_BYTES = 200

#: Until whoever is told to stop has stopped.
_STOP_SECONDS = 10.0

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Asked:
    """One request that reached the service.

    target: path and query as they came; headers: name in small letters and value, in order.
    """

    method: str
    target: str
    headers: Pairs
    body: bytes = field(repr=False)

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key == name.lower()]

    def header(self, name: str) -> str | None:
        """The value of a header that came once; None when it did not come, or came repeatedly."""
        values = self.all(name)
        return values[0] if len(values) == 1 else None

    @property
    def json(self) -> Any:
        """The body as JSON. Raises ValueError."""
        return json.loads(self.body)

    @property
    def size(self) -> int:
        """The bytes that it takes here, about: there can be thousands of small headers."""
        pairs = sum(len(name) + len(value) + _PAIR_BYTES for name, value in self.headers)
        return len(self.target) + pairs + len(self.body)


@dataclass(frozen=True)
class Answer:
    """What the service answers.

    body: bytes go with a Content-Length, anything else is streamed piece by piece, each as soon as
    it is there: a generator can wait between two. dropped: the connection ends after the body's
    pieces, as if there were more to come; with status None it ends without a word.
    """

    status: int | None = 200
    body: bytes | Iterable[bytes] = b""
    headers: Pairs = ()
    dropped: bool = False

    @classmethod
    def json(cls, value: Any, status: int = 200, headers: Pairs = ()) -> Answer:
        body = json.dumps(value).encode()
        return cls(status, body, [("content-type", "application/json"), *headers])


class Holding:
    """Requests that wait for their answers until it ends."""

    def __init__(self) -> None:
        self._end, self._begun = os.pipe()
        self._changed = threading.Condition()
        self._waiting = self._gone = 0

    def reached(self, count: int, seconds: float) -> bool:
        """Wait until so many requests are held up at once; whether they are, within the time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting >= count, seconds)

    def left(self, count: int, seconds: float) -> bool:
        """Wait until so many have been given up by whoever asked; whether they are."""
        with self._changed:
            return self._changed.wait_for(lambda: self._gone >= count, seconds)

    def wait(self, connection: socket.socket) -> bool:
        """Hold up a request until the end; False when its connection was closed before."""
        self._count(1)
        try:
            watched: list[Any] = [self._end, connection]
            ready, _, _ = select.select(watched, [], [])
        finally:
            self._count(-1)
        if self._end in ready:
            return True
        # Nobody sends a second request before the first is answered: what is there is the end.
        with self._changed:
            self._gone += 1
            self._changed.notify_all()
        return False

    def end(self) -> None:
        """Let all of them go on. The descriptors stay until nobody waits."""
        os.close(self._begun)
        with self._changed:
            self._changed.wait_for(lambda: self._waiting == 0, _STOP_SECONDS)
        os.close(self._end)

    def _count(self, change: int) -> None:
        with self._changed:
            self._waiting += change
            self._changed.notify_all()


class Upstream(Closing):
    """One service. Thread-safe; without orders it answers everything with 200 and `{}`."""

    def __init__(self, listener: socket.socket, name: str = "the service") -> None:
        """listener: a socket of the network that the system lives in; it is closed in the end.
        name: what messages call the service.
        """
        self._name = name
        self._listener = listener
        self.port: int = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._lock = threading.Lock()
        self._asked: list[Asked] = []
        self._lost = 0  # requests that there was no room for
        self._kept, self._coming = Room(MOST_BYTES), Room(MOST_BYTES)
        self._answer: Callable[[Asked], Answer] = lambda _: Answer.json({})
        self._holding: Holding | None = None
        self._connections: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()
        self._closed = self._is_bound = False
        self._accepting = self._start(self._accept)

    @property
    def asked(self) -> tuple[Asked, ...]:
        """Every request that has reached the service, in order.

        Raises CheckFailed when there were more than are kept: nothing hides behind a flood.
        """
        with self._lock:
            if self._lost:
                raise CheckFailed(
                    f"no more requests to {self._name} than can be followed",
                    f"{len(self._asked) + self._lost}, too many or too long",
                    look="a loop around what asks the service",
                )
            return tuple(self._asked)

    @property
    def last_asked(self) -> Asked:
        """The last request that has reached the service. Raises CheckFailed when there is none."""
        asked = self.asked
        if not asked:
            expected, look = f"a request to {self._name}", "what is passed on, and to whom"
            raise CheckFailed(expected, f"nothing was asked of {self._name}", look=look)
        return asked[-1]

    def forget(self) -> None:
        """Begin to keep requests anew."""
        with self._lock:
            self._asked.clear()
            self._lost, self._kept = 0, Room(MOST_BYTES)

    def answer(self, *answers: Answer) -> None:
        """The next answers, one for each request; the last one stays."""
        left = list(answers)
        taken = threading.Lock()

        def take(_: Asked) -> Answer:
            with taken:
                return left.pop(0) if len(left) > 1 else left[0]

        self.answer_by(take)

    def answer_by(self, decide: Callable[[Asked], Answer]) -> None:
        """From now on, what `decide` says. It is called by several threads."""
        self._answer = decide

    @contextlib.contextmanager
    def hold(self) -> Iterator[Holding]:
        """Meanwhile requests that are complete wait for their answers. Not to be nested."""
        holding = self._holding = Holding()
        try:
            yield holding
        finally:
            self._holding = None
            holding.end()

    @contextlib.contextmanager
    def refuse(self) -> Iterator[None]:
        """Meanwhile nobody listens: connections are refused, and those that are open end.

        The port stays ours. It takes Linux: elsewhere a listening socket cannot be shut down.
        """
        self._listener.shutdown(socket.SHUT_RDWR)
        if not self._is_bound:
            # A port that the kernel chose it takes back; one that was asked for stays.
            self._listener.bind(("127.0.0.1", self.port))
            self._is_bound = True
        self._accepting.join(_STOP_SECONDS)
        self._hang_up()
        try:
            yield
        finally:
            self._listener.listen(MOST_CONNECTIONS)
            self._accepting = self._start(self._accept)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._hang_up()
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            thread.join(_STOP_SECONDS)
        self._listener.close()

    def _start(self, work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            finally:
                with self._lock:
                    self._threads.discard(thread)

        thread = threading.Thread(target=run, daemon=True)
        with self._lock:
            self._threads.add(thread)
        thread.start()
        return thread

    def _hang_up(self) -> None:
        with self._lock:
            open_ones = list(self._connections)
        for connection in open_ones:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # it was shut down
                return
            # Headers and body are two writes: the second must not wait for a word about the first.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                if self._closed or len(self._connections) >= MOST_CONNECTIONS:
                    connection.close()
                    continue
                self._connections.add(connection)
            self._start(lambda connection=connection: self._serve(connection))  # type: ignore[misc]

    def _serve(self, connection: socket.socket) -> None:
        """Answer what comes on a connection until it ends."""
        try:
            with contextlib.suppress(OSError, h11.RemoteProtocolError):
                wire = _Wire(connection)
                goes_on = True
                while goes_on:
                    with self._coming.portion() as portion:
                        asked = wire.next(portion)
                        goes_on = asked is not None and self._exchange(wire, asked)
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()

    def _exchange(self, wire: _Wire, asked: Asked) -> bool:
        """Keep a request and answer it; whether the connection goes on."""
        with self._lock:
            if len(self._asked) < MOST_ASKED and self._kept.take(asked.size):
                self._asked.append(asked)
            else:
                self._lost += 1
        answer, holding = self._answer(asked), self._holding
        if holding is not None and not holding.wait(wire.connection):
            return False
        return answer.status is not None and wire.send(asked.method, answer)


class _Wire:
    """One connection, as HTTP/1.1."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._state = h11.Connection(h11.SERVER)

    def next(self, room: Portion) -> Asked | None:
        """The next request, None when there is none, or no room for its body.

        Raises OSError and RemoteProtocolError.
        """
        if self._state.our_state is h11.DONE:
            self._state.start_next_cycle()
        request, body = self._event(), bytearray()
        if not isinstance(request, h11.Request):
            return None
        while isinstance(data := self._event(), h11.Data):
            body += data.data
            if len(body) > MOST_BODY_BYTES or not room.take(len(data.data)):
                return None
        if not isinstance(data, h11.EndOfMessage):
            return None
        pairs = [(name.decode(), value.decode("latin-1")) for name, value in request.headers]
        return Asked(request.method.decode(), request.target.decode("latin-1"), pairs, bytes(body))

    def send(self, method: str, answer: Answer) -> bool:
        """Send an answer; whether another request may follow. Raises OSError."""
        assert answer.status is not None  # noqa: S101 - see Upstream._exchange
        if isinstance(answer.body, bytes):
            size = len(answer.body) + (1 if answer.dropped else 0)  # one more than ever comes
            framing, pieces = ("content-length", str(size)), iter([answer.body])
        else:
            framing, pieces = ("transfer-encoding", "chunked"), iter(answer.body)
        pairs = [*answer.headers]
        if not {"content-length", "transfer-encoding"} & {name.lower() for name, _ in pairs}:
            pairs.append(framing)
        reason = HTTPStatus(answer.status).phrase if answer.status in set(HTTPStatus) else ""
        headers = [(name.encode(), value.encode("latin-1")) for name, value in pairs]
        self._send(h11.Response(status_code=answer.status, headers=headers, reason=reason.encode()))
        bodiless = method == "HEAD" or answer.status in (204, 304)
        for piece in () if bodiless else pieces:
            if piece:
                self._send(h11.Data(data=piece))
        if answer.dropped:
            return False
        self._send(h11.EndOfMessage())
        return self._state.our_state is h11.DONE and self._state.their_state is h11.DONE

    def _send(self, event: h11.Event) -> None:
        data = self._state.send(event)
        if data:
            self.connection.sendall(data)

    def _event(self) -> Any:
        while (event := self._state.next_event()) is h11.NEED_DATA:
            if self._state.they_are_waiting_for_100_continue:
                self._send(h11.InformationalResponse(status_code=100, headers=[]))
            self._state.receive_data(self.connection.recv(65536))
        return event
