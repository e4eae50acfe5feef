"""Opening an engine: the composition root of the grading side."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from workbench.bench.choose import provider_from
from workbench.grading.engine import Engine
from workbench.paths import work_dir
from workbench.running.runner import Runner


@contextmanager
def opened_engine() -> Iterator[Engine]:
    """An engine on the bench that the environment chooses; it is closed at the end.

    Raises BenchError when the bench cannot be had.
    """
    with (
        provider_from(os.environ, work_dir() / "bench").acquire() as lease,
        Runner(lease.services) as runner,
    ):
        yield Engine(runner)
