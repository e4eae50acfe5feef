"""Results kept by their content: the same answer, parts, checks and tool give the same result."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path

from workbench import __version__
from workbench.course import Exercise
from workbench.grading.result import VERSION, ExerciseResult
from workbench.paths import root
from workbench.running.overlay import SYSTEM, digest

#: The tool's own files that a verdict depends on.
TOOL = ("workbench/checking/*.py", "workbench/grading/engine.py", "workbench/running/*.py")


class ResultCache:
    """A folder of results, one file each, written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        patterns = (*TOOL, *(f"{name}/**/*" for name in SYSTEM))
        self._tool = f"{VERSION} {__version__} {digest(root(), patterns)}"

    def get(self, exercise: Exercise, answer: str) -> ExerciseResult | None:
        """The result of this very text, if it was kept; one that cannot be read is none."""
        try:
            text = self._file(exercise, answer).read_text(encoding="utf-8")
            return ExerciseResult.from_json(json.loads(text))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, exercise: Exercise, answer: str, result: ExerciseResult) -> None:
        """Keep a result. A withheld one is not kept: the answer is to be graded again."""
        if result.status == "withheld":
            return
        file = self._file(exercise, answer)
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".saving-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(result.as_json(), stream)
            os.replace(name, file)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
            raise

    def _file(self, exercise: Exercise, answer: str) -> Path:
        checks = exercise.checks_file.read_bytes()
        text = answer.encode("utf-8", "surrogatepass")
        parts = (self._tool.encode(), exercise.id.encode(), checks, text)
        sha = hashlib.sha256()
        for part in parts:
            sha.update(f"{len(part)}\0".encode() + part)
        key = sha.hexdigest()
        return self._folder / key[:2] / f"{key}.json"
