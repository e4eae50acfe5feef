"""Passing on: what reaches a service's place is sent to the real service, and its answer back."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

from workbench.checking.upstream import Answer, Asked

#: The longest silence of a real service.
SILENCE_SECONDS = 30.0

#: They say how a body is cut into pieces on one connection, and mean nothing on the next one.
_OF_ONE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "expect"}

_NO_ANSWER = Answer(status=None)


def pass_on(asked: Asked, address: str | None) -> Answer:
    """The answer of the service at that address. Without an address, and when the service does not
    answer, the connection ends without a word."""
    if address is None:
        return _NO_ANSWER
    where = urlsplit(address)
    connection = http.client.HTTPConnection(
        where.hostname or "", where.port, timeout=SILENCE_SECONDS
    )
    try:
        connection.putrequest(asked.method, asked.target, skip_host=True, skip_accept_encoding=True)
        for name, value in asked.headers:
            if name not in _OF_ONE_CONNECTION:
                connection.putheader(name, value)
        if asked.body and not asked.all("content-length"):
            connection.putheader("content-length", str(len(asked.body)))
        connection.endheaders(asked.body or None)
        answer = connection.getresponse()
        headers = [
            (name, value)
            for name, value in answer.getheaders()
            if name.lower() not in _OF_ONE_CONNECTION
        ]
        if answer.length is None and not answer.isclosed():
            return Answer(answer.status, _pieces(connection, answer), headers)
        body = answer.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        return _NO_ANSWER
    connection.close()
    return Answer(answer.status, body, headers)


def _pieces(
    connection: http.client.HTTPConnection, answer: http.client.HTTPResponse
) -> Iterator[bytes]:
    """A body whose length nobody knows yet, as it comes."""
    try:
        while piece := answer.read1(65536):
            yield piece
    finally:
        connection.close()
