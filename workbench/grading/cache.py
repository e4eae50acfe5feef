"""Results kept by their content: the same answer, parts, checks and tool give the same result."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from workbench.course import Exercise
from workbench.grading.basis import Bases
from workbench.grading.result import ExerciseResult
from workbench.writing import write_whole


class ResultCache:
    """A folder of results, one file each, written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bases = Bases()

    def basis(self, exercise: Exercise, answer: str) -> dict[str, str]:
        """What the result of this text depends on (see basis.py)."""
        return self._bases.of(exercise, answer)

    def get(self, exercise: Exercise, answer: str) -> ExerciseResult | None:
        """The result of this very text, if it was kept; one that cannot be read is none."""
        try:
            text = self._file(exercise, answer).read_text(encoding="utf-8")
            return ExerciseResult.from_json(json.loads(text))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, exercise: Exercise, answer: str, result: ExerciseResult) -> None:
        """Keep a result. A withheld one is not kept: the answer is to be graded again.

        Raises OSError when it cannot be written; what was kept before is left as it is.
        """
        if result.status != "withheld":
            write_whole(self._file(exercise, answer), json.dumps(result.as_json()).encode())

    def key(self, exercise: Exercise, answer: str) -> str:
        """The name of the result: 64 hexadecimal digits made of all that it depends on."""
        parts = [exercise.id, *self.basis(exercise, answer).values()]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _file(self, exercise: Exercise, answer: str) -> Path:
        key = self.key(exercise, answer)
        return self._folder / key[:2] / f"{key}.json"
