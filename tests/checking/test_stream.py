"""A stream is read event by event, and its end or silence fails the check."""

from __future__ import annotations

import httpx
import pytest

from workbench.checking import CheckFailed
from workbench.checking.stream import Event, EventStream


def stream(text: str) -> EventStream:
    return pieces(text.encode())


def pieces(*parts: bytes) -> EventStream:
    class Parts(httpx.SyncByteStream):
        def __iter__(self):
            yield from parts

    return EventStream(httpx.Response(200, stream=Parts()), "POST /graphql")


def test_reads_event_by_event() -> None:
    opened = stream(":\n\nevent: next\ndata: {\ndata: }\n\n:\n\nevent: complete\ndata:\n\n")
    first = opened.next()
    assert (first.name, first.json) == ("next", {})
    assert opened.next() == Event("complete", "")
    assert opened.comments == 2
    with pytest.raises(CheckFailed, match="the stream ended"):
        opened.next()


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_end_as_the_standard_lets_them_however_they_are_cut(end: bytes) -> None:
    whole = b"event: next\ndata: \xe2\x80\xa8{\ndata: }\n\n".replace(b"\n", end)
    for at in range(len(whole)):
        assert pieces(whole[:at], whole[at:], b": one more\n").next() == Event("next", "\u2028{\n}")


@pytest.mark.parametrize("part", [b"x" * 65536, b"data: 1\n" * 8192, b"event\n" * 8192])
def test_an_event_without_end_is_not_kept(part: bytes) -> None:
    sent = 0

    class Endless(httpx.SyncByteStream):
        def __iter__(self):
            nonlocal sent
            while True:
                sent += len(part)
                yield part

    opened = EventStream(httpx.Response(200, stream=Endless()), "POST /graphql")
    with pytest.raises(CheckFailed, match="an event of at most 1 MiB"):
        opened.next()
    assert sent < 2 * 1024 * 1024


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
