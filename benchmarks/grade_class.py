"""What a class costs: wall and CPU seconds a submission, by `--jobs`, and from kept results.

Each submission is a week-1 notebook with right answers, on which every check runs; each differs by
a comment, so that none is found among the kept results. CPU seconds are those of the command, of
the answers' processes, and of PostgreSQL and Redis, on an embedded bench of their own.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

SUBMISSIONS = int(os.environ.get("SUBMISSIONS", "10"))
ROOT = Path(__file__).resolve().parent.parent
SOLUTION = ROOT / "solutions/week01_catalog/1_resource_design.ipynb"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["WORKBENCH_WORK"] = str(folder / "work")
        os.environ["WORKBENCH_BUILD"] = str(folder / "build")
        submissions(folder / "submitted")
        run("up")
        try:
            supervisor = json.loads(run("status", "--json"))["pid"]
            print(f"{SUBMISSIONS} submissions, {os.cpu_count()} cores; a load of "
                  f"{os.getloadavg()[0]:.1f} before")  # fmt: skip
            print(f"{'':<22}{'wall':>8}{'CPU':>8}   seconds a submission")
            for arguments in (["--fresh"], ["--fresh", "--jobs", "2"], []):
                wall, cpu = measured(supervisor, "grade", *arguments, str(folder / "submitted"))
                label = " ".join(arguments) or "(kept results)"
                print(f"{label:<22}{wall / SUBMISSIONS:>8.2f}{cpu / SUBMISSIONS:>8.2f}")
        finally:
            run("down")


def submissions(folder: Path) -> None:
    for number in range(SUBMISSIONS):
        notebook = json.loads(SOLUTION.read_text())
        for cell in notebook["cells"]:
            if cell["metadata"].get("workbench", {}).get("role") == "answer":
                cell["source"] = "".join(cell["source"]) + f"\n# learner {number}\n"
        file = folder / f"learner{number}/week01_catalog/{SOLUTION.name}"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(notebook))


def run(*arguments: str) -> str:
    command = [sys.executable, "-m", "workbench.cli", *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def measured(supervisor: int, *arguments: str) -> tuple[float, float]:
    """Wall and CPU seconds of one command, with what the bench did for it."""
    bench, ours = seconds_of(supervisor), children()
    began = time.perf_counter()
    run(*arguments)
    wall = time.perf_counter() - began
    return wall, seconds_of(supervisor) - bench + children() - ours


def children() -> float:
    """CPU seconds of all processes below this one that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds_of(pid: int) -> float:
    """CPU seconds of a process, of all below it, and of those among them that have ended."""
    top = psutil.Process(pid)
    return sum(sum(one.cpu_times()[:4]) for one in (top, *top.children(recursive=True)))


if __name__ == "__main__":
    main()
