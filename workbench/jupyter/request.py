"""What the kernel asks of its companion, while the companion is at it."""

from __future__ import annotations

import contextlib
import json
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any


class Interrupted(Exception):
    """Nobody waits for the reply any more."""


class Request:
    """One request: says how far it is, and knows whether it is still wanted."""

    def __init__(self, number: int, send: Callable[[dict[str, Any]], None]) -> None:
        self.number = number
        self._send = send
        self._interrupted = threading.Event()
        self._lock = threading.Lock()
        self._stop: Callable[[], None] = _nothing

    def tell(self, done: int, steps: int, doing: str) -> None:
        """Say what comes next. Raises Interrupted when that is not wanted any more."""
        self.go_on()
        progress = {"done": done, "steps": steps, "doing": doing}
        self._send({"id": self.number, "progress": progress})

    def go_on(self) -> None:
        """Raises Interrupted when the reply is not wanted any more."""
        if self.is_interrupted():
            raise Interrupted("The request was interrupted.")

    def is_interrupted(self) -> bool:
        return self._interrupted.is_set()

    def interrupt(self) -> None:
        """The reply is not wanted any more."""
        with self._lock:
            self._interrupted.set()
            self._stop()

    @contextlib.contextmanager
    def stopping(self, stop: Callable[[], None]) -> Iterator[None]:
        """An interruption calls `stop`, in another thread; what raises because of that becomes
        Interrupted."""
        with self._lock:
            self.go_on()
            self._stop = stop
        try:
            yield
        except Exception:
            self.go_on()
            raise
        finally:
            with self._lock:
                self._stop = _nothing


def _nothing() -> None:
    """There is nothing to stop."""


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
