"""Week 1, every check: the cost of a submission, of the sandbox, and of judging from outside."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from benchmarks.checkouts import Checkout, copy_checkout
from benchmarks.measuring import Contender, Size, take_turns
from benchmarks.report import Section, Target
from workbench.checking.check import load_checks
from workbench.course import load_course
from workbench.paths import root

LAB = "week01_catalog"

#: Those whose checks ask for nothing but a served backend, which can be had bare: no second
#: process, no settings, no lost service.
EXERCISES = ("catalog.models", "catalog.schemas", "catalog.listing")

CONFINED, OPEN, BARE = "workbench grade", "the same without the sandbox", "the same checks, bare"

#: Put at the end of sandbox.py, this leaves limits on resources, and no confinement.
_NO_SANDBOX = '''

def find_sandbox() -> Sandbox:  # noqa: F811
    """Confine nothing: to measure what confining costs."""
    return Sandbox(Level("limits", "measured without"), own_users=False, restrict=None)
'''

TEXT = """
{count} submissions that pass every check of week 1's first three exercises, one worker. Without
the sandbox: Landlock, seccomp and the user of its own are left out, limits on resources stay.
Bare: one pytest process that serves the reference backend in a thread and runs the same checks on
it, with a database of their own wherever they have one otherwise, and nothing else: no overlay,
no process for the answer, no relay, no report (benchmarks/bare_checks.py). Starting the commands
and the services counts in all three.
"""


def measure(size: Size) -> Section:
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as name:
        confined, opened = (copy_checkout(Path(name) / one) for one in ("confined", "opened"))
        sandbox = opened.folder / "workbench/running/sandbox/sandbox.py"
        sandbox.write_text(sandbox.read_text() + _NO_SANDBOX)
        contenders = []
        for title, checkout in ((CONFINED, confined), (OPEN, opened)):
            checkout.keep(LAB, EXERCISES)
            checkout.submit(LAB, size.week)
            contenders.append(checkout.grading(title, LAB, size.week))
        contenders.append(_bare(confined, size.week))
        for one in contenders[:2]:  # unmeasured: initdb, and the template of the tables
            one.run()
        costs = take_turns(contenders, size.rounds)
    first = costs[CONFINED]
    rows = [
        [name, f"{cost.wall / first.wall:.2f}", f"{cost.cpu / first.cpu:.2f}",
         f"{cost.wall:.2f} s", f"{cost.cpu:.2f} s"]
        for name, cost in costs.items()
    ]  # fmt: skip
    sandbox_cost = first.cpu / costs[OPEN].cpu - 1
    by_bare = first.cpu / costs[BARE].cpu
    targets = [
        Target("what the sandbox adds to the processor time of week 1's checks",
               "less than 15 %", f"{100 * sandbox_cost:.0f} %", sandbox_cost < 0.15),
        Target("processor time of week 1's checks by that of the same checks run bare",
               "less than 1.5 times", f"{by_bare:.2f} times", by_bare < 1.5),
    ]  # fmt: skip
    head = ("", "wall by the first", "processor by the first", "wall a submission", "processor")
    return Section("Week 1, every check", TEXT.format(count=size.week), head, rows, targets)


def _bare(checkout: Checkout, count: int) -> Contender:
    course = load_course()
    checks = sum(len(load_checks(course.exercise(one).checks_file)) for one in EXERCISES)
    command: list[str | Path] = [
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null"),
        *("--rootdir", root(), root() / "benchmarks/bare_checks.py"),
    ]
    environ = checkout.environ | {
        "PYTHONPATH": f"{checkout.folder}:{root()}",
        "SUBMISSIONS": str(count),
    }

    def confirm(said: str) -> None:
        if not re.search(rf"\b{checks * count} passed", said):
            raise SystemExit(f"{BARE}: not all of {checks * count} passed:\n{said[-3000:]}")

    return Contender(BARE, command, checkout.folder, environ, count, lambda: None, confirm,
                     checkout.bench)  # fmt: skip
