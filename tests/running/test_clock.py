"""A clock that is set from outside."""

from __future__ import annotations

from pathlib import Path

from workbench.running.clock import START, Clock, read_clock


def test_it_stands_still_until_it_is_advanced(tmp_path: Path) -> None:
    with Clock(tmp_path) as clock:
        read = read_clock(str(clock.path))
        assert read() == read() == START
        clock.advance(1.5)
        clock.advance(2)
        assert read() == START + 3.5
    assert not clock.path.exists()
