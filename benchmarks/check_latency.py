"""How long `check(...)` takes in a notebook: the first time, and warm."""

from __future__ import annotations

import os
import statistics
import tempfile
import time

from benchmarks.measuring import Size
from benchmarks.report import Section

RUNS = 5
PAUSE_SECONDS = 1.0

TEXT = f"""
Wall-clock time between the kernel's request and the result, for the reference as the answer, on an
embedded bench of its own; {RUNS} runs of each lab's first exercise. Between two checks a person
reads for at least a second; the pause is not counted, but databases are made ahead in it.
"""


def measure(_: Size) -> Section:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WORKBENCH_WORK"] = folder
        # After the folder is chosen: these read it.
        from workbench.course import load_course
        from workbench.jupyter.companion import Companion

        with Companion() as companion:
            for exercise in (lab.exercises[0] for lab in load_course().labs):
                times = []
                for _run in range(RUNS):
                    began = time.perf_counter()
                    companion.ask("check", exercise=exercise.id, answer=exercise.part)
                    times.append(time.perf_counter() - began)
                    time.sleep(PAUSE_SECONDS)
                first, warm = times[0], sorted(times[1:])
                figures = (first, statistics.median(warm), warm[-1])
                rows.append([f"`{exercise.id}`", *(f"{one:.2f} s" for one in figures)])
    head = ("exercise", "first", "median", "worst")
    return Section("A check in the notebook", TEXT, head, rows)
