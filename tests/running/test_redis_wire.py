"""What was sent to Redis is read off the wire, however it is cut into pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.running.redis_wire import Command, RedisConversation

words = st.lists(st.text(max_size=20), min_size=1, max_size=5)


def encoded(command: list[str]) -> bytes:
    parts = [word.encode() for word in command]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts)


@given(st.lists(words, max_size=5), st.lists(st.integers(0, 400), max_size=8))
def test_commands_are_read_whole(commands: list[list[str]], cuts: list[int]) -> None:
    log: list[Command] = []
    talk, data, start = RedisConversation(log), b"".join(map(encoded, commands)), 0
    for cut in [*sorted(cuts), len(data)]:
        talk.from_client(data[start:cut])
        start = max(start, cut)
    assert log == [(name.upper(), *rest) for name, *rest in commands]


def test_long_arguments_are_cut() -> None:
    log: list[Command] = []
    RedisConversation(log).from_client(encoded(["set", "key", "x" * 5000, "EX", "9"]))
    assert log == [("SET", "key", "x" * 1024, "EX", "9")]


def test_what_is_no_command_is_not_followed() -> None:
    log: list[Command] = []
    talk = RedisConversation(log)
    for data in (b"PING\r\n", encoded(["GET", "a"]), b"*1\r\n$x\r\n"):
        talk.from_client(data)
    assert log == []


def test_a_length_below_nothing_is_not_read_for_ever() -> None:
    log: list[Command] = []
    RedisConversation(log).from_client(b"*1000000000\r\n$-7\r\n")
    assert log == []


def test_bytes_that_are_no_text_can_be_had_back() -> None:
    log: list[Command] = []
    digest = bytes(range(128, 160))
    RedisConversation(log).from_client(b"*2\r\n$3\r\nget\r\n$32\r\n%s\r\n" % digest)
    assert log[0][1].encode("utf-8", "surrogateescape") == digest


def test_a_command_counts_when_its_last_byte_has_come() -> None:
    log: list[Command] = []
    talk, data = RedisConversation(log), encoded(["SET", "key", "x" * 5000])
    talk.from_client(data[:-1])
    assert log == []
    talk.from_client(data[-1:])
    assert log == [("SET", "key", "x" * 1024)]


def test_each_byte_is_looked_at_once() -> None:
    """Words of an unfinished command leave the buffer: chunk after chunk costs the same."""
    talk = RedisConversation([])
    talk.from_client(b"*1000000\r\n" + b"$1\r\na\r\n" * 5000 + b"$1000000\r\n")
    talk.from_client(b"x" * 900_000)
    assert len(talk._buffer) == 0


def test_a_command_that_does_not_end_is_not_followed() -> None:
    for data in (
        b"*" + b"1" * 100,
        b"*1\r\n$" + b"1" * 100,
        b"*999999\r\n" + b"$1\r\na\r\n" * 300_000,
    ):
        log: list[Command] = []
        talk = RedisConversation(log)
        talk.from_client(data)
        talk.from_client(encoded(["GET", "a"]))
        assert log == []
        assert not talk._words
