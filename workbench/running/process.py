"""A started system seen from outside: is it ready, what did it print, end it."""

from __future__ import annotations

import array
import contextlib
import fcntl
import json
import os
import selectors
import termios
import threading
import time
from typing import Any

#: Bytes kept of what a system prints: the first half of it and the last half.
MOST_OUTPUT_BYTES = 64 * 1024

#: A keeper needs seconds for a fork bomb; one that takes longer is no more.
STOP_SECONDS = 60.0

_MOST_NEWS_BYTES = 64 * 1024

#: All that is kept of the news: an answer may say what it likes as often as it likes.
_NEWS = {"confined", "ready", "failed", "broken", "ended"}

#: The largest that wait() returns.
_MOST_STATUS = 0xFFFF

#: Looks into the pipe before what has been read of it is good enough.
_MOST_LOOKS = 10_000


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
        self._printing, self._pipe = threading.Lock(), output  # -1 once it is closed
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

    def wait_ended(self, seconds: float) -> int | None:
        """Wait until the process has ended of itself: its exit code.

        None when it was still at work, and was ended; or was killed. Raises LauncherError when it
        could not even be confined.
        """
        self._reader.join(seconds)
        in_time = not self._reader.is_alive()
        self.stop()
        if "broken" in self._news:
            raise LauncherError(str(self._news["broken"]))
        ended = self._news.get("ended")
        # The keeper's word, or one that the answer has written in its place.
        if not in_time or not isinstance(ended, int) or not 0 <= ended <= _MOST_STATUS:
            return None
        if not os.WIFEXITED(ended):
            return None
        return os.WEXITSTATUS(ended)

    @property
    def printed(self) -> str:
        """What the process has printed, up to what it wrote before it last answered anybody.

        A reader takes it from the pipe in its own time, so what was written is waited for; not for
        ever, as a process may write faster than it is read.
        """
        for _ in range(_MOST_LOOKS):
            with self._printing:
                if self._pipe < 0 or not _waiting(self._pipe):
                    break
            time.sleep(0)
        return self.output.text

    @property
    def alive(self) -> bool:
        return not self._gone and "ended" not in self._news

    def wait_end(self, seconds: float) -> bool:
        """Wait until the system has ended. False when its keeper never said so: it was killed."""
        with self._changed:
            self._changed.wait_for(lambda: not self.alive, seconds)
        return not self._gone or "ended" in self._news

    def terminate(self) -> None:
        """Ask the process to end of itself (SIGTERM); one that has ended already is none."""
        with self._lock, contextlib.suppress(BrokenPipeError):
            if self._control is not None:
                os.write(self._control, b"t")

    def stop(self) -> None:
        """Kill the process tree and wait until none of it is left.

        Raises LauncherError when some of it stays: its keeper was killed.
        """
        with self._lock:
            if self._control is not None:
                os.close(self._control)
                self._control = None
        self._reader.join(STOP_SECONDS)
        if self._reader.is_alive():
            raise LauncherError("A system's processes do not end, for their keeper was killed.")

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
                    with self._printing:
                        data = os.read(key.fd, 65536)
                        if key.fd == output:
                            self.output.add(data)
                    if not data:
                        selector.unregister(key.fd)
                    elif key.fd == status:
                        *lines, pending = (pending + data).split(b"\n")
                        pending = pending[-_MOST_NEWS_BYTES:]
                        self._hear(lines)
        os.close(status)
        with self._printing:
            os.close(output)
            self._pipe = -1
        with self._changed:
            self._gone = True
            self._changed.notify_all()

    def _hear(self, lines: list[bytes]) -> None:
        """Take in status lines. They come from the answer's process: anything odd is no news."""
        for line in lines:
            try:
                news = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(news, dict):
                with self._changed:
                    known = _NEWS - {"broken"} if "confined" in self._news else _NEWS
                    # From `confined` on, what is broken would be the answer's word.
                    self._news = {key: news[key] for key in known & news.keys()} | self._news
                    self._changed.notify_all()


def _waiting(pipe: int) -> int:
    """Bytes in a pipe that nobody has read yet."""
    count = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return count[0]
