"""Orders: what a launcher asks of its zygote, over a unix socket that carries descriptors too.

The zygote writes nothing to that socket: an order that wants a reply brings the way for it. So
several processes may give orders through copies of one socket.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import struct
from collections.abc import Sequence

#: Fork a process for the action of this number in entry.ACTIONS; beside it come its descriptors:
#: listener, status, output, control, text.
START = b"!"

#: Tell how well it confines, as JSON, once it knows.
LEVEL = b"?"

#: Hand out a socket of the zygote's network: one that listens on the given port (0: a free one), or
#: one that can connect.
LISTEN, CONNECT = b"l", b"c"

LOOPBACK = "127.0.0.1"
BACKLOG = 128

_ORDER, _REPLY = struct.Struct("!cH"), struct.Struct("!i")
_MOST_DESCRIPTORS = 5
_MOST_LEVEL_BYTES = 1 << 16


def send(
    orders: socket.socket, kind: bytes, number: int = 0, descriptors: Sequence[int] = ()
) -> None:
    """Give an order. Raises OSError when nobody takes it."""
    socket.send_fds(orders, [_ORDER.pack(kind, number)], descriptors)


def receive(orders: socket.socket) -> tuple[bytes, int, list[int]]:
    """The next order: kind, number, descriptors. The kind is empty when the other end is closed."""
    order, descriptors, _, _ = socket.recv_fds(orders, _ORDER.size, _MOST_DESCRIPTORS)
    return (*(_ORDER.unpack(order) if order else (b"", 0)), descriptors)


def is_over(orders: socket.socket) -> bool:
    """Whether nobody can give orders any more; false while some are waiting."""
    ready, _, _ = select.select([orders], [], [], 0)
    return bool(ready) and not orders.recv(1, socket.MSG_PEEK)


def ask_level(orders: socket.socket, seconds: float) -> bytes:
    """Ask for the level and wait for it; it is empty when the zygote has ended. Raises OSError
    when it takes longer than so many seconds, too."""
    with _way_back(orders, LEVEL) as back:
        back.settimeout(seconds)
        return back.recv(_MOST_LEVEL_BYTES)


def ask_socket(orders: socket.socket, kind: bytes, port: int = 0) -> socket.socket:
    """Order a socket, and wait for it. Raises OSError when it is not to be had."""
    with _way_back(orders, kind, port) as back:
        said, descriptors, _, _ = socket.recv_fds(back, _REPLY.size, 1)
    number = _REPLY.unpack(said)[0] if said else errno.EPIPE
    if number:
        raise OSError(number, os.strerror(number))
    return socket.socket(fileno=descriptors[0])


def reply(back: int, kind: bytes, port: int, level: bytes) -> None:
    """The zygote's side of what is asked. back: the descriptor that came with the order."""
    with socket.socket(fileno=os.dup(back)) as way, contextlib.suppress(BrokenPipeError):
        if kind == LEVEL:
            way.sendall(level)
            return
        try:
            made = open_listener(port) if kind == LISTEN else socket.socket()
        except OSError as error:
            way.sendall(_REPLY.pack(error.errno or errno.EIO))
            return
        with made:
            socket.send_fds(way, [_REPLY.pack(0)], [made.fileno()])


def open_listener(port: int = 0) -> socket.socket:
    """A socket that listens on the loopback of this process's network."""
    return socket.create_server((LOOPBACK, port), backlog=BACKLOG)


def _way_back(orders: socket.socket, kind: bytes, port: int = 0) -> socket.socket:
    """Give an order that wants a reply; the end of the way where it comes out."""
    ours, theirs = socket.socketpair()
    with theirs:
        send(orders, kind, port, [theirs.fileno()])
    return ours
