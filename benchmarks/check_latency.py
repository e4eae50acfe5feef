"""How long `check(...)` takes in a notebook: the first time, and warm.

Each figure is wall-clock time between the kernel's request and the result, on an embedded bench in
a temporary folder. Between two checks a person reads for at least a second; the pause is not
counted, but databases are made ahead in it.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time

RUNS = 15
PAUSE_SECONDS = 1.0


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WORKBENCH_WORK"] = folder
        # After the folder is chosen: these read it.
        from workbench.course import load_course
        from workbench.jupyter.companion import Companion

        with Companion() as companion:
            print(
                f"{'exercise':<20}{'first':>10}{'median':>10}{'worst':>10}   seconds, {RUNS} runs"
            )
            for exercise in load_course().exercises:
                times = []
                for _ in range(RUNS):
                    began = time.perf_counter()
                    companion.ask("check", exercise=exercise.id, answer=exercise.part)
                    times.append(time.perf_counter() - began)
                    time.sleep(PAUSE_SECONDS)
                first, warm = times[0], sorted(times[1:])
                print(
                    f"{exercise.id:<20}{first:>10.2f}{statistics.median(warm):>10.2f}{warm[-1]:>10.2f}"
                )


if __name__ == "__main__":
    main()
