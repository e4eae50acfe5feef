"""A clock that is set from outside."""

from __future__ import annotations

from workbench.running.clock import START, Clock, read_clock


def test_it_stands_still_until_it_is_advanced() -> None:
    with Clock() as clock:
        read = read_clock(str(clock.path))
        assert read() == read() == START
        clock.advance(1.5)
        clock.advance(2)
        assert read() == START + 3.5
    assert not clock.path.exists()
