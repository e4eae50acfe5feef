"""A process of the pool: grades one notebook after another, until it is told to end."""

from __future__ import annotations

import multiprocessing
import multiprocessing.util
import os
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import garbage, interrupts
from workbench.course import load_course
from workbench.grading.result import NotebookResult
from workbench.running.zygote_process import ZygoteProcess

# Only whoever grades imports what grades. The command that has it done by others is ready sooner.
if TYPE_CHECKING:
    from workbench.grading.opening import CachedEngine

#: Seconds in which a process that is told to end may leave everything in order.
GRACE = 5.0

# A pool's workers have nowhere else to keep what they opened: one engine a process.
_engine: CachedEngine | None = None


def open_worker(
    fresh: bool, require_sandbox: str, zygote: ZygoteProcess | None, end: Connection
) -> None:
    """Get ready in a process of the pool. It ends once the other side of `end` is closed."""
    global _engine
    interrupts.ignore()  # whoever grades is interrupted, and tells us
    with garbage.imports():
        from workbench.grading.opening import CachedEngine

    _engine = CachedEngine(fresh=fresh, require_sandbox=require_sandbox, zygote=zygote)
    # A worker's atexit is not run; this is.
    multiprocessing.util.Finalize(None, _engine.close, exitpriority=10)
    threading.Thread(target=_wait_for_the_end, args=(end, _engine), daemon=True).start()


def grade(path: Path) -> NotebookResult:
    """The notebook's result. Raises KeyboardInterrupt when the process is to end."""
    from workbench.grading.notebook import grade_notebook

    assert _engine is not None  # noqa: S101 - the pool's initializer opened it
    return grade_notebook(path, load_course(), _engine)


def _wait_for_the_end(end: Connection, engine: CachedEngine) -> None:
    """A worker waits for work forever, also when whoever gave it is gone.

    When that was killed, it ends at once: a check that goes on while its systems are taken down
    would refuse a right answer, and the verdict would be kept. When it was interrupted, the answer
    at hand may be finished, so that its databases and folders go; its verdict is not kept.
    """
    end.poll(None)
    engine.end()
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101 - a pool started this process
    parent.join(GRACE)
    os._exit(1)
