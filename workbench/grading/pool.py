"""Grading many notebooks on the cores of one machine."""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from workbench import garbage, interrupts
from workbench.course import load_course
from workbench.grading.pool_worker import grade, open_worker
from workbench.grading.result import NotebookResult
from workbench.running.launcher import shared_zygote

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
    if not paths:
        return
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
    spawning = multiprocessing.get_context("spawn")
    end, alive = spawning.Pipe(duplex=False)
    with (
        shared_zygote() as zygote,
        alive,
        end,
        ProcessPoolExecutor(
            min(jobs, len(paths)), spawning, open_worker, (fresh, require_sandbox, zygote, end)
        ) as pool,
    ):
        try:
            with interrupts.held_back():
                futures = {pool.submit(grade, path): path for path in paths}
            for future in as_completed(futures):
                with contextlib.suppress(BrokenProcessPool):
                    yield futures[future], future.result()
        except BaseException:  # Ctrl-C, here or where the results are taken
            with interrupts.held_back():
                alive.close()
                pool.shutdown(cancel_futures=True)
            raise
