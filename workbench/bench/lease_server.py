"""The supervisor's side of lease_protocol.py: one thread for every client that is connected."""

from __future__ import annotations

import json
import secrets
import socketserver
from typing import Any, Protocol

from workbench.bench.server_process import HOST

GREETING_SECONDS = 5.0


class Keeper(Protocol):
    """What the server needs of the supervisor."""

    def answer(self, request: str) -> dict[str, Any] | None:
        """The reply to a client, or None when we are leaving."""

    def release(self) -> None:
        """A lease has ended."""

    def leave(self) -> None:
        """Stop, whoever holds a lease."""


class Client(socketserver.StreamRequestHandler):
    """One connection. A lease lasts until the client closes it, or dies."""

    timeout = GREETING_SECONDS
    server: LeaseServer

    def handle(self) -> None:
        request = self._request()
        if request is None:
            return
        self.connection.settimeout(None)
        keeper = self.server.keeper
        if request == "down":
            keeper.leave()
            self._wait_for_end()
            return
        reply = keeper.answer(request)
        if reply is None:
            return
        try:
            self.wfile.write(json.dumps(reply).encode() + b"\n")
            if request == "lease":
                self._wait_for_end()
        except ConnectionError:
            return  # the client died, which ends its lease like a close
        finally:
            if request == "lease":
                keeper.release()

    def _request(self) -> str | None:
        try:
            message = json.loads(self.rfile.readline(4096))
            known = secrets.compare_digest(str(message["token"]), self.server.token)
            return str(message["request"]) if known else None
        except (ValueError, KeyError, TypeError, TimeoutError, ConnectionError):
            return None  # not one of our clients

    def _wait_for_end(self) -> None:
        self.rfile.read()


class LeaseServer(socketserver.ThreadingTCPServer):
    """Listens on a free port of loopback. Its threads do not hold up the end of the process."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper
        self.token = secrets.token_urlsafe(24)
        super().__init__((HOST, 0), Client)
