"""Wrong answers: small edits of the part, each with the checks that must catch it.

A wrong.py imports `Wrong` and defines `WRONG`, a list of them.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.course import CourseError, Exercise


@dataclass(frozen=True)
class Wrong:
    """A plausible mistake.

    name: short, for reports; why: what is wrong with it, in a sentence; edits: (old, new) pairs,
    where each old text stands exactly once in the part; fails: the ids of exactly those checks
    that fail (checks that are skipped because of them are not named).
    """

    name: str
    why: str
    fails: Sequence[str]
    edits: Sequence[tuple[str, str]]

    def text(self, part: str) -> str:
        """The part with the mistake in it. Raises CourseError when an edit does not fit."""
        try:
            return edited(part, self.edits)
        except ValueError as error:
            raise CourseError(f"wrong answer {self.name!r}: {error}") from None


def edited(text: str, edits: Sequence[tuple[str, str]]) -> str:
    """The text with each old piece replaced by the new one.

    Raises ValueError when an old piece does not stand there exactly once.
    """
    for old, new in edits:
        if text.count(old) != 1:
            raise ValueError(f"{old!r} stands {text.count(old)} times, and must stand once")
        text = text.replace(old, new)
    return text


def load_wrong(exercise: Exercise) -> list[Wrong]:
    """The wrong answers of an exercise. Raises CourseError when its wrong.py is not usable."""
    spec = importlib.util.spec_from_file_location("workbench_wrong", exercise.wrong_file)
    if spec is None or spec.loader is None or not exercise.wrong_file.exists():
        raise CourseError(f"{exercise.wrong_file} is missing: it holds the wrong answers.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    wrong = getattr(module, "WRONG", None)
    if not isinstance(wrong, list) or not all(isinstance(one, Wrong) for one in wrong):
        raise CourseError(f"{exercise.wrong_file} must define WRONG, a list of Wrong.")
    return wrong
