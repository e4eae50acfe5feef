"""A course of one lab that needs no services: two notebooks, three exercises, scripted checks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workbench.course import Course, load_course

LAB = "week99_small"
FIRST, SECOND = "1_first", "2_second"

#: What stands in the reference's parts, and must reach no learner.
SECRET = "only for instructors"

_STORY_1 = """# A small lab

It has *two* notebooks.

## First

```python
print("a live demo")
```

```json
{"not": "a cell"}
```

{{exercise small.one}}

{{exercise small.two}}

## Last words

Done.
"""

_STORY_2 = "# The second notebook\n\n{{exercise small.three}}\n"

_CHECKS = '''"""Checks that only the scripted engine runs."""

from workbench.checking import App, check


@check(points=2)
def alpha(app: App) -> None:
    """The answer says `alpha`."""


@check(points=3)
def beta(app: App) -> None:
    """The answer says beta."""


@check(points=5, hidden=True)
def gamma(app: App) -> None:
    """The answer says gamma, a secret wish."""
'''


def make_course(folder: Path) -> Course:
    """Write the course's graders/ and parts below `folder`, and load it."""
    lab = folder / "graders" / LAB
    for id, suffix in (("small.one", "py"), ("small.two", "sql"), ("small.three", "py")):  # noqa: A001
        exercise = lab / id
        exercise.mkdir(parents=True)
        part = folder / "parts" / f"{id}.{suffix}"
        part.parent.mkdir(exist_ok=True)
        comment = "--" if suffix == "sql" else "#"
        part.write_text(f"{comment} {SECRET}: alpha beta gamma\n")
        (exercise / f"starter.{suffix}").write_text(f"{comment} TODO {id}: alpha\n")
        (exercise / "checks.py").write_text(_CHECKS)
        (exercise / "exercise.toml").write_text(
            f'title = "Say it, {id}"\nreplaces = "{part}"\nminutes = 10\n'
            'objectives = ["Say a word"]\nhints = ["Think of Greek.", "It is a letter."]\n'
        )
    (lab / "lab.toml").write_text(
        'title = "A small lab"\norder = 1\nservices = []\nminutes = 30\n'
        'exercises = ["small.one", "small.two", "small.three"]\n'
    )
    (lab / f"{FIRST}.md").write_text(_STORY_1)
    (lab / f"{SECOND}.md").write_text(_STORY_2)
    return load_course(folder / "graders")


def answered(released: Path, **answers: str) -> dict[str, Any]:
    """A released notebook with answers in it: small_one="..." is the text below `%%answer`."""
    notebook: dict[str, Any] = json.loads(released.read_text())
    for name, text in answers.items():
        id = name.replace("_", ".")  # noqa: A001
        cell_of(notebook, id)["source"] = f"%%answer {id}\n{text}"
    return notebook


def cell_of(notebook: dict[str, Any], id: str, role: str = "answer") -> dict[str, Any]:  # noqa: A002
    """The cell of that exercise and role."""
    for cell in notebook["cells"]:
        mark = cell["metadata"].get("workbench", {})
        if mark.get("exercise") == id and mark.get("role") == role:
            return cell
    raise LookupError(f"{id} has no {role} cell")
