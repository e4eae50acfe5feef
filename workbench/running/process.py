"""A started system seen from outside: is it ready, what did it print, end it."""

from __future__ import annotations

import json
import os
import selectors
import threading
import time
from typing import Any

#: Bytes kept of what a system prints: the first half of it and the last half.
MOST_OUTPUT_BYTES = 64 * 1024

_MOST_NEWS_BYTES = 64 * 1024


class LauncherError(Exception):
    """No process can be started: an error of ours, never of the answer."""


class Output:
    """What a process printed: everything is read, the first and last part are kept."""

    def __init__(self, most: int = MOST_OUTPUT_BYTES) -> None:
        self._half = most // 2
        self._head, self._tail, self._total = b"", b"", 0

    def add(self, data: bytes) -> None:
        self._total += len(data)
        room = self._half - len(self._head)
        self._head, data = self._head + data[:room], data[room:]
        self._tail = (self._tail + data)[-self._half :]

    @property
    def text(self) -> str:
        dropped = self._total - len(self._head) - len(self._tail)
        middle = f"\n[... {dropped} bytes left out ...]\n".encode() if dropped else b""
        return (self._head + middle + self._tail).decode("utf-8", "replace")


class Process:
    """One system's process tree, held by its keeper's control pipe."""

    def __init__(self, status: int, output: int, control: int) -> None:
        self.output = Output()
        self._control: int | None = control
        self._lock = threading.Lock()
        self._news: dict[str, Any] = {}
        self._changed = threading.Condition()
        self._gone = False
        self._reader = threading.Thread(target=self._read, args=(status, output), daemon=True)
        self._reader.start()

    def wait_ready(self, seconds: float) -> str | None:
        """Wait until the system serves: None, or why it does not.

        A system that is not ready in time is stopped. Raises LauncherError when it could not even
        be confined.
        """
        deadline = time.monotonic() + seconds
        with self._changed:
            self._changed.wait_for(
                lambda: self._gone or self._news.keys() - {"confined"},
                max(0.0, deadline - time.monotonic()),
            )
            news = dict(self._news)
        if news.get("ready") is True:
            return None
        if "broken" in news:
            self.stop()
            raise LauncherError(str(news["broken"]))
        if "failed" in news:
            return str(news["failed"])
        ended = self._gone or "ended" in news
        self.stop()
        if ended:
            return "The process ended before it was ready to serve." + self._last_words()
        return f"It was not ready to serve within {seconds:.0f} s." + self._last_words()

    @property
    def alive(self) -> bool:
        return not self._gone and "ended" not in self._news

    def stop(self) -> None:
        """Kill the process tree and wait until none of it is left."""
        with self._lock:
            if self._control is not None:
                os.close(self._control)
                self._control = None
        self._reader.join()

    def _last_words(self) -> str:
        last = self.output.text.strip()[-2000:]
        return f" It printed last:\n{last}" if last else ""

    def _read(self, status: int, output: int) -> None:
        """Read both pipes until the keeper has closed its end of `status`."""
        pending = b""
        with selectors.DefaultSelector() as selector:
            selector.register(status, selectors.EVENT_READ)
            selector.register(output, selectors.EVENT_READ)
            while selector.get_map():
                for key, _ in selector.select():
                    data = os.read(key.fd, 65536)
                    if not data:
                        selector.unregister(key.fd)
                    elif key.fd == output:
                        self.output.add(data)
                    else:
                        *lines, pending = (pending + data)[:_MOST_NEWS_BYTES].split(b"\n")
                        self._hear(lines)
        os.close(status)
        os.close(output)
        with self._changed:
            self._gone = True
            self._changed.notify_all()

    def _hear(self, lines: list[bytes]) -> None:
        """Take in status lines. They come from the answer's process: anything odd is no news."""
        for line in lines:
            try:
                news = json.loads(line)
            except ValueError:
                continue
            if isinstance(news, dict):
                with self._changed:
                    if "confined" in self._news:
                        news.pop("broken", None)  # from here on it is the answer's word
                    self._news = news | self._news
                    self._changed.notify_all()
