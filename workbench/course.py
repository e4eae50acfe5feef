"""The course as data: graders/ read into labs, exercises, starters and alternative answers."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from workbench.paths import graders_dir, root


class CourseError(Exception):
    """graders/ does not hold what it must. The message names the file and what to write there."""


@dataclass(frozen=True)
class Exercise:
    """One graded task: a folder under graders/<lab>/ named by its permanent id."""

    id: str
    folder: Path
    title: str
    replaces: str  # the part's path below the checkout: "backend/catalog/listing.py"
    minutes: int
    objectives: tuple[str, ...]
    hints: tuple[str, ...]

    @property
    def language(self) -> str:
        return "sql" if self.replaces.endswith(".sql") else "python"

    @property
    def suffix(self) -> str:
        return Path(self.replaces).suffix

    @cached_property
    def part(self) -> str:
        """The reference text of the file that this exercise replaces."""
        return _read(root() / self.replaces)

    @cached_property
    def starter(self) -> str:
        return _read(self.folder / f"starter{self.suffix}")

    def is_starter(self, text: str) -> bool:
        """Whether nothing has been written yet: `text` is the starter, but for space around it."""
        return text.strip() == self.starter.strip()

    @property
    def checks_file(self) -> Path:
        return self.folder / "checks.py"

    @property
    def wrong_file(self) -> Path:
        return self.folder / "wrong.py"

    @cached_property
    def right(self) -> dict[str, str]:
        """Alternative right answers: file name without suffix -> text."""
        files = sorted((self.folder / "right").glob(f"*{self.suffix}"))
        return {file.stem: _read(file) for file in files}


@dataclass(frozen=True)
class Lab:
    """A folder of notebooks: one nbgrader assignment."""

    name: str
    folder: Path
    title: str
    order: int
    services: tuple[str, ...]
    minutes: int
    exercises: tuple[Exercise, ...]

    @property
    def stories(self) -> list[Path]:
        """The Markdown texts that become the lab's notebooks, in order."""
        return sorted(self.folder.glob("[0-9]*_*.md"))


@dataclass(frozen=True)
class Course:
    """Every lab, in order."""

    labs: tuple[Lab, ...]

    @property
    def exercises(self) -> Iterator[Exercise]:
        for lab in self.labs:
            yield from lab.exercises

    def exercise(self, id: str) -> Exercise:  # noqa: A002 - the vocabulary's word
        """The exercise of that id. Raises CourseError that names the nearest ids."""
        known = {exercise.id: exercise for exercise in self.exercises}
        if id in known:
            return known[id]
        near = difflib.get_close_matches(id, known, n=3) or sorted(known)
        raise CourseError(f"There is no exercise {id!r}. Did you mean {' or '.join(near)}?")

    def lab(self, name: str) -> Lab:
        """The lab of that folder name. Raises CourseError that lists the labs."""
        for lab in self.labs:
            if lab.name == name:
                return lab
        names = ", ".join(lab.name for lab in self.labs)
        raise CourseError(f"There is no lab {name!r}. The labs are: {names}.")

    def lab_of(self, exercise: Exercise) -> Lab:
        return next(lab for lab in self.labs if exercise in lab.exercises)


def load_course(folder: Path | None = None) -> Course:
    """Read graders/ (or another folder of the same shape).

    Raises CourseError for a folder without labs, a missing file, a missing or unknown key, or an id
    that stands twice.
    """
    folder = folder or graders_dir()
    labs = [_load_lab(file.parent) for file in sorted(folder.glob("*/lab.toml"))]
    if not labs:
        raise CourseError(
            f"{folder} holds no lab, so there is nothing to grade by. WORKBENCH_GRADERS names the"
            " folder of the course; unset it to take this checkout's."
        )
    course = Course(tuple(sorted(labs, key=lambda lab: (lab.order, lab.name))))
    seen: dict[str, Path] = {}
    for exercise in course.exercises:
        if exercise.id in seen:
            raise CourseError(f"{exercise.folder} and {seen[exercise.id]} have the same id.")
        seen[exercise.id] = exercise.folder
    return course


def _load_lab(folder: Path) -> Lab:
    data = _table(folder / "lab.toml", {"title": str, "order": int, "services": list,
                                        "minutes": int, "exercises": list})  # fmt: skip
    return Lab(
        name=folder.name,
        folder=folder,
        title=data["title"],
        order=data["order"],
        services=tuple(data["services"]),
        minutes=data["minutes"],
        exercises=tuple(_load_exercise(folder / id) for id in data["exercises"]),  # noqa: A001
    )


def _load_exercise(folder: Path) -> Exercise:
    data = _table(folder / "exercise.toml", {"title": str, "replaces": str, "minutes": int,
                                             "objectives": list, "hints": list})  # fmt: skip
    return Exercise(
        id=folder.name,
        folder=folder,
        title=data["title"],
        replaces=data["replaces"],
        minutes=data["minutes"],
        objectives=tuple(data["objectives"]),
        hints=tuple(data["hints"]),
    )


def _table(file: Path, keys: dict[str, type]) -> dict[str, Any]:
    try:
        data = tomllib.loads(_read(file))
    except tomllib.TOMLDecodeError as error:
        raise CourseError(f"{file}: {error}") from None
    wanted, got = set(keys), set(data)
    if wanted != got:
        raise CourseError(f"{file}: missing {sorted(wanted - got)}, unknown {sorted(got - wanted)}")
    for key, kind in keys.items():
        if not isinstance(data[key], kind):
            raise CourseError(f"{file}: {key} must be a {kind.__name__}")
    return data


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CourseError(f"{file} is missing: CONTRIBUTING.md says what goes into it.") from None
