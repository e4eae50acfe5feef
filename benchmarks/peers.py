"""Ten trivial questions, twenty submissions: stock nbgrader, otter-grader and ours in one run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from nbgrader.api import Gradebook

from benchmarks.checkouts import Checkout, copy_checkout, environ, run
from benchmarks.measuring import Contender, Cost, Size, fresh_copy, take_turns
from benchmarks.report import Section, Target
from benchmarks.trivial import LAB, QUESTIONS, nbgrader_notebook, otter_notebook, write_graders
from workbench.paths import build_dir

SUBMISSIONS = 20

#: otter starts anew for every submission, so a few tell its throughput.
OTTER_SUBMISSIONS = 2

TEN_SUBMISSIONS = 5

OTTER = ("otter-grader==7.0.0", "ipykernel==7.4.0")

STOCK, OURS, GRADE, TWO, TEN, PEER = (
    "nbgrader autograde, stock",
    "nbgrader autograde, with our steps",
    "workbench grade",
    "workbench grade --jobs 2",
    "workbench grade --jobs 2, ten exercises",
    "otter run",
)

_CONFIG = """c = get_config()
c.CourseDirectory.course_id = "stock"
c.CourseDirectory.db_url = "sqlite:///" + {folder!r} + "/gradebook.db"
"""

TEXT = f"""
{SUBMISSIONS} submissions with full marks ({OTTER_SUBMISSIONS} for otter, which starts anew for
each, and {TEN_SUBMISSIONS} for the row of ten exercises). Stock nbgrader and {OTTER[0]} grade a
notebook of ten functions like `return x + 3`, each with one `assert`. Ours grade a lab whose
answer is the reference's health probes, judged by ten checks like "`/healthz` answers". That is
comparable: ten graded claims on one piece of running code; though ours are asked over HTTP, of a
system with its own database, in the sandbox. The row of ten exercises makes an exercise of each
check, which is ten times a system and a database: what it costs to keep ten answers apart, which
neither peer does.

Every command starts from nothing: no kept results and no services running (their start counts, in
time and processor), a kernel or a system for each submission. What is left from before is what a
class has, too: an initialised PostgreSQL, and the gradebook with the released lab. otter runs
without its sandbox, a container for each submission. Stock nbgrader and otter grade one
submission at a time; `--jobs 2` uses the second core as well.
"""


def measure(size: Size) -> Section:
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as name:
        folder = Path(name)
        contenders = [_stock(folder / "stock"), *_ours(folder / "ours")]
        trouble = install_otter()
        if trouble:
            print(trouble, file=sys.stderr)
        else:
            contenders.append(_otter(folder / "otter"))
        costs = take_turns(contenders, size.rounds)
    return _section(costs, trouble)


def install_otter() -> str:
    """Make otter's own environment below build/ unless it is there: "" or what to do."""
    if (_otter_bin() / "otter").exists():
        return ""
    venv = _otter_bin().parent
    shutil.rmtree(venv, ignore_errors=True)
    install = [_otter_bin() / "python", "-m", "pip", "install", "--quiet", *OTTER]
    for command in ([sys.executable, "-m", "venv", venv], install):
        done = subprocess.run(list(map(str, command)), check=False)
        if done.returncode:
            shutil.rmtree(venv, ignore_errors=True)
            return (
                f"otter-grader is not measured: it could not be installed into {venv}. It comes"
                " from PyPI; without a way there, set PIP_INDEX_URL to an index that you can reach,"
                " or PIP_FIND_LINKS to a folder of wheels, and run this again."
            )
    return ""


def _otter_bin() -> Path:
    return build_dir() / "otter" / "bin"


def _stock(folder: Path) -> Contender:
    course, kept = folder / "course", folder / "kept"
    kept.mkdir(parents=True)
    (kept / "nbgrader_config.py").write_text(_CONFIG.format(folder=str(course)))
    nbgrader_notebook(kept / "source" / LAB / "lab.ipynb")
    fresh_copy(kept, course)
    run(("nbgrader", "generate_assignment", LAB), course, environ(course))
    for number in range(SUBMISSIONS):
        to = course / "submitted" / f"learner{number}" / LAB
        shutil.copytree(course / "source" / LAB, to)
    fresh_copy(course, kept)
    return Contender(
        STOCK, ["nbgrader", "autograde", LAB], course, environ(course), SUBMISSIONS,
        lambda: fresh_copy(kept, course),
        lambda _: _full_marks(STOCK, course / "gradebook.db", LAB),
    )  # fmt: skip


def _ours(folder: Path) -> list[Contender]:
    checkout = copy_checkout(folder)
    shutil.rmtree(checkout.folder / "graders")
    one, ten = (write_graders(checkout.folder / "graders", exercises) for exercises in (1, 10))
    checkout.run("workbench", "build")
    checkout.run("nbgrader", "generate_assignment", one, "--create", "--force")
    checkout.submit(one, SUBMISSIONS)
    checkout.submit(ten, TEN_SUBMISSIONS)
    # Once, unmeasured: initdb and the template of the reference's tables, which stay.
    warm = checkout.grading("the first run", one, SUBMISSIONS)
    warm.run()
    build = checkout.folder / "build" / "nbgrader"
    fresh_copy(build, folder / "kept")
    plugins = Contender(
        OURS, ["nbgrader", "autograde", one], checkout.folder, checkout.environ, SUBMISSIONS,
        lambda: _forget(checkout, folder / "kept"),
        lambda _: _full_marks(OURS, build / "gradebook.db", one), checkout.bench,
    )  # fmt: skip
    return [
        plugins,
        checkout.grading(GRADE, one, SUBMISSIONS),
        checkout.grading(TWO, one, SUBMISSIONS, "--jobs", "2"),
        checkout.grading(TEN, ten, TEN_SUBMISSIONS, "--jobs", "2"),
    ]


def _forget(checkout: Checkout, kept: Path) -> None:
    fresh_copy(kept, checkout.folder / "build" / "nbgrader")
    shutil.rmtree(checkout.folder / "build" / "results", ignore_errors=True)


def _otter(folder: Path) -> Contender:
    own = environ(folder) | {"PATH": f"{_otter_bin()}:/usr/bin:/bin"}
    otter_notebook(folder / "lab.ipynb")
    run((_otter_bin() / "otter", "assign", "lab.ipynb", "dist"), folder, own)
    (archive,) = (folder / "dist" / "autograder").glob("*.zip")
    one = "{0} run --no-logo -a {1} -o out{2} dist/autograder/lab.ipynb"
    numbers = range(OTTER_SUBMISSIONS)
    script = " && ".join(one.format(_otter_bin() / "otter", archive, number) for number in numbers)

    def prepare() -> None:
        for number in numbers:
            shutil.rmtree(folder / f"out{number}", ignore_errors=True)
            (folder / f"out{number}").mkdir()

    def confirm(_: str) -> None:
        for number in numbers:
            tests = json.loads((folder / f"out{number}" / "results.json").read_text())["tests"]
            if sum(one.get("score") or 0 for one in tests) != len(QUESTIONS):
                raise SystemExit(f"{PEER} did not give full marks: {tests}")

    return Contender(PEER, ["sh", "-c", script], folder, own, OTTER_SUBMISSIONS, prepare, confirm)


def _full_marks(name: str, database: Path, lab: str) -> None:
    with Gradebook(f"sqlite:///{database}") as gradebook:
        scores = [one.score for one in gradebook.assignment_submissions(lab)]
    if scores != [len(QUESTIONS)] * SUBMISSIONS:
        raise SystemExit(f"{name} did not give full marks: {scores}")


def _section(costs: dict[str, Cost], trouble: str) -> Section:
    stock, otter = costs[STOCK], costs.get(PEER)
    rows = [
        [
            name,
            f"{stock.wall / cost.wall:.1f}",
            f"{otter.wall / cost.wall:.1f}" if otter else "-",
            f"{stock.cpu / cost.cpu:.1f}",
            f"{cost.wall:.2f} s",
            f"{cost.cpu:.2f} s",
            f"{cost.peak:.0f} MiB",
        ]
        for name, cost in costs.items()
    ]
    targets = []
    for name in (OURS, GRADE, TWO):
        targets.append(_target(name, "stock nbgrader autograde", stock.wall / costs[name].wall, 5))
    if otter:
        for name in (OURS, GRADE, TWO):
            targets.append(_target(name, "otter run", otter.wall / costs[name].wall, 20))
    head = ("", "times stock's throughput", "times otter's", "stock's processor time by this",
            "wall a submission", "processor", "largest process")  # fmt: skip
    text = f"{TEXT}\n{trouble}" if trouble else TEXT
    return Section("Ten trivial questions, beside nbgrader and otter", text, head, rows, targets)


def _target(name: str, peer: str, ratio: float, least: int) -> Target:
    what = f"throughput of `{name}` by that of {peer}"
    return Target(what, f"at least {least} times", f"{ratio:.1f} times", ratio >= least)
