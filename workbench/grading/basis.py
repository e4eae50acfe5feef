"""What a result depends on: the same basis gives the same result, and another one may not."""

from __future__ import annotations

import hashlib

from workbench import __version__
from workbench.course import Exercise
from workbench.grading.result import VERSION
from workbench.paths import root
from workbench.running.overlay import SYSTEM, digest

#: The tool's own files that a verdict depends on.
TOOL = ("workbench/checking/*.py", "workbench/grading/engine.py", "workbench/running/**/*.py")


class Bases:
    """Tells the basis of results. The reference and the tool are read once, at the start."""

    def __init__(self) -> None:
        self._reference = digest(root(), [f"{name}/**/*" for name in SYSTEM])
        self._tool = f"{VERSION} {__version__} {digest(root(), TOOL)}"

    def of(self, exercise: Exercise, answer: str) -> dict[str, str]:
        """A name for the content of each thing that decides: answer, checks, reference, tool."""
        return {
            "answer": _digest(answer.encode("utf-8", "surrogatepass")),
            "checks": _digest(exercise.checks_file.read_bytes()),
            "reference": self._reference,
            "tool": self._tool,
        }


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
