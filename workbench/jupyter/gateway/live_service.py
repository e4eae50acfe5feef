"""One service behind the live gateway: it keeps what it is asked, and plays what it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from socket import socket

from workbench.checking.upstream import MOST_ASKED, Answer, Asked, Upstream
from workbench.closing import Closing


@dataclass
class Exchanged:
    """A request that reached the service, and what it was answered: None while it is not."""

    asked: Asked
    status: int | None = None


class LiveService(Closing):
    """Passes every request on to the real service, unless it is told to play one. Thread-safe."""

    def __init__(self, listener: socket, real: Callable[[Asked], Answer]) -> None:
        """listener: see Upstream; real: the real service's answer."""
        self._real = real
        self._lock = threading.Lock()
        self._kept: list[Exchanged] = []
        self._played: list[Answer] = []
        self._delay = 0.0
        self._woken = threading.Event()  # nobody waits for a delay any longer
        self._refusal = ExitStack()
        self._refuses = False
        self._upstream = Upstream(listener)
        self._upstream.answer_by(self._answer)
        self.url, self.port = self._upstream.url, self._upstream.port

    @property
    def kept(self) -> list[Exchanged]:
        """What has reached it since it last forgot, in order."""
        with self._lock:
            return list(self._kept)

    def forget(self) -> None:
        with self._lock:
            self._kept = []
        self._upstream.forget()

    def play(self, answers: Sequence[Answer]) -> None:
        """The next answers, one for each request; the last one stays. It listens again."""
        self._listen()
        with self._lock:
            self._played = list(answers)

    def delay(self, seconds: float) -> None:
        """From now on each answer waits so long."""
        with self._lock:
            self._delay = seconds

    def refuse(self) -> None:
        """From now on nobody listens."""
        if not self._refuses:
            self._refusal.enter_context(self._upstream.refuse())
            self._refuses = True

    def recover(self) -> None:
        """From now on the real service answers, at once."""
        with self._lock:
            self._played, self._delay = [], 0.0
            self._woken.set()
            self._woken = threading.Event()
        self._listen()

    def close(self) -> None:
        self.recover()
        self._upstream.close()

    def _listen(self) -> None:
        self._refusal.close()
        self._refuses = False

    def _answer(self, asked: Asked) -> Answer:
        exchanged = Exchanged(asked)
        with self._lock:
            if len(self._kept) < MOST_ASKED:
                self._kept.append(exchanged)
            played = self._played
            next_one = (played.pop(0) if len(played) > 1 else played[0]) if played else None
            delay, woken = self._delay, self._woken
        if delay:
            woken.wait(delay)
        answer = self._real(asked) if next_one is None else next_one
        exchanged.status = answer.status
        return answer
