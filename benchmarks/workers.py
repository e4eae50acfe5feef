"""Two workers beside one, and the memory of each."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import psutil

from benchmarks.checkouts import copy_checkout
from benchmarks.measuring import Size, take_turns
from benchmarks.report import Section, Target

LAB = "week01_catalog"

ONE, TWO = "--jobs 1", "--jobs 2"

#: Seconds between two looks at the memory.
INTERVAL = 0.5

#: What stands in the command lines of workers, and of a zygote and the systems that it has forked.
GRADING = ("spawn_main", "workbench.running.zygote")

TEXT = """
{count} submissions of week 1 that pass every check, judged anew. Memory is half of what the two
workers of `--jobs 2` held at their largest, with their zygote and the systems of their answers;
each page that processes share is divided among them (PSS; where the platform does not tell, RSS,
which counts shared pages twice). PostgreSQL and Redis are shared by all workers and not in it.
What two workers can gain on two cores is bounded by what one leaves idle: the column of cores says
how many it keeps busy.

By these figures 10 submissions of week 1 take {ten:.0f} minutes on one machine of two cores, and
10,000 take {many:.0f} hours of one core, on however many machines they are spread.
"""


class Watch(threading.Thread):
    """Notes the largest memory of all that grades, in MiB, while a command runs."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.largest = 0.0
        self._end = threading.Event()

    def run(self) -> None:
        while not self._end.wait(INTERVAL):
            tree = psutil.Process().children(recursive=True)
            self.largest = max(self.largest, sum(memory(one) for one in tree if _grades(one)))

    def stop(self) -> None:
        self._end.set()
        self.join()


def memory(process: psutil.Process) -> float:
    """MiB of a process, shared pages divided among those who share them where that is known."""
    try:
        held = process.memory_full_info()
    except psutil.Error:  # it has ended meanwhile
        return 0.0
    return float(getattr(held, "pss", held.rss)) / 2**20


def _grades(process: psutil.Process) -> bool:
    try:
        line = " ".join(process.cmdline())
    except psutil.Error:
        return False
    return any(name in line for name in GRADING)


def measure(size: Size) -> Section:
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as name:
        checkout = copy_checkout(Path(name) / "course")
        count = 2 * size.week
        checkout.submit(LAB, count)
        one, two = (checkout.grading(jobs, LAB, count, *jobs.split()) for jobs in (ONE, TWO))
        watch = Watch()
        watch.start()
        two.run()  # unmeasured: initdb, the template of the tables, and looking at the memory
        watch.stop()
        costs = take_turns([one, two], size.rounds)
    rows = [
        [f"`workbench grade {name}`", f"{costs[ONE].wall / cost.wall:.2f}", f"{cost.wall:.2f} s",
         f"{cost.cpu:.2f} s", f"{cost.cpu / cost.wall:.2f}"]
        for name, cost in costs.items()
    ]  # fmt: skip
    rows.append(["memory of a worker", "", f"{watch.largest / 2:.0f} MiB", "", ""])
    gain = costs[ONE].wall / costs[TWO].wall
    target = Target("throughput of two workers by that of one", "at least 1.8 times",
                    f"{gain:.2f} times", gain >= 1.8)  # fmt: skip
    head = ("", "throughput", "wall a submission", "processor", "cores kept busy")
    text = TEXT.format(
        count=count, ten=10 * costs[TWO].wall / 60, many=10_000 * costs[TWO].cpu / 3600
    )
    return Section("Workers", text, head, rows, [target])
