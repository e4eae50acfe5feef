"""The first submissions beside the last of many: slower, or is anything left behind?"""

from __future__ import annotations

import statistics
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.measuring import Size, bench_seconds
from benchmarks.report import Section, Target
from benchmarks.workers import memory
from workbench.bench.admin_connections import Connection, connect, execute
from workbench.bench.embedded import Embedded
from workbench.course import load_course
from workbench.grading.engine import Engine
from workbench.running.runner import Runner

#: How many at each end are compared; the first few after the start are not counted.
SHARE, WARM_UP = 20, 5

EXERCISE = "catalog.models"

TEXT = """
One worker grades {count} submissions of one exercise ({exercise}), each another text, one after
the other. Compared are the medians of the first {share}, after {warm} that warm up, and of the
last {share}; what is left behind is counted after the same two, while no submission is being
graded. `make bench ARGS="endurance --row 1000"` grades a thousand.
"""


@dataclass(frozen=True)
class Left:
    """What there is between two submissions: MiB, and numbers of things."""

    memory: float
    descriptors: int
    threads: int
    processes: int
    databases: int
    roles: int
    folders: int


def measure(size: Size) -> Section:
    count = size.row
    if count <= SHARE:
        raise SystemExit(
            f"--row takes a number above {SHARE}: the first and the last are compared."
        )
    exercise = load_course().exercise(EXERCISE)
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as name:
        folder = Path(name)
        tempfile.tempdir = str(folder / "tmp")  # so that what is left behind can be counted
        (folder / "tmp").mkdir(mode=0o755)
        folder.chmod(0o755)
        bench = Embedded(folder / "bench")
        try:
            with (
                bench.acquire() as lease,
                Runner(lease.services) as runner,
                closing(connect(lease.services.postgres_url)) as opened,
            ):
                engine = Engine(runner)
                walls, cpus, lefts = [], [], []
                for number in range(WARM_UP + count):
                    began, used = time.perf_counter(), _seconds(bench.folder)
                    result = engine.grade(exercise, f"{exercise.part}\n# {number}\n")
                    walls.append(time.perf_counter() - began)
                    cpus.append(_seconds(bench.folder) - used)
                    if result.score != result.max_score:
                        raise SystemExit(f"Submission {number} failed: {result}")
                    if number in (WARM_UP + SHARE - 1, WARM_UP + count - 1):
                        lefts.append(_left(opened, folder))
        finally:
            tempfile.tempdir = None
            bench.down()
    return _section(count, walls[WARM_UP:], cpus[WARM_UP:], lefts)


def _seconds(bench: Path) -> float:
    """Processor seconds of this process, of the systems that have ended, and of the services."""
    used = psutil.Process().cpu_times()
    zygotes = (one.cpu_times() for one in psutil.Process().children())
    systems = sum(one.children_user + one.children_system for one in zygotes)
    return used.user + used.system + systems + bench_seconds(bench)


def _left(opened: Connection, folder: Path) -> Left:
    me = psutil.Process()
    tree = [me, *me.children(recursive=True)]
    (databases,) = execute(opened, "SELECT count(*) FROM pg_database")[0]
    (roles,) = execute(opened, "SELECT count(*) FROM pg_roles")[0]
    return Left(
        sum(map(memory, tree)), sum(one.num_fds() for one in tree), me.num_threads(), len(tree),
        databases, roles, sum(1 for _ in (folder / "tmp").rglob("*") if _.is_dir()),
    )  # fmt: skip


def _section(count: int, walls: list[float], cpus: list[float], lefts: list[Left]) -> Section:
    first, last = lefts
    rows = []
    slowdown = 0.0
    for name, seconds in (("wall", walls), ("processor", cpus)):
        start, end = (statistics.median(part) for part in (seconds[:SHARE], seconds[-SHARE:]))
        slowdown = end / start  # of the processor, which other work disturbs least
        rows.append([f"{name} a submission", f"{start:.2f} s", f"{end:.2f} s", f"{slowdown:.2f}"])
    for name, start in vars(first).items():
        end = vars(last)[name]
        unit = " MiB" if name == "memory" else ""
        rows.append([name, f"{start:.0f}{unit}", f"{end:.0f}{unit}", f"{end / max(start, 1):.2f}"])
    counted = ("descriptors", "threads", "processes", "databases", "roles", "folders")
    leaked = [name for name in counted if vars(last)[name] > vars(first)[name]]
    grown = last.memory - first.memory
    targets = [
        Target(f"processor time of the last of {count} submissions by that of the first",
               "at most 1.1 times", f"{slowdown:.2f} times", slowdown <= 1.1),
        Target(f"left behind by {count} submissions: descriptors, threads, processes, databases,"
               " roles, folders", "nothing", ", ".join(leaked) or "nothing", not leaked),
        Target(f"memory that {count} submissions added", "at most 10 MiB", f"{grown:.0f} MiB",
               grown <= 10),
    ]  # fmt: skip
    text = TEXT.format(count=count, exercise=EXERCISE, share=SHARE, warm=WARM_UP)
    head = ("", f"first {SHARE}", f"last {SHARE}", "last by first")
    return Section("The first submission and the last", text, head, rows, targets)
