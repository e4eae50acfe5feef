"""Grading many notebooks on the cores of one machine."""

from __future__ import annotations

import multiprocessing
import multiprocessing.util
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import garbage
from workbench.course import load_course
from workbench.grading.result import NotebookResult
from workbench.running.launcher import shared_zygote
from workbench.running.zygote_process import ZygoteProcess

# Only whoever grades imports what grades. The command that has it done by others is ready sooner.
if TYPE_CHECKING:
    from workbench.grading.opening import CachedEngine

#: How often a notebook is tried when the worker that had it is gone.
TRIES = 3


class WorkersLost(Exception):
    """Workers kept ending. What was finished is kept; the message says what to do."""


def grade_all(
    paths: Sequence[Path], *, jobs: int, fresh: bool, require_sandbox: str = ""
) -> Iterator[tuple[Path, NotebookResult]]:
    """Grade notebooks with `jobs` processes; each result as soon as it is there.

    fresh: judge again what has a kept result; require_sandbox: the weakest level to grade at. A
    worker that is killed costs nothing but time: its notebooks are given to others. Raises
    WorkersLost after TRIES rounds.
    """
    if jobs == 1:
        with garbage.imports():
            from workbench.grading.notebook import grade_notebook
            from workbench.grading.opening import CachedEngine
        with CachedEngine(fresh=fresh, require_sandbox=require_sandbox) as engine:
            course = load_course()
            for path in paths:
                yield path, grade_notebook(path, course, engine)
        return
    left = list(paths)
    for _ in range(TRIES):
        for path, result in _round(left, jobs, fresh, require_sandbox):
            left.remove(path)
            yield path, result
        if not left:
            return
    raise WorkersLost(
        f"The workers ended {TRIES} times; {len(left)} notebooks are not graded, the first is "
        f"{left[0]}. Run the same command again: it goes on where it stopped. Does the machine "
        "have enough memory (about 250 MB a job)?"
    )


def _round(
    paths: list[Path], jobs: int, fresh: bool, require_sandbox: str
) -> Iterator[tuple[Path, NotebookResult]]:
    """One pool's work: what it finishes before all is done, or before it breaks."""
    # Spawned, not forked: a copy of this process would share its connections.
    with (
        shared_zygote() as zygote,
        ProcessPoolExecutor(
            min(jobs, len(paths)),
            multiprocessing.get_context("spawn"),
            _open,
            (fresh, require_sandbox, zygote),
        ) as pool,
    ):
        futures: dict[Future[NotebookResult], Path] = {
            pool.submit(_grade, path): path for path in paths
        }
        for future in as_completed(futures):
            try:
                result = future.result()
            except BrokenProcessPool:
                continue
            yield futures[future], result


# A pool's workers have nowhere else to keep what they opened: one engine a process.
_engine: CachedEngine | None = None


def _open(fresh: bool, require_sandbox: str, zygote: ZygoteProcess | None) -> None:
    global _engine
    with garbage.imports():
        from workbench.grading.opening import CachedEngine

    _engine = CachedEngine(fresh=fresh, require_sandbox=require_sandbox, zygote=zygote)
    # A worker's atexit is not run; this is.
    multiprocessing.util.Finalize(None, _engine.close, exitpriority=10)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker waits for work forever, also when whoever gave it was killed.

    At once, like a killed one: a check that goes on while its systems are taken down would refuse
    a right answer, and the verdict would be kept.
    """
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101 - a pool started this process
    parent.join()
    os._exit(1)


def _grade(path: Path) -> NotebookResult:
    from workbench.grading.notebook import grade_notebook

    assert _engine is not None  # noqa: S101 - the pool's initializer opened it
    return grade_notebook(path, load_course(), _engine)
