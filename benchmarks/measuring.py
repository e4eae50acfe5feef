"""What every benchmark uses: the cost of a command, and commands that take turns.

Other work on the machine slows whatever runs beside it. So commands that are compared take turns
(A B C A B C ...), medians are compared, and processor time stands beside wall-clock time.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from workbench.bench.embedded import Embedded

#: All that a benchmark starts runs on these many cores, however many there are.
CORES = 2

#: Where Linux keeps files in memory.
MEMORY = Path("/dev/shm")  # noqa: S108 - what is made in it has a name of its own


@dataclass(frozen=True)
class Size:
    """How much is measured: turns of what is compared, submissions of week 1 in each of them,
    submissions that one worker grades in a row, requests of the load test in each turn, and users
    of the social network (200, 2000 or 20000)."""

    rounds: int = 3
    week: int = 5
    row: int = 200
    load: int = 4000
    users: int = 20_000


@dataclass(frozen=True)
class Cost:
    """Seconds of wall-clock and of processor time; MiB of the largest single process."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True)
class Contender:
    """A command to be measured.

    submissions: how many it grades; prepare: puts its folder into the state to start from, not
    measured; confirm: raises SystemExit when the command has not given the marks that are due.
    bench: the folder of the embedded bench that it starts and that is stopped after it, whose
    processor time counts as its own.
    """

    name: str
    command: Sequence[str | Path]
    folder: Path
    environ: Mapping[str, str]
    submissions: int
    prepare: Callable[[], None]
    confirm: Callable[[str], None]
    bench: Path | None = None

    def run(self) -> Cost:
        """Run the command once. Raises SystemExit with what it said when it fails."""
        self.prepare()
        log = self.folder / "benchmark.log"
        with log.open("wb") as said:
            began = time.perf_counter()
            process = subprocess.Popen(
                [str(part) for part in self.command],
                cwd=self.folder, env=self.environ, stdin=subprocess.DEVNULL,
                stdout=said, stderr=subprocess.STDOUT,
            )  # fmt: skip
            # Not wait(): this tells what the command and all its children used.
            _, status, used = os.wait4(process.pid, 0)
            wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        text = log.read_text(encoding="utf-8", errors="replace")
        if process.returncode != 0:
            raise SystemExit(f"{self.name} exited with {process.returncode}:\n{text[-3000:]}")
        self.confirm(text)
        services = _end_bench(self.bench) if self.bench else 0.0
        unit = 1024 if sys.platform == "linux" else 1024 * 1024  # ru_maxrss: KiB, on macOS bytes
        return Cost(wall, used.ru_utime + used.ru_stime + services, used.ru_maxrss / unit)


def take_turns(contenders: Sequence[Contender], rounds: int) -> dict[str, Cost]:
    """The median cost of one submission with each contender; all of them run in every round."""
    costs: dict[str, list[Cost]] = {one.name: [] for one in contenders}
    for number in range(1, rounds + 1):
        for one in contenders:
            print(f"  round {number} of {rounds}: {one.name}", file=sys.stderr, flush=True)
            cost = one.run()
            per = one.submissions
            costs[one.name].append(Cost(cost.wall / per, cost.cpu / per, cost.peak))
    return {name: median(found) for name, found in costs.items()}


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each figure, on its own."""
    figures = zip(*((one.wall, one.cpu, one.peak) for one in costs), strict=True)
    return Cost(*map(statistics.median, figures))


def keep_to_cores() -> None:
    """Confine this process and all that it starts to CORES cores, where the platform can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])


@contextmanager
def files_in_memory() -> Iterator[None]:
    """Have the temporary files of all contenders in memory, where there is some.

    Else their speed is that of the disk, and of a file system that other work fills. The page says
    where they lay.
    """
    if not os.access(MEMORY, os.W_OK):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="workbench-bench-", dir=MEMORY) as folder:
        Path(folder).chmod(0o711)  # root's servers run as nobody, who passes through
        os.environ["TMPDIR"], tempfile.tempdir = folder, None
        yield


def fresh_copy(original: Path, copy: Path) -> None:
    """Make `copy` a copy of the folder `original`, whatever it was."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(original, copy, symlinks=True)


def bench_seconds(folder: Path) -> float:
    """Processor seconds that the embedded bench in `folder` has used since it was started."""
    state = Embedded(folder).status()
    if not state["running"]:
        return 0.0
    supervisor, used = psutil.Process(state["pid"]), 0.0
    for process in [supervisor, *supervisor.children(recursive=True)]:
        # Of its ended children, too: a session of PostgreSQL is a process.
        times = process.cpu_times()
        used += times.user + times.system + times.children_user + times.children_system
    return used


def _end_bench(folder: Path) -> float:
    used = bench_seconds(folder)
    Embedded(folder).down()
    return used
