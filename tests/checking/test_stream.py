"""A stream is read event by event, and its end or silence fails the check."""

from __future__ import annotations

import httpx
import pytest

from workbench.checking import CheckFailed
from workbench.checking.stream import Event, EventStream


def stream(text: str) -> EventStream:
    return EventStream(httpx.Response(200, content=text.encode()), "POST /graphql")


def test_reads_event_by_event() -> None:
    opened = stream(":\n\nevent: next\ndata: {\ndata: }\n\n:\n\nevent: complete\ndata:\n\n")
    first = opened.next()
    assert (first.name, first.json) == ("next", {})
    assert opened.next() == Event("complete", "")
    assert opened.comments == 2
    with pytest.raises(CheckFailed, match="the stream ended"):
        opened.next()


def test_a_comment_can_be_waited_for() -> None:
    stream(":\n\n").comment()
    for text in ("", "event: next\ndata: 1\n\n"):
        with pytest.raises(CheckFailed, match="a comment"):
            stream(text).comment()


def test_comments_are_no_event_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.checking.stream.REQUEST_SECONDS", 0.0)

    class Beating(httpx.SyncByteStream):
        def __iter__(self):
            while True:
                yield b":\n\n"

    with pytest.raises(CheckFailed, match="only comments"):
        EventStream(httpx.Response(200, stream=Beating()), "").next()


def test_data_that_is_no_json_fails_the_check() -> None:
    with pytest.raises(CheckFailed, match="data is JSON"):
        _ = Event("next", "{").json


def test_a_stream_that_says_nothing_fails_the_check() -> None:
    class Silent(httpx.SyncByteStream):
        def __iter__(self):
            raise httpx.ReadTimeout("")
            yield b""

    with pytest.raises(CheckFailed, match="nothing"):
        EventStream(httpx.Response(200, stream=Silent()), "").next()
