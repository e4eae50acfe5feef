"""`make flaky`: does a verdict hang on luck? Grades every known answer again and again under load.

Each round grades the reference, the starter, every right and every wrong answer of each exercise,
in an order of its own, while other processes keep the machine busy. Prints the verdicts that are
not always the same, and exits with 1 when there are any.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator

from workbench.alternatives import load_wrong
from workbench.commands.progress import Progress
from workbench.course import Exercise, load_course
from workbench.grading.engine import Engine
from workbench.grading.opening import opened_engine

#: What was graded, and the check: exercise, answer's name, check -> how often each status came.
Verdicts = dict[tuple[str, str, str], Counter[str]]


def answers(exercise: Exercise) -> dict[str, str]:
    """Name -> text of all that is known to be right, wrong or unfinished."""
    known = {"reference": exercise.part, "starter": exercise.starter}
    known |= {f"right {name}": text for name, text in exercise.right.items()}
    return known | {f"wrong {w.name}": w.text(exercise.part) for w in load_wrong(exercise)}


def repeat(engine: Engine, ids: list[str], rounds: int, seed: int) -> Verdicts:
    """Grade everything `rounds` times."""
    course = load_course()
    exercises = [course.exercise(id) for id in ids] or list(course.exercises)  # noqa: A001
    todo = [(one, name, text) for one in exercises for name, text in answers(one).items()]
    verdicts: Verdicts = defaultdict(Counter)
    order = random.Random(seed)  # noqa: S311 - no secret
    # Whoever has waited long enough presses Ctrl-C, and sees what was found.
    with Progress() as progress, contextlib.suppress(KeyboardInterrupt):
        for number in range(1, rounds + 1):
            order.shuffle(todo)
            for at, (exercise, name, text) in enumerate(todo, 1):
                progress.tell(f"round {number} of {rounds}: {at} of {len(todo)} answers")
                for check in engine.grade(exercise, text).checks:
                    verdicts[exercise.id, name, check.id][check.status] += 1
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
def load(processes: int) -> Iterator[None]:
    """Keep so many processes computing; they end with this one, however it ends."""
    busy = [multiprocessing.Process(target=_compute, args=(os.getpid(),), daemon=True)
            for _ in range(processes)]  # fmt: skip
    for one in busy:
        one.start()
    try:
        yield
    finally:
        for one in busy:
            one.kill()


def _compute(parent: int) -> None:
    while os.getppid() == parent:
        sum(range(100_000))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ids", nargs="*", metavar="ID", help="exercises; all unless said")
    parser.add_argument("-n", "--rounds", type=int, default=5)
    parser.add_argument("--load", type=int, default=os.cpu_count(), help="busy processes beside")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    given = parser.parse_args()
    with load(given.load), opened_engine() as engine:
        verdicts = repeat(engine, given.ids, given.rounds, given.seed)
    found = changing(verdicts)
    print("\n".join(found))
    total = sum(map(Counter.total, verdicts.values()))
    print(f"{total} verdicts, {len(verdicts)} of them different claims, {len(found)} not stable; "
          f"--seed {given.seed}")  # fmt: skip
    return 1 if found or not verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
