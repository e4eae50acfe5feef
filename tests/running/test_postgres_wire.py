"""The wire reader sees every statement once, however the bytes are cut into chunks."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.running.postgres_wire import MOST_TEXT_BYTES, PostgresConversation, Statement
from workbench.running.ways import statement_log


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


def simple(text: str) -> bytes:
    return message(b"Q", text.encode() + b"\0")


def done(tag: str) -> bytes:
    return message(b"C", tag.encode() + b"\0")


READY = message(b"Z", b"I")

chunks = st.lists(st.integers(1, 40), min_size=1, max_size=30)


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    pieces, at = [], 0
    while at < len(data):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(data[at : at + size])
        at += size
    return pieces


@given(texts=st.lists(st.text(st.characters(exclude_characters="\0"), max_size=60), max_size=8),
       sizes=chunks)  # fmt: skip
def test_simple_queries_are_noted_in_order(texts: list[str], sizes: list[int]) -> None:
    log: list[Statement] = []
    talk = PostgresConversation(log)
    encoded = [text.encode("utf-8", "replace").decode() for text in texts]
    for piece in cut(b"".join(map(simple, encoded)), sizes):
        talk.from_client(piece)
    answers = b"".join(done(f"SELECT {n}") + READY for n in range(len(texts)))
    # The statements of a pipelined client are answered one after another.
    for piece in cut(answers, sizes):
        talk.from_server(piece)
    assert [one.text for one in log] == encoded


def test_a_query_has_its_tag_and_rows() -> None:
    log: list[Statement] = []
    talk = PostgresConversation(log)
    talk.from_client(simple("SELECT 1"))
    talk.from_server(done("SELECT 20") + READY)
    assert (log[0].tag, log[0].rows) == ("SELECT 20", 20)


def test_an_error_is_noted_with_its_code() -> None:
    log: list[Statement] = []
    talk = PostgresConversation(log)
    talk.from_client(simple("SELEC"))
    talk.from_server(message(b"E", b"SERROR\0C42601\0Msyntax error\0\0") + READY)
    assert log[0].error == "42601 syntax error"


def test_a_prepared_statement_counts_at_every_execution() -> None:
    log: list[Statement] = []
    talk = PostgresConversation(log)
    talk.from_client(message(b"P", b"s1\0SELECT $1\0\0\0"))
    for _ in range(3):
        bind = message(b"B", b"\0s1\0\0\0\0\0\0\0")
        talk.from_client(bind + message(b"E", b"\0\0\0\0\0") + message(b"S", b""))
        talk.from_server(done("SELECT 1") + READY)
    assert [(one.text, one.rows) for one in log] == [("SELECT $1", 1)] * 3


def test_a_long_statement_is_cut_and_the_next_one_is_still_seen() -> None:
    log: list[Statement] = []
    talk = PostgresConversation(log)
    talk.from_client(simple("SELECT '" + "x" * (3 * MOST_TEXT_BYTES) + "'") + simple("SELECT 2"))
    assert len(log[0].text) < 2 * MOST_TEXT_BYTES
    assert log[1].text == "SELECT 2"


def error(code: str, routine: str = "mdextend") -> bytes:
    fields = ("SERROR", f"C{code}", "MIt did not work", f"R{routine}", "", "")
    return message(b"E", "\0".join(fields).encode())


def test_errors_of_the_server_itself_are_told_from_those_of_statements() -> None:
    faults: list[str] = []
    talk = PostgresConversation([], faults)
    for code in ("23505", "53100", "57014", "42P01"):
        talk.from_client(simple("INSERT"))
        talk.from_server(error(code) + READY)
    assert faults == ["53100 It did not work"]
    PostgresConversation([], faults).from_server(error("57P03"))  # while connecting
    assert len(faults) == 2


def test_what_an_answer_raises_is_never_the_servers() -> None:
    faults: list[str] = []
    talk = PostgresConversation([], faults)
    talk.from_client(simple("DO $$ BEGIN RAISE disk_full; END $$"))
    talk.from_server(error("53100", "exec_stmt_raise") + READY)
    assert faults == []


def test_no_more_faults_are_kept_than_can_be_told() -> None:
    faults: list[str] = []
    talk = PostgresConversation([], faults)
    for _ in range(1000):
        talk.from_server(error("53100"))
    assert 1 <= len(faults) <= 100


def test_a_connection_that_ends_in_a_statement_is_the_servers_fault() -> None:
    faults: list[str] = []
    talk = PostgresConversation([], faults)
    talk.from_client(simple("SELECT 1"))
    talk.from_server(done("SELECT 1") + READY)
    talk.lost()
    assert faults == []
    talk.from_client(simple("SELECT 2"))
    talk.from_server(error("57P01"))  # it said goodbye
    talk.lost()
    assert faults == []
    talk.from_client(simple("SELECT 3"))
    talk.lost()
    assert [fault[:5] for fault in faults] == ["08006"]


@pytest.mark.parametrize(
    "flood",
    [
        message(b"P", b"%d\0" + b"x" * 60_000 + b"\0\0\0"),
        message(b"B", b"%d" + b"y" * 60_000 + b"\0\0\0\0\0\0\0\0\0"),
        message(b"E", b"\0\0\0\0\0"),
    ],
)
def test_what_cannot_be_followed_ends_the_conversation(flood: bytes) -> None:
    talk = PostgresConversation(statement_log())

    def send() -> None:
        for number in range(20_000):
            talk.from_client(flood.replace(b"%d", b"%02d" % (number % 100)))

    with pytest.raises(ValueError, match="can be followed"):
        send()


def test_statements_that_are_closed_make_room() -> None:
    log = statement_log()
    talk = PostgresConversation(log)
    for number in range(200):
        name = b"s%d\0" % number
        talk.from_client(message(b"P", name + b"SELECT" + b" " * 50_000 + b"\0\0\0"))
        talk.from_client(message(b"B", b"\0" + name + b"\0\0\0\0\0\0"))
        talk.from_client(message(b"E", b"\0\0\0\0\0"))
        talk.from_server(done("SELECT 1"))
        talk.from_client(message(b"C", b"S" + name))
    assert log.count == 200
