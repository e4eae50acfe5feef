"""What the results of a class say in numbers; the page shows them, --json prints them."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from workbench.checking.check import load_checks
from workbench.course import Lab
from workbench.grading.result import CheckResult, ExerciseResult, NotebookResult

VERSION = 1

#: missing: the notebook with the exercise was not among the learner's.
Status = Literal["graded", "rejected", "withheld", "missing"]


@dataclass(frozen=True)
class ExerciseScore:
    """One learner's exercise; no score while it is withheld."""

    id: str
    status: Status
    score: int | None
    max_score: int
    reason: str


@dataclass(frozen=True)
class Learner:
    """One learner's lab; no score while a part of it is withheld."""

    learner: str
    status: Status
    score: int | None
    max_score: int
    exercises: tuple[ExerciseScore, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class CheckCount:
    """How one check went in the class, and who failed it."""

    exercise: str
    id: str
    title: str
    points: int
    hidden: bool
    passed: int
    skipped: int
    failed: tuple[str, ...]


@dataclass(frozen=True)
class Alike:
    """Two answers that resemble each other, the starter left out of account.

    share: of the tokens of the one that has more in common, 0 to 1; `other` is "" for the
    reference.
    """

    exercise: str
    learner: str
    other: str
    share: float


@dataclass(frozen=True)
class ClassReport:
    """A class in one lab. Points are means and medians of those that are not withheld."""

    lab: str
    title: str
    max_score: int
    mean: float | None
    median: float | None
    learners: tuple[Learner, ...]
    checks: tuple[CheckCount, ...]
    alike: tuple[Alike, ...]

    @property
    def scores(self) -> list[int]:
        return [one.score for one in self.learners if one.score is not None]

    def of_status(self, status: Status) -> list[Learner]:
        return [one for one in self.learners if one.status == status]

    def as_json(self) -> dict[str, Any]:
        return {"version": VERSION} | asdict(self)


def class_report(
    lab: Lab, results: Mapping[str, Sequence[NotebookResult]], alike: Iterable[Alike]
) -> ClassReport:
    """The numbers of a lab, from each learner's results for its notebooks."""
    most = {
        exercise.id: sum(check.points for check in load_checks(exercise.checks_file))
        for exercise in lab.exercises
    }
    learners = tuple(
        _learner(name, most, results[name]) for name in sorted(results, key=str.casefold)
    )
    scores = [one.score for one in learners if one.score is not None]
    return ClassReport(
        lab.name,
        lab.title,
        sum(most.values()),
        round(statistics.mean(scores), 2) if scores else None,
        statistics.median(scores) if scores else None,
        learners,
        _checks(results),
        tuple(alike),
    )


def _learner(name: str, most: Mapping[str, int], results: Sequence[NotebookResult]) -> Learner:
    by_id = {one.id: one for result in results for one in result.exercises}
    exercises = tuple(_exercise(id, by_id.get(id), most[id]) for id in most)  # noqa: A001
    statuses = {one.status for one in exercises} | {result.status for result in results}
    status: Status = "graded"
    for worse in ("withheld", "rejected", "missing"):
        if worse in statuses:
            status = worse
            break
    scores = [one.score for one in exercises]
    whole = None if "withheld" in statuses else sum(score or 0 for score in scores)
    reasons = [result.reason for result in results if result.status == "rejected"]
    reasons += [one.reason for one in exercises if one.reason]
    return Learner(
        name, status, whole, sum(most.values()), exercises, tuple(dict.fromkeys(reasons))
    )


def _exercise(id: str, result: ExerciseResult | None, most: int) -> ExerciseScore:  # noqa: A002
    if result is None:
        return ExerciseScore(id, "missing", 0, most, "")
    score = None if result.status == "withheld" else result.score
    return ExerciseScore(id, result.status, score, result.max_score, result.reason)


def _checks(results: Mapping[str, Sequence[NotebookResult]]) -> tuple[CheckCount, ...]:
    """Every check of the answers that could be judged, the one that most failed first."""
    seen: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    about: dict[tuple[str, str], CheckResult] = {}
    for learner, notebooks in results.items():
        for result in (one for notebook in notebooks for one in notebook.exercises):
            for check in result.checks if result.status == "graded" else ():
                seen[result.id, check.id].append((learner, check.status))
                about[result.id, check.id] = check
    counts = [
        CheckCount(
            *key,
            about[key].title,
            about[key].points,
            about[key].hidden,
            sum(status == "passed" for _, status in verdicts),
            sum(status == "skipped" for _, status in verdicts),
            tuple(learner for learner, status in verdicts if status == "failed"),
        )
        for key, verdicts in seen.items()
    ]
    return tuple(sorted(counts, key=lambda one: (-len(one.failed), -one.points)))
