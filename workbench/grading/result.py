"""The result: the versioned record of grading one answer, and of one notebook's answers."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from workbench.printable import writable

VERSION = 1

CheckStatus = Literal["passed", "failed", "skipped", "error"]
#: `rejected`: the answer could not be read from the notebook; `withheld`: an error of ours.
ExerciseStatus = Literal["graded", "rejected", "withheld"]
NotebookStatus = Literal["graded", "withheld", "rejected"]


@dataclass(frozen=True)
class CheckResult:
    """What one check said.

    message: the whole failure text, ready to be read; details: the same in parts, label -> text,
    for those who lay it out (sent, expected, got, look, sql).
    """

    id: str
    title: str
    points: int
    hidden: bool
    status: CheckStatus
    message: str = ""
    details: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        details = {label: writable(text) for label, text in self.details.items()}
        object.__setattr__(self, "message", writable(self.message))
        object.__setattr__(self, "details", details)


@dataclass(frozen=True)
class ExerciseResult:
    """What every check of one exercise said of one answer.

    `seconds` is wall-clock time; `reason` says why an answer was rejected or withheld; `basis`
    names what decided (see basis.py), and is empty when no answer could be read; `sandbox` names
    the level of the machine that had to judge it, "" when nothing had or the record is too old.
    """

    id: str
    status: ExerciseStatus
    checks: tuple[CheckResult, ...]
    reason: str = ""
    seconds: float = 0.0
    basis: dict[str, str] = field(default_factory=dict)
    sandbox: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", writable(self.reason))

    @property
    def score(self) -> int:
        """Points of the checks that passed; an error loses none, so it counts none either."""
        return sum(check.points for check in self.checks if check.status == "passed")

    @property
    def max_score(self) -> int:
        return sum(check.points for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"score": self.score, "max_score": self.max_score}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ExerciseResult:
        """The reverse of `as_json`. Raises KeyError or TypeError for other data."""
        checks = tuple(CheckResult(**check) for check in data["checks"])
        return cls(
            data["id"],
            data["status"],
            checks,
            data["reason"],
            data["seconds"],
            data["basis"],
            str(data.get("sandbox", "")),
        )


@dataclass(frozen=True)
class NotebookResult:
    """What `workbench grade` prints of one notebook."""

    notebook: str
    lab: str
    learner: str
    status: NotebookStatus
    exercises: tuple[ExerciseResult, ...] = field(default=())
    reason: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", writable(self.reason))

    @property
    def score(self) -> int:
        return sum(exercise.score for exercise in self.exercises)

    @property
    def max_score(self) -> int:
        return sum(exercise.max_score for exercise in self.exercises)

    def as_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "notebook": self.notebook,
            "lab": self.lab,
            "learner": self.learner,
            "status": self.status,
            "score": self.score,
            "max_score": self.max_score,
            "exercises": [exercise.as_json() for exercise in self.exercises],
            "reason": self.reason,
        }
