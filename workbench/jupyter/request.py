"""What the kernel asks of its companion, while the companion is at it."""

from __future__ import annotations

import contextlib
import json
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class

#: Between two looks whether a request is still wanted.
LOOK_SECONDS = 0.1


class Interrupted(Exception):
    """Nobody waits for the reply any more."""


class Request:
    """One request: says how far it is, and knows whether it is still wanted."""

    def __init__(self, number: int, send: Callable[[dict[str, Any]], None]) -> None:
        self.number = number
        self._send = send
        self._interrupted = threading.Event()

    def tell(self, done: int, steps: int, doing: str) -> None:
        """Say what comes next. Raises Interrupted when that is not wanted any more."""
        self.go_on()
        progress = {"done": done, "steps": steps, "doing": doing}
        self._send({"id": self.number, "progress": progress})

    def go_on(self) -> None:
        """Raises Interrupted when the reply is not wanted any more."""
        if self._interrupted.is_set():
            raise Interrupted("The request was interrupted.")

    def interrupt(self) -> None:
        """The reply is not wanted any more."""
        self._interrupted.set()

    @contextlib.contextmanager
    def cancelling(self, session: Connection) -> Iterator[None]:
        """An interruption also ends what the session runs: Interrupted is raised then, in the
        place of what came of that."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(LOOK_SECONDS):
                if self._interrupted.is_set():
                    with contextlib.suppress(psycopg2.Error):
                        session.cancel()  # again: it may have been between two statements

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield
        except Exception:
            self.go_on()
            raise
        finally:
            over.set()
            watcher.join()


class Requests:
    """The requests in the lines of a stream, one after another.

    They are read in a thread, so that {"interrupt": id} reaches the request that is being worked
    on, and so does the end of the stream.
    """

    def __init__(self, lines: Iterable[str], send: Callable[[dict[str, Any]], None]) -> None:
        self._lines, self._send = lines, send
        self._open: dict[int, Request] = {}
        self._waiting: queue.SimpleQueue[tuple[dict[str, Any], Request] | None]
        self._waiting = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def __iter__(self) -> Iterator[tuple[dict[str, Any], Request]]:
        """Each as what is asked ({"do", ...}) and the request."""
        while (one := self._waiting.get()) is not None:
            yield one
            self._open.pop(one[1].number)

    def _read(self) -> None:
        try:
            for line in self._lines:
                order = json.loads(line)
                if "interrupt" in order:
                    self._interrupt([order["interrupt"]])
                else:
                    request = Request(order.pop("id"), self._send)
                    self._open[request.number] = request
                    self._waiting.put((order, request))
        finally:
            self._interrupt(list(self._open))
            self._waiting.put(None)

    def _interrupt(self, numbers: list[int]) -> None:
        for number in numbers:
            request = self._open.get(number)
            if request is not None:
                request.interrupt()
