"""`make flaky`: does a verdict hang on luck? Grades every known answer again and again under load.

Each round grades the reference, the starter, every right and every wrong answer of each exercise,
in an order of its own; twice as many at a time as there are cores, so that each is short of time.
Prints the verdicts that are not always the same, and exits with 1 when there are any.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import multiprocessing
import multiprocessing.util
import os
import random
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack

from workbench.alternatives import load_wrong
from workbench.commands.progress import Progress
from workbench.course import Exercise, load_course
from workbench.grading.engine import Engine
from workbench.grading.opening import opened_engine
from workbench.grading.result import CheckResult
from workbench.running.launcher import shared_zygote
from workbench.running.zygote_process import ZygoteProcess

#: An answer that is known: the exercise's id, and the answer's name.
Known = tuple[str, str]

#: Grades these, and gives the checks of each, in their order.
Judge = Callable[[Sequence[Known]], Iterable[Sequence[CheckResult]]]

#: Exercise, answer's name, check -> how often each status came.
Verdicts = dict[tuple[str, str, str], Counter[str]]


def answers(exercise: Exercise) -> dict[str, str]:
    """Name -> text of all that is known to be right, wrong or unfinished."""
    known = {"reference": exercise.part, "starter": exercise.starter}
    known |= {f"right {name}": text for name, text in exercise.right.items()}
    return known | {f"wrong {w.name}": w.text(exercise.part) for w in load_wrong(exercise)}


def all_known(ids: list[str]) -> list[Known]:
    """Of these exercises, or of all."""
    course = load_course()
    exercises = [course.exercise(id) for id in ids] or course.exercises  # noqa: A001
    return [(one.id, name) for one in exercises for name in answers(one)]


def repeat(judge: Judge, todo: list[Known], rounds: int, seed: int) -> Verdicts:
    """Grade everything `rounds` times."""
    verdicts: Verdicts = defaultdict(Counter)
    order = random.Random(seed)  # noqa: S311 - no secret
    # Whoever has waited long enough presses Ctrl-C, and sees what was found.
    with Progress() as progress, contextlib.suppress(KeyboardInterrupt):
        for number in range(1, rounds + 1):
            order.shuffle(todo)
            for at, (known, checks) in enumerate(zip(todo, judge(todo), strict=True), 1):
                progress.tell(f"round {number} of {rounds}: {at} of {len(todo)} answers")
                for check in checks:
                    verdicts[*known, check.id][check.status] += 1
    return verdicts


def changing(verdicts: Verdicts) -> list[str]:
    """A line for each check of an answer that did not always say the same, or met an error."""
    return [
        f"{exercise}: {answer}: {check}: "
        + ", ".join(f"{times} times {status}" for status, times in counts.most_common())
        for (exercise, answer, check), counts in sorted(verdicts.items())
        if len(counts) > 1 or "error" in counts
    ]


@contextlib.contextmanager
def workers(count: int) -> Iterator[Judge]:
    """A judge of so many processes, each with an engine of its own."""
    with shared_zygote() as zygote:
        spawn = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(count, spawn, _open, (zygote,))
        try:
            yield lambda todo: pool.map(_judge, todo)
        finally:
            pool.shutdown(cancel_futures=True)


# A worker has nowhere else to keep what it opened.
_engine: Engine | None = None
_course = functools.cache(load_course)


def _open(zygote: ZygoteProcess | None) -> None:
    global _engine
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for whoever gave it the work
    opened = ExitStack()
    _engine = opened.enter_context(opened_engine(zygote=zygote))
    multiprocessing.util.Finalize(None, opened.close, exitpriority=10)


def _judge(known: Known) -> Sequence[CheckResult]:
    assert _engine is not None
    exercise, name = _course().exercise(known[0]), known[1]
    return _engine.grade(exercise, answers(exercise)[name]).checks


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ids", nargs="*", metavar="ID", help="exercises; all unless said")
    parser.add_argument("-n", "--rounds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1),
                        help="answers graded at a time; %(default)s unless said")  # fmt: skip
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    given = parser.parse_args()
    with workers(given.jobs) as judge:
        verdicts = repeat(judge, all_known(given.ids), given.rounds, given.seed)
    found = changing(verdicts)
    print("\n".join(found))
    total = sum(map(Counter.total, verdicts.values()))
    print(f"{total} verdicts, {len(verdicts)} of them different claims, {len(found)} not stable; "
          f"--seed {given.seed}")  # fmt: skip
    return 1 if found or not verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
