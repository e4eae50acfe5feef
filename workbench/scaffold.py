"""`workbench new`: the folder of a new exercise, ready to be filled."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.course import CourseError, Lab

ID = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")

TOML = """title = "{title}"
replaces = "{replaces}"
minutes = 30
objectives = [
    "What the learner can do afterwards, in a sentence.",
]
hints = [
    "A nudge towards the text, never the code.",
]
"""

CHECKS = '''"""What is judged, and over which door."""

from __future__ import annotations

from workbench.checking import App, check, expect


@check(points=1)
def answers(app: App) -> None:
    """The line that the learner reads."""
    expect.status(app.get("/healthz"), 200)
'''

SQL_CHECKS = '''"""What is judged, and over which door."""

from __future__ import annotations

from workbench.checking import Social, check


@check(points=1, runs="social")
def is_built_on(app: Social) -> None:
    """The rest of the schema can be built on it."""
    app.complete()
'''

WRONG = '''"""Mistakes that people make."""

from workbench.alternatives import Wrong

WRONG: list[Wrong] = []
'''


def new_exercise(lab: Lab, id: str, replaces: str, root: Path) -> list[Path]:  # noqa: A002
    """Make the folder of an exercise that replaces the part at `replaces` below `root`.

    Returns the files made. Raises CourseError for an id that is not `subject.task`, an exercise
    that is there, or a part that is not.
    """
    folder, part = lab.folder / id, root / replaces
    if not ID.fullmatch(id):
        raise CourseError(f"{id!r} is no id: write subject.task, in small letters.")
    if folder.exists():
        raise CourseError(f"{folder} is there already.")
    if not part.is_file():
        raise CourseError(f"{replaces} is no file: write the part first; it is the reference.")
    title = id.rpartition(".")[2].replace("_", " ").capitalize()
    texts = {
        folder / "exercise.toml": TOML.format(title=title, replaces=replaces),
        folder / f"starter{part.suffix}": part.read_text(encoding="utf-8"),
        folder / "checks.py": SQL_CHECKS if part.suffix == ".sql" else CHECKS,
        folder / "wrong.py": WRONG,
    }
    (folder / "right").mkdir(parents=True)
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8")
    return list(texts)
