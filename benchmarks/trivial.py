"""Ten questions whose answers take no time, in nbgrader's, otter's and our own form."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

LAB = "trivial"
QUESTIONS = range(10)

#: Name, title and body of each check of our own form; the part is the health probes.
CHECKS = (
    ("lives", "`/healthz` answers.", 'expect.status(app.get("/healthz"), 200)'),
    ("says_so", "It says `alive`.",
     'expect.equal(app.get("/healthz")["status"], "alive", "status")'),
    ("in_json", "It says so in JSON.",
     'expect.equal(app.get("/healthz").headers["content-type"], "application/json", "type")'),
    ("asks_nobody", "It asks PostgreSQL nothing.",
     'expect.equal(len(app.get("/healthz").statements), 0, "statements")'),
    ("has_a_head", "It answers HEAD.", 'expect.status(app.request("HEAD", "/healthz"), 200)'),
    ("is_read_only", "It refuses POST.", 'expect.status(app.post("/healthz"), 405)'),
    ("is_ready", "`/readyz` answers.", 'expect.status(app.get("/readyz"), 200)'),
    ("says_ready", "It says `ready`.",
     'expect.equal(app.get("/readyz")["status"], "ready", "status")'),
    ("ready_in_json", "It says so in JSON.",
     'expect.equal(app.get("/readyz").headers["content-type"], "application/json", "type")'),
    ("ready_is_read_only", "It refuses POST.", 'expect.status(app.post("/readyz"), 405)'),
)  # fmt: skip

_CHECK = '\n\n@check(points=1, on=probes)\ndef {0}(app: App) -> None:\n    """{1}"""\n    {2}\n'
_CHECKS = (
    "from workbench.checking import App, check, expect\n\n\n"
    'def probes(app: App) -> None:\n    """The system as it starts."""\n'
)
_EXERCISE = (
    'title = "Probes"\nreplaces = "backend/health.py"\nminutes = 1\nobjectives = []\nhints = []\n'
)
_LAB = 'title = "Ten questions"\norder = {}\nservices = []\nminutes = 10\nexercises = {}\n'


def write_graders(graders: Path, exercises: int) -> str:
    """Write a lab whose ten checks belong to one exercise, or to ten; return the lab's name."""
    lab = graders / f"trivial_{exercises}"
    share = len(CHECKS) // exercises
    ids = [f"probes.in_{exercises}_{number}" for number in range(exercises)]
    for number, id in enumerate(ids):  # noqa: A001 - the vocabulary's word
        folder = lab / id
        folder.mkdir(parents=True)
        own = CHECKS[number * share : (number + 1) * share]
        (folder / "checks.py").write_text(_CHECKS + "".join(_CHECK.format(*one) for one in own))
        (folder / "exercise.toml").write_text(_EXERCISE)
        (folder / "starter.py").write_text("# TODO\n")
    (lab / "lab.toml").write_text(_LAB.format(exercises, ids).replace("'", '"'))
    slots = "\n\n".join(f"{{{{exercise {id}}}}}" for id in ids)  # noqa: A001
    (lab / "1_probes.md").write_text(f"# Ten questions\n\n{slots}\n")
    return lab.name


def nbgrader_notebook(file: Path) -> None:
    """Write nbgrader's source version: an answer cell and a test cell for each question."""
    cells = [new_markdown_cell("# Ten questions")]
    for n in QUESTIONS:
        solution = f"def f{n}(x):\n    ### BEGIN SOLUTION\n    return x + {n}\n    ### END SOLUTION"
        cells += [
            new_code_cell(solution, metadata=_marks(f"answer{n}", solution=True)),
            new_code_cell(f"assert f{n}(1) == {n + 1}", metadata=_marks(f"test{n}", points=1)),
        ]
    _write(file, cells)


def otter_notebook(file: Path) -> None:
    """Write otter's source version of the same questions."""
    settings = "# ASSIGNMENT CONFIG\ninit_cell: true\nexport_cell: false\nrun_tests: false"
    cells = [new_raw_cell(f"{settings}\nenvironment: false")]
    for n in QUESTIONS:
        cells += [
            new_raw_cell(f"# BEGIN QUESTION\nname: q{n}\npoints: 1"),
            new_markdown_cell(f"Write `f{n}`."),
            new_raw_cell("# BEGIN SOLUTION"),
            new_code_cell(f"def f{n}(x):\n    return x + {n}  # SOLUTION"),
            new_raw_cell("# END SOLUTION"),
            new_raw_cell("# BEGIN TESTS"),
            new_code_cell(f"assert f{n}(1) == {n + 1}"),
            new_raw_cell("# END TESTS"),
            new_raw_cell("# END QUESTION"),
        ]
    _write(file, cells)


def _marks(grade_id: str, *, points: int = 0, solution: bool = False) -> dict[str, object]:
    marks = {"grade_id": grade_id, "grade": not solution, "solution": solution, "task": False,
             "locked": not solution, "schema_version": 3}  # fmt: skip
    return {"nbgrader": marks | ({} if solution else {"points": points})}


def _write(file: Path, cells: list[nbformat.NotebookNode]) -> None:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), file)
