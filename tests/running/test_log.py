"""Logs of what a system asked stay bounded, and tell what they no longer hold."""

from __future__ import annotations

from workbench.running.log import MOST_CHARACTERS, MOST_ENTRIES
from workbench.running.postgres_wire import MOST_TEXT_BYTES, Statement
from workbench.running.ways import command_log, statement_log


def test_a_log_tells_what_it_dropped() -> None:
    log = statement_log()
    for number in range(MOST_ENTRIES + 10):
        log.append(Statement(str(number)))
    assert log.count == MOST_ENTRIES + 10
    kept, lost = log.since(4)
    assert (lost, len(kept), kept[0].text) == (6, MOST_ENTRIES, "10")
    kept, lost = log.since(log.count - 1)
    assert (lost, [one.text for one in kept]) == (0, [str(MOST_ENTRIES + 9)])
    assert log.since(log.count) == ([], 0)


def test_a_log_of_long_statements_stays_bounded() -> None:
    log = statement_log()
    text = "x" * MOST_TEXT_BYTES
    for _ in range(2 * MOST_CHARACTERS // MOST_TEXT_BYTES):
        log.append(Statement(text))
    kept, lost = log.since(0)
    assert len(kept) * MOST_TEXT_BYTES <= MOST_CHARACTERS
    assert lost + len(kept) == log.count


def test_a_log_of_long_commands_stays_bounded() -> None:
    log = command_log()
    command = ("MSET", *["x" * 1000] * 1000)
    for _ in range(2 * MOST_CHARACTERS // 1_000_000):
        log.append(command)
    kept, lost = log.since(0)
    assert len(kept) * 1_000_000 <= MOST_CHARACTERS
    assert lost + len(kept) == log.count
