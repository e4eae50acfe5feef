"""Orders: what a launcher asks of its zygote, over a unix socket that carries descriptors too."""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Sequence

#: Fork a system; beside it come its descriptors: listener, status, output, control, text.
START = b"!"

#: Hand out a socket of the zygote's network: one that listens on the given port (0: a free one), or
#: one that can connect.
LISTEN, CONNECT = b"l", b"c"

LOOPBACK = "127.0.0.1"
BACKLOG = 128

_ORDER, _ANSWER = struct.Struct("!cH"), struct.Struct("!i")
_MOST_DESCRIPTORS = 5


def send(
    orders: socket.socket, kind: bytes, port: int = 0, descriptors: Sequence[int] = ()
) -> None:
    """Give an order. Raises OSError when nobody takes it."""
    socket.send_fds(orders, [_ORDER.pack(kind, port)], descriptors)


def receive(orders: socket.socket) -> tuple[bytes, int, list[int]]:
    """The next order: kind, port, descriptors. The kind is empty when the other end has closed."""
    order, descriptors, _, _ = socket.recv_fds(orders, _ORDER.size, _MOST_DESCRIPTORS)
    return (*(_ORDER.unpack(order) if order else (b"", 0)), descriptors)


def ask(orders: socket.socket, kind: bytes, port: int = 0) -> socket.socket:
    """Order a socket, and wait for it. Raises OSError when it is not to be had."""
    send(orders, kind, port)
    answer, descriptors, _, _ = socket.recv_fds(orders, _ANSWER.size, 1)
    number = _ANSWER.unpack(answer)[0] if answer else errno.EPIPE
    if number:
        raise OSError(number, os.strerror(number))
    return socket.socket(fileno=descriptors[0])


def hand_out(orders: socket.socket, kind: bytes, port: int) -> None:
    """The zygote's side of `ask`."""
    try:
        made = open_listener(port) if kind == LISTEN else socket.socket()
    except OSError as error:
        orders.sendall(_ANSWER.pack(error.errno or errno.EIO))
        return
    with made:
        socket.send_fds(orders, [_ANSWER.pack(0)], [made.fileno()])


def open_listener(port: int = 0) -> socket.socket:
    """A socket that listens on the loopback of this process's network."""
    return socket.create_server((LOOPBACK, port), backlog=BACKLOG)
