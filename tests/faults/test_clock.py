"""The machine's clock is set back, by hand or by a time server: nothing here hangs on it."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest
import strike
from marks import Grade, Marks, marks

from workbench.bench.embedded import Embedded

TEN_YEARS = 10 * 365 * 86400.0


class Clock:
    """The clock of this process, and the kernel's idea of when it started, which moves along."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._offset = 0.0
        now, boot = time.time, psutil.boot_time
        patch.setattr("time.time", lambda: now() + self._offset)
        patch.setattr("psutil.boot_time", lambda: boot() + self._offset)
        patch.setattr(psutil._psplatform, "boot_time", lambda: boot() + self._offset)

    def set_back(self) -> None:
        self._offset -= TEN_YEARS


@pytest.mark.parametrize("moment", strike.MOMENTS[:2])
def test_marks_do_not_hang_on_the_clock(
    moment: int, grade: Grade, undisturbed: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, began = Clock(monkeypatch), time.time()
    with strike.strike(clock.set_back, moment):
        results = grade()
    assert time.time() < began
    assert marks(results) == undisturbed
    assert all(one.seconds >= 0 for result in results.values() for one in result.exercises)


def test_a_running_bench_is_found_after_the_clock_was_set(
    own_bench: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Embedded(own_bench / "bench", linger=0.0)
    with bench.acquire() as lease:
        Clock(monkeypatch).set_back()
        assert bench.status()["running"] is True
        with bench.acquire() as second:
            assert second.services == lease.services
